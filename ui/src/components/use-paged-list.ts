/** The list that a page asks for; the one before stays on screen until the first rows of the next are there. */
import { useCallback, useEffect, useEffectEvent, useRef, useState, useSyncExternalStore } from "react";

import type { CacheTag } from "~/lib/bindings";
import { Failure } from "~/lib/ipc";
import { useDataChanged } from "~/lib/query";

import type { ListState, PagedList } from "./paged-list";

const nothing: ListState = { total: 0, exact: true, waiting: null, asked: false, failure: null };

export type ShownList<Row extends { id: number }> = {
  /** `null` until the first list of all has been read. */
  list: PagedList<Row> | null;
  state: ListState;
  /** Another list is being read. */
  busy: boolean;
  /** Why the list that was asked for cannot be shown. */
  refused: Failure | null;
  retry: () => void;
};

/**
 * Opens a list whenever `open` is another function (so it has to be kept by `useCallback`) and follows the data that
 * `tags` name. `calm` says whether rows may move: nobody is at work among them. `given` is asked once, for a list whose
 * first rows are there already: then the first `open` is not needed.
 */
export function usePagedList<Row extends { id: number }>(
  open: () => Promise<PagedList<Row>>,
  tags: readonly CacheTag[],
  calm: () => boolean,
  given: () => PagedList<Row> | null = () => null,
): ShownList<Row> {
  const [list, setList] = useState<PagedList<Row> | null>(given);
  const [refused, setRefused] = useState<Failure | null>(null);
  const [busy, setBusy] = useState(list === null);
  const [tries, setTries] = useState(0);
  const asked = useRef(0);
  const isGiven = useRef(list !== null);
  /** The data changed while the next list was being read. */
  const overtaken = useRef(false);
  const refresh = useEffectEvent((of: PagedList<Row>) => void of.refresh(calm));

  useEffect(() => {
    if (isGiven.current) {
      isGiven.current = false;
      return;
    }
    const turn = ++asked.current;
    overtaken.current = false;
    setBusy(true);
    open().then(
      (opened) => {
        if (turn !== asked.current) return;
        setList(opened);
        setRefused(null);
        setBusy(false);
        if (overtaken.current) refresh(opened);
      },
      (thrown: unknown) => {
        if (turn !== asked.current) return;
        setRefused(Failure.from(thrown));
        setBusy(false);
      },
    );
  }, [open, tries]);

  useDataChanged(tags, () => {
    overtaken.current = true;
    if (list === null) setTries((count) => count + 1);
    else void list.refresh(calm);
  });

  const subscribe = useCallback((changed: () => void) => list?.subscribe(changed) ?? (() => {}), [list]);
  const state = useSyncExternalStore(subscribe, () => list?.state() ?? nothing);
  const retry = useCallback(() => setTries((count) => count + 1), []);
  return { list, state, busy, refused, retry };
}

/** The list that the URL asks for; the one before stays on screen until the first page of the next is there. */
import { useCallback, useEffect, useRef, useState, useSyncExternalStore } from "react";

import { backend, Failure } from "~/lib/ipc";
import { useDataChanged } from "~/lib/query";

import { OrderList, type ListOf, type ListState } from "./order-list";

const nothing: ListState = { total: 0, exact: true, waiting: null, failure: null };

export type ShownList = {
  /** `null` until the first list of all has been read. */
  list: OrderList | null;
  state: ListState;
  /** Another list is being read. */
  busy: boolean;
  /** Why the list that was asked for cannot be shown. */
  refused: Failure | null;
  retry: () => void;
};

export function useOrderList({ query, platform, sort }: ListOf, calm: () => boolean): ShownList {
  const { key, descending } = sort;
  const [list, setList] = useState<OrderList | null>(null);
  const [refused, setRefused] = useState<Failure | null>(null);
  const [busy, setBusy] = useState(true);
  const [tries, setTries] = useState(0);
  const asked = useRef(0);

  useEffect(() => {
    const turn = ++asked.current;
    const of: ListOf = { query, platform, sort: { key, descending } };
    setBusy(true);
    OrderList.open(of, (place, limit) => backend.listOrders({ ...of, account: null, place, limit })).then(
      (opened) => {
        if (turn !== asked.current) return;
        setList(opened);
        setRefused(null);
        setBusy(false);
      },
      (thrown: unknown) => {
        if (turn !== asked.current) return;
        setRefused(Failure.from(thrown));
        setBusy(false);
      },
    );
  }, [query, platform, key, descending, tries]);

  useDataChanged(["orders"], () => {
    if (list === null) setTries((count) => count + 1);
    else void list.refresh(calm);
  });

  const subscribe = useCallback((changed: () => void) => list?.subscribe(changed) ?? (() => {}), [list]);
  const state = useSyncExternalStore(subscribe, () => list?.state() ?? nothing);
  const retry = useCallback(() => setTries((count) => count + 1), []);
  return { list, state, busy, refused, retry };
}

/**
 * Which rows of a list are picked: some by id, or the whole result but for some.
 *
 * Picking all is a statement about the query, not about the rows that happen to be loaded, so it costs nothing at a
 * million rows and includes those that nobody has scrolled to.
 */
import { useCallback, useMemo, useRef, useState } from "react";

export type Picked = { all: false; ids: ReadonlySet<number> } | { all: true; except: ReadonlySet<number> };

export const nonePicked: Picked = { all: false, ids: new Set() };

export function isPicked(picked: Picked, id: number): boolean {
  return picked.all ? !picked.except.has(id) : picked.ids.has(id);
}

/** How many of `total` rows are picked. */
export function countPicked(picked: Picked, total: number): number {
  return picked.all ? Math.max(0, total - picked.except.size) : picked.ids.size;
}

/** The same with these rows picked or not. */
export function withRows(picked: Picked, ids: Iterable<number>, on: boolean): Picked {
  const marked = new Set(picked.all ? picked.except : picked.ids);
  for (const id of ids) {
    if (picked.all === on) marked.delete(id);
    else marked.add(id);
  }
  return picked.all ? { all: true, except: marked } : { all: false, ids: marked };
}

export type RowPicker = {
  picked: Picked;
  count: number;
  /** Picks or drops one row; it becomes the end from which ranges are counted. */
  toggle: (id: number, position: number) => void;
  /** Picks from the row picked last to this position. */
  extend: (position: number) => void;
  all: () => void;
  clear: () => void;
};

type List = {
  /** Ids of the rows from one position to another, both included, in list order. */
  idsBetween: (from: number, to: number) => Promise<number[]>;
  /** Where a row stands, if that is known. */
  positionOf: (id: number) => number | undefined;
};

/** The row picked last: where others come or go above it, it stays the end of a range. */
type Anchor = { listKey: string; id: number; position: number };

/** What is picked in the list named by `listKey`; another list begins with nothing picked. */
export function useRowPicker(listKey: string, total: number, list: List | null): RowPicker {
  const [state, setState] = useState({ listKey, picked: nonePicked });
  const picked = state.listKey === listKey ? state.picked : nonePicked;
  const anchor = useRef<Anchor | null>(null);
  // Counts what was asked last: a range that took long must not come over a later click.
  const turn = useRef(0);

  const change = useCallback(
    (next: (picked: Picked) => Picked) =>
      setState((before) => ({ listKey, picked: next(before.listKey === listKey ? before.picked : nonePicked) })),
    [listKey],
  );
  const toggle = useCallback(
    (id: number, position: number) => {
      turn.current += 1;
      anchor.current = { listKey, id, position };
      change((before) => withRows(before, [id], !isPicked(before, id)));
    },
    [change, listKey],
  );
  const extend = useCallback(
    (position: number) => {
      const mine = ++turn.current;
      const end = anchor.current?.listKey === listKey ? anchor.current : null;
      const other = end === null ? 0 : (list?.positionOf(end.id) ?? end.position);
      void list?.idsBetween(Math.min(other, position), Math.max(other, position)).then((ids) => {
        if (mine !== turn.current) return;
        // Where it had moved to a part of the list that was not read, the range begins at it all the same.
        const at = end === null ? -1 : ids.indexOf(end.id);
        const range = at < 0 ? ids : other < position ? ids.slice(at) : ids.slice(0, at + 1);
        change((before) => withRows(before, range, true));
      });
    },
    [change, list, listKey],
  );
  const all = useCallback(() => {
    turn.current += 1;
    change(() => ({ all: true, except: new Set() }));
  }, [change]);
  const clear = useCallback(() => {
    turn.current += 1;
    anchor.current = null;
    change(() => nonePicked);
  }, [change]);

  const count = countPicked(picked, total);
  return useMemo(() => ({ picked, count, toggle, extend, all, clear }), [picked, count, toggle, extend, all, clear]);
}

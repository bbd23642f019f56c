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
  total: number;
  /** Ids of the rows from one position to another, both included, in list order. */
  idsBetween: (from: number, to: number) => Promise<number[]>;
};

/** What is picked in the list named by `listKey`; another list begins with nothing picked. */
export function useRowPicker(listKey: string, { total, idsBetween }: List): RowPicker {
  const [state, setState] = useState({ listKey, picked: nonePicked });
  const picked = state.listKey === listKey ? state.picked : nonePicked;
  const anchor = useRef(0);
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
      anchor.current = position;
      change((before) => withRows(before, [id], !isPicked(before, id)));
    },
    [change],
  );
  const extend = useCallback(
    (position: number) => {
      const mine = ++turn.current;
      const [from, to] = [Math.min(anchor.current, position), Math.max(anchor.current, position)];
      void idsBetween(from, to).then((ids) => {
        if (mine === turn.current) change((before) => withRows(before, ids, true));
      });
    },
    [change, idsBetween],
  );
  const all = useCallback(() => {
    turn.current += 1;
    change(() => ({ all: true, except: new Set() }));
  }, [change]);
  const clear = useCallback(() => {
    turn.current += 1;
    anchor.current = 0;
    change(() => nonePicked);
  }, [change]);

  const count = countPicked(picked, total);
  return useMemo(() => ({ picked, count, toggle, extend, all, clear }), [picked, count, toggle, extend, all, clear]);
}

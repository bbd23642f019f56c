/**
 * The active row of a table is a row and not a place: where others come or go above it, it stays the one that the keys
 * act on. Where it has gone by the seller's own act, its place stays; where others took it away, no row is active.
 */
import { useLayoutEffect, useRef } from "react";

import type { PagedList } from "./paged-list";

export function useActiveRow<Row extends { id: number }>(
  list: PagedList<Row> | null,
  active: number | null,
  setActive: (position: number | null) => void,
): void {
  const was = useRef<{ list: PagedList<Row> | null; at: number | null; id?: number }>({ list, at: null });
  // Before anything is drawn, so that no key meets the row that has come to its place.
  useLayoutEffect(() => {
    const before = was.current;
    const idAt = (position: number | null) => list?.rowAt(position ?? -1)?.id;
    // Another list begins with no active row.
    let at = list === before.list ? active : null;
    const id = idAt(at);
    if (list !== null && at !== null && at === before.at && before.id !== undefined && id !== before.id) {
      const { total, asked } = list.state();
      const rest = asked && total > 0 ? Math.min(at, total - 1) : null;
      at = list.positionOf(before.id) ?? (id === undefined && at < total ? at : rest);
    }
    was.current = { list, at, id: idAt(at) ?? (at === before.at ? before.id : undefined) };
    if (at !== active) setActive(at);
  });
}

/**
 * Rows that came or went while the seller is at work in a list: when they may move, and the pill that shows them.
 *
 * One rule for every table: nothing moves under the pointer, nor while the table has the focus or is scrolled. A pointer that
 * the window opened under is nobody's until it moves.
 */
import { useCallback, useMemo, useRef, type PointerEvent, type RefObject } from "react";

import { counted } from "~/lib/format";

import type { GridHandle } from "./data-grid";
import type { ListState, PagedList } from "./paged-list";
import styles from "./waiting-rows.module.css";

/** Whether rows may move, and the ear that tells it where the pointer is. `idle` is false while the page says no anyway. */
export function useCalm(grid: RefObject<GridHandle | null>, idle = true) {
  const inside = useRef(false);
  /** Where it first came to be in the table: a window that opens under it says that it entered. */
  const found = useRef<{ x: number; y: number } | null>(null);
  const calm = useCallback(
    () => idle && !inside.current && (grid.current === null || (grid.current.isAtTop() && !grid.current.hasFocus())),
    [grid, idle],
  );
  /** For the box around the table: when the pointer leaves it, what waits is shown. */
  const pointer = useMemo(
    () =>
      <Row extends { id: number }>(list: PagedList<Row> | null) => ({
        onPointerEnter: ({ clientX: x, clientY: y }: PointerEvent) => {
          inside.current = found.current !== null;
          found.current ??= { x, y };
        },
        onPointerMove: ({ clientX: x, clientY: y }: PointerEvent) => {
          inside.current ||= x !== found.current?.x || y !== found.current.y;
        },
        onPointerLeave: () => {
          inside.current = false;
          if (list !== null && list.state().waiting !== null && calm()) void list.apply();
        },
      }),
    [calm],
  );
  return { calm, pointer };
}

type Props = {
  waiting: ListState["waiting"];
  /** What a row is, for "3 new orders". */
  noun: string;
  onShow: () => void;
};

/** Says how many rows wait; a click shows them. */
export function WaitingPill({ waiting, noun, onShow }: Props) {
  return (
    <span role="status">
      {waiting !== null && (
        <button type="button" className={styles.pill} onClick={onShow} data-testid="waiting-rows">
          ↑ {waiting === 0 ? "Show the changed list" : counted(waiting, `new ${noun}`)}
        </button>
      )}
    </span>
  );
}

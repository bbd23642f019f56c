/** One row of a grid. Rows render again only when what they show has changed: scrolling moves the layer, not the rows. */
import { memo, type MouseEvent } from "react";

import { CheckBox } from "./check-box";
import styles from "./data-grid.module.css";
import { cellId, rowId, type Column, type GridPicking } from "./grid-types";

type Props<Row, Key extends string> = {
  grid: string;
  position: number;
  row: Row | undefined;
  columns: readonly Column<Row, Key>[];
  active: boolean;
  /** The active cell, −1 for the row as a whole. */
  column: number;
  open: boolean;
  picked: boolean;
  /** Absent where rows cannot be picked; the same object for all rows. */
  picking: Pick<GridPicking<Row>, "onToggle" | "onExtend" | "rowLabel"> | undefined;
  onActive: (position: number) => void;
  onOpen: (row: Row) => void;
};

function GridRowInner<Row, Key extends string>(props: Props<Row, Key>) {
  const { grid, position, row, columns, active, column, open, picked, picking, onActive, onOpen } = props;
  const first = picking === undefined ? 0 : 1;
  const toggle = (event: MouseEvent) => {
    if (row === undefined || picking === undefined) return;
    if (event.shiftKey) picking.onExtend(position);
    else picking.onToggle(row, position);
  };
  const clicked = (event: MouseEvent) => {
    if (row === undefined) return;
    if (picking !== undefined && (event.shiftKey || event.ctrlKey || event.metaKey)) toggle(event);
    else onOpen(row);
  };
  const cellClass = (at: number, more = "") =>
    `${styles.cell} ${more} ${active && column === at ? (styles.activeCell ?? "") : ""}`;
  return (
    // Keys are heard by the grid, which is the one tab stop; a row is only clicked.
    // oxlint-disable-next-line jsx-a11y/click-events-have-key-events, jsx-a11y/interactive-supports-focus
    <div
      id={rowId(grid, position)}
      role="row"
      aria-rowindex={position + 2}
      aria-selected={picking === undefined ? undefined : picked}
      aria-current={open || undefined}
      className={[styles.row, active ? styles.active : "", open ? styles.open : "", picked ? styles.picked : ""].join(
        " ",
      )}
      onMouseDown={(event) => {
        // Shift marks rows, not the text between two clicks.
        if (event.shiftKey) event.preventDefault();
        onActive(position);
      }}
      onClick={clicked}
    >
      {picking !== undefined && (
        // oxlint-disable-next-line jsx-a11y/click-events-have-key-events, jsx-a11y/interactive-supports-focus
        <div
          id={cellId(grid, position, 0)}
          role="gridcell"
          aria-colindex={1}
          className={cellClass(0, styles.box)}
          onClick={(event) => {
            event.stopPropagation();
            toggle(event);
          }}
        >
          {row !== undefined && (
            <CheckBox label={picking.rowLabel(row)} state={picked ? "all" : "none"} onToggle={toggle} />
          )}
        </div>
      )}
      {columns.map((shown, index) => (
        <div
          key={shown.id}
          id={cellId(grid, position, index + first)}
          role="gridcell"
          aria-colindex={index + first + 1}
          className={cellClass(index + first, shown.align === "end" ? styles.end : "")}
          data-column={shown.id}
        >
          {row === undefined ? shown.header && <span className={styles.bone} /> : shown.cell(row)}
        </div>
      ))}
    </div>
  );
}

export const GridRow = memo(GridRowInner) as typeof GridRowInner;

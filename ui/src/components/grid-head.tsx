/** The head of a grid: what the columns are called, what they sort by, and the box for all rows. */
import { ArrowDown, ArrowUp } from "lucide-react";

import { CheckBox } from "./check-box";
import styles from "./data-grid.module.css";
import { cellId, type Column, type GridPicking, type GridSort } from "./grid-types";

type Props<Row, Key extends string> = {
  grid: string;
  columns: readonly Column<Row, Key>[];
  sort: GridSort<Key>;
  onSort: (key: Key) => void;
  picking: GridPicking<Row> | undefined;
  /** The active cell, or `null` while the active place is not in the head. */
  column: number | null;
};

export function GridHead<Row, Key extends string>({ grid, columns, sort, onSort, picking, column }: Props<Row, Key>) {
  const first = picking === undefined ? 0 : 1;
  const cell = (at: number, more = "") => ({
    id: cellId(grid, -1, at),
    role: "columnheader",
    "aria-colindex": at + 1,
    className: `${styles.cell} ${more} ${column === at ? (styles.activeCell ?? "") : ""}`,
  });
  return (
    <div role="rowgroup" className={styles.head}>
      <div role="row" aria-rowindex={1} className={styles.row}>
        {picking !== undefined && (
          <div {...cell(0, styles.box)}>
            <CheckBox label={picking.headLabel} state={picking.head} onToggle={picking.onHead} />
          </div>
        )}
        {columns.map(({ id, header, align, sort: key }, index) => {
          const sorted = key !== undefined && sort.key === key;
          const Arrow = sort.descending ? ArrowDown : ArrowUp;
          return (
            <div
              key={id}
              {...cell(index + first, align === "end" ? styles.end : "")}
              aria-sort={sorted ? (sort.descending ? "descending" : "ascending") : undefined}
            >
              {key === undefined ? (
                header || <span className="visually-hidden">Actions</span>
              ) : (
                <button
                  type="button"
                  className={styles.sort}
                  // One tab stop: the head is reached by ArrowUp.
                  tabIndex={-1}
                  onMouseDown={(event) => event.preventDefault()}
                  onClick={() => onSort(key)}
                >
                  {header}
                  {sorted && <Arrow size={12} aria-hidden />}
                </button>
              )}
            </div>
          );
        })}
      </div>
    </div>
  );
}

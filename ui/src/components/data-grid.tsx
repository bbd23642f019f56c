/**
 * A table over any number of rows, of which only those in view exist: one tab stop, arrows inside, a fixed head.
 *
 * It follows the grid pattern of WAI-ARIA with the active row named by `aria-activedescendant`, so the keys go on working
 * when the active row has been scrolled away and its element is gone.
 */
import { ArrowDown, ArrowUp } from "lucide-react";
import { memo, useId, useImperativeHandle, type KeyboardEvent, type ReactNode, type Ref } from "react";

import styles from "./data-grid.module.css";
import { useStretchedScroll } from "./use-stretched-scroll";

export type Column<Row, Key extends string> = {
  id: string;
  header: string;
  /** A track of CSS grid: `104px`, `minmax(160px, 1fr)`. */
  width: string;
  align?: "end";
  /** What a click on the header sorts by. */
  sort?: Key;
  cell: (row: Row) => ReactNode;
};

export type GridSort<Key extends string> = { key: Key; descending: boolean };

export type GridHandle = {
  focus: () => void;
  reveal: (row: number) => void;
  isAtTop: () => boolean;
  hasFocus: () => boolean;
};

type Props<Row, Key extends string> = {
  label: string;
  columns: readonly Column<Row, Key>[];
  rows: number;
  /** Whether `rows` is the whole count. */
  exact: boolean;
  rowHeight: number;
  /** The row at a position; undefined while it is being read. */
  rowAt: (position: number) => Row | undefined;
  onRange: (range: { first: number; end: number }) => void;
  sort: GridSort<Key>;
  onSort: (key: Key) => void;
  active: number | null;
  onActive: (position: number) => void;
  onOpen: (row: Row) => void;
  /** Whether a row is the one shown beside the table. */
  isOpen: (row: Row) => boolean;
  onMenu?: (row: Row) => void;
  ref?: Ref<GridHandle>;
  testId?: string;
  /** Laid over the table, below its head. */
  overlay?: ReactNode;
  busy?: boolean;
};

const HEAD = 30;

export function DataGrid<Row, Key extends string>(props: Props<Row, Key>) {
  const { label, columns, rows, exact, rowHeight, rowAt, onRange, sort, onSort, active, onActive, onOpen, isOpen } =
    props;
  const id = useId();
  const scroll = useStretchedScroll({ rows, rowHeight, headHeight: HEAD, onRange });
  const { scroller, layer, range, viewport, pageHeight, reveal, isAtTop } = scroll;

  useImperativeHandle(props.ref, () => ({
    focus: () => scroller.current?.focus(),
    reveal,
    isAtTop,
    hasFocus: () => scroller.current?.contains(document.activeElement) ?? false,
  }));

  const go = (position: number) => {
    const next = Math.max(0, Math.min(rows - 1, position));
    if (rows === 0) return;
    reveal(next);
    onActive(next);
  };

  const pressed = (event: KeyboardEvent) => {
    if (event.target !== scroller.current || event.altKey) return;
    const at = active ?? -1;
    const page = Math.max(1, Math.floor(viewport / rowHeight) - 1);
    const targets: Record<string, number> = {
      ArrowDown: at + 1,
      ArrowUp: Math.max(at, 0) - 1,
      PageDown: at + page,
      PageUp: Math.max(at, 0) - page,
      Home: 0,
      End: rows - 1,
    };
    const target = targets[event.key];
    const row = active === null ? undefined : rowAt(active);
    if (target !== undefined) go(target);
    else if (event.key === "Enter" && row !== undefined) onOpen(row);
    else if ((event.key === "ContextMenu" || (event.key === "F10" && event.shiftKey)) && row !== undefined)
      props.onMenu?.(row);
    else return;
    event.preventDefault();
  };

  // A row that leaves lends its element to the one that comes: nothing is made or thrown away while scrolling.
  const slots = range.end - range.first;
  const positions = Array.from({ length: slots }, (_, index) => range.first + index);
  return (
    <div className={styles.frame}>
      <div
        ref={scroller}
        className={styles.scroller}
        style={{ "--columns": columns.map(({ width }) => width).join(" "), "--row": `${rowHeight}px` } as object}
        role="grid"
        aria-label={label}
        aria-rowcount={exact ? rows + 1 : -1}
        aria-busy={props.busy || undefined}
        aria-activedescendant={
          active !== null && active >= range.first && active < range.end ? `${id}-${active}` : undefined
        }
        tabIndex={0}
        data-testid={props.testId}
        onKeyDown={pressed}
      >
        <div role="rowgroup" className={styles.head}>
          <div role="row" aria-rowindex={1} className={styles.row}>
            {columns.map((column) => (
              <HeadCell key={column.id} column={column} sort={sort} onSort={onSort} />
            ))}
          </div>
        </div>
        <div role="rowgroup" style={{ height: pageHeight }} className={styles.body}>
          <div role="presentation" className={styles.window} style={{ height: Math.min(viewport, pageHeight) }}>
            <div role="presentation" ref={layer}>
              {positions.map((position) => {
                const row = rowAt(position);
                return (
                  <GridRow
                    key={position % slots}
                    id={`${id}-${position}`}
                    position={position}
                    row={row}
                    columns={columns}
                    active={position === active}
                    open={row !== undefined && isOpen(row)}
                    onActive={onActive}
                    onOpen={onOpen}
                  />
                );
              })}
            </div>
          </div>
        </div>
      </div>
      {props.overlay}
    </div>
  );
}

function HeadCell<Row, Key extends string>(props: {
  column: Column<Row, Key>;
  sort: GridSort<Key>;
  onSort: (key: Key) => void;
}) {
  const { column, sort, onSort } = props;
  const key = column.sort;
  const sorted = key !== undefined && sort.key === key;
  const Arrow = sort.descending ? ArrowDown : ArrowUp;
  return (
    <div
      role="columnheader"
      className={`${styles.cell} ${column.align === "end" ? styles.end : ""}`}
      aria-sort={sorted ? (sort.descending ? "descending" : "ascending") : undefined}
    >
      {key === undefined ? (
        column.header || <span className="visually-hidden">Actions</span>
      ) : (
        <button type="button" className={styles.sort} onClick={() => onSort(key)}>
          {column.header}
          {sorted && <Arrow size={12} aria-hidden />}
        </button>
      )}
    </div>
  );
}

type RowProps<Row, Key extends string> = {
  id: string;
  position: number;
  row: Row | undefined;
  columns: readonly Column<Row, Key>[];
  active: boolean;
  open: boolean;
  onActive: (position: number) => void;
  onOpen: (row: Row) => void;
};

function GridRowInner<Row, Key extends string>(props: RowProps<Row, Key>) {
  const { id, position, row, columns, active, open, onActive, onOpen } = props;
  return (
    // Keys are heard by the grid, which is the one tab stop; a row is only clicked.
    // oxlint-disable-next-line jsx-a11y/click-events-have-key-events, jsx-a11y/interactive-supports-focus
    <div
      id={id}
      role="row"
      aria-rowindex={position + 2}
      aria-selected={open}
      className={`${styles.row} ${active ? styles.active : ""} ${open ? styles.open : ""}`}
      onMouseDown={() => onActive(position)}
      onClick={() => row !== undefined && onOpen(row)}
    >
      {columns.map((column) => (
        <div
          key={column.id}
          role="gridcell"
          className={`${styles.cell} ${column.align === "end" ? styles.end : ""}`}
          data-column={column.id}
        >
          {row === undefined ? column.header && <span className={styles.bone} /> : column.cell(row)}
        </div>
      ))}
    </div>
  );
}

/** Rows render again only when what they show has changed: scrolling moves the layer, not the rows. */
const GridRow = memo(GridRowInner) as typeof GridRowInner;

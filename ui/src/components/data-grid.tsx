/**
 * A table over any number of rows, of which only those in view exist: one tab stop, arrows inside, a fixed head.
 *
 * It follows the grid pattern of WAI-ARIA with the active row or cell named by `aria-activedescendant`, so the keys go on
 * working when the active row has been scrolled away and its element is gone.
 */
import {
  useId,
  useImperativeHandle,
  useMemo,
  useRef,
  useState,
  type KeyboardEvent,
  type ReactNode,
  type Ref,
} from "react";

import styles from "./data-grid.module.css";
import { GridHead } from "./grid-head";
import { placeAfter } from "./grid-keys";
import { GridRow } from "./grid-row";
import { cellId, rowId, type Column, type GridHandle, type GridPicking, type GridSort } from "./grid-types";
import { useStretchedScroll } from "./use-stretched-scroll";

export type { Column, GridHandle, GridPicking, GridSort } from "./grid-types";

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
  /** Shows a row without leaving the table (Space). */
  onPeek?: (row: Row) => void;
  /** Whether a row is the one shown beside the table. */
  isOpen: (row: Row) => boolean;
  onMenu?: (row: Row) => void;
  picking?: GridPicking<Row>;
  ref?: Ref<GridHandle>;
  testId?: string;
  /** Laid over the table, below its head. */
  overlay?: ReactNode;
  busy?: boolean;
};

const HEAD = 30;
const BOX = "35px";

/** The control of a cell, pressed by Enter while the cell is the active one. */
function controlIn(id: string): HTMLElement | null {
  return document.getElementById(id)?.querySelector<HTMLElement>("button, a[href], input") ?? null;
}

export function DataGrid<Row, Key extends string>(props: Props<Row, Key>) {
  const { label, columns, rows, exact, rowHeight, rowAt, onRange, sort, onSort, active, onActive, onOpen, isOpen } =
    props;
  const { picking } = props;
  const id = useId();
  const scroll = useStretchedScroll({ rows, rowHeight, headHeight: HEAD, onRange });
  const { scroller, layer, range, viewport, pageHeight, reveal, isAtTop } = scroll;
  const [column, setColumn] = useState(-1);
  const [inHead, setInHead] = useState(false);

  useImperativeHandle(props.ref, () => ({
    focus: () => scroller.current?.focus(),
    reveal,
    isAtTop,
    hasFocus: () => scroller.current?.contains(document.activeElement) ?? false,
    press: (key) => {
      scroller.current?.focus();
      scroller.current?.dispatchEvent(new KeyboardEvent("keydown", { key, bubbles: true, cancelable: true }));
    },
  }));

  // One object for all rows, so that a row renders for its own sake only.
  const latest = useRef(picking);
  latest.current = picking;
  const picks = picking !== undefined;
  const rowPicking = useMemo(
    () =>
      picks
        ? {
            onToggle: (row: Row, position: number) => latest.current?.onToggle(row, position),
            onExtend: (position: number) => latest.current?.onExtend(position),
            rowLabel: (row: Row) => latest.current?.rowLabel(row) ?? "",
          }
        : undefined,
    [picks],
  );
  const clickable = useRef({ onActive, onOpen });
  clickable.current = { onActive, onOpen };
  const rowEvents = useMemo(
    () => ({
      onActive: (position: number) => {
        setInHead(false);
        setColumn(-1);
        clickable.current.onActive(position);
      },
      onOpen: (row: Row) => clickable.current.onOpen(row),
    }),
    [],
  );

  const columnCount = columns.length + (picks ? 1 : 0);
  const activeId = inHead
    ? cellId(id, -1, column)
    : active === null || active < range.first || active >= range.end
      ? undefined
      : column < 0
        ? rowId(id, active)
        : cellId(id, active, column);

  const move = (event: KeyboardEvent): boolean => {
    const page = Math.max(1, Math.floor(viewport / rowHeight) - 1);
    const at = { row: inHead ? -1 : active, column };
    const place = placeAfter({ key: event.key, ctrl: event.ctrlKey || event.metaKey }, at, {
      rows,
      columns: columnCount,
      page,
    });
    if (place === null) return false;
    setInHead(place.row < 0);
    setColumn(place.column);
    if (place.row < 0) return true;
    if (event.shiftKey && picking !== undefined && place.row !== active) {
      const from = active === null ? undefined : rowAt(active);
      if (active !== null && from !== undefined && !picking.isPicked(from)) picking.onToggle(from, active);
      picking.onExtend(place.row);
    }
    reveal(place.row);
    onActive(place.row);
    return true;
  };
  const act = (event: KeyboardEvent): boolean => {
    const row = active === null || inHead ? undefined : rowAt(active);
    const isMenuKey = event.key === "ContextMenu" || (event.key === "F10" && event.shiftKey);
    if (event.key === "Enter" || event.key === " ") {
      const control = column < 0 || activeId === undefined ? null : controlIn(activeId);
      if (control !== null) control.click();
      else if (row === undefined) return inHead;
      else if (event.key === "Enter") onOpen(row);
      else props.onPeek?.(row);
      return true;
    }
    if (!isMenuKey || row === undefined) return false;
    props.onMenu?.(row);
    return true;
  };
  const pressed = (event: KeyboardEvent) => {
    if (event.target !== scroller.current || event.altKey) return;
    if (move(event) || act(event)) event.preventDefault();
  };

  // A row that leaves lends its element to the one that comes: nothing is made or thrown away while scrolling.
  const slots = range.end - range.first;
  const positions = Array.from({ length: slots }, (_, index) => range.first + index);
  const tracks = [...(picks ? [BOX] : []), ...columns.map(({ width }) => width)].join(" ");
  return (
    <div className={styles.frame}>
      <div
        ref={scroller}
        className={styles.scroller}
        style={{ "--columns": tracks, "--row": `${rowHeight}px` } as object}
        role="grid"
        aria-label={label}
        aria-rowcount={exact ? rows + 1 : -1}
        aria-colcount={columnCount}
        aria-multiselectable={picks || undefined}
        aria-busy={props.busy || undefined}
        aria-activedescendant={activeId}
        tabIndex={0}
        data-testid={props.testId}
        onKeyDown={pressed}
      >
        <GridHead
          grid={id}
          columns={columns}
          sort={sort}
          onSort={onSort}
          picking={picking}
          column={inHead ? column : null}
        />
        <div role="rowgroup" style={{ height: pageHeight }} className={styles.body}>
          <div role="presentation" className={styles.window} style={{ height: Math.min(viewport, pageHeight) }}>
            <div role="presentation" ref={layer}>
              {positions.map((position) => {
                const row = rowAt(position);
                const isActive = position === active && !inHead;
                return (
                  <GridRow
                    key={position % slots}
                    grid={id}
                    position={position}
                    row={row}
                    columns={columns}
                    active={isActive}
                    column={isActive ? column : -1}
                    open={row !== undefined && isOpen(row)}
                    picked={row !== undefined && picking !== undefined && picking.isPicked(row)}
                    picking={rowPicking}
                    {...rowEvents}
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

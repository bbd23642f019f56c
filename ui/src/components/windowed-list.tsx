/**
 * A list of equally high rows of which only those in view exist: five thousand orders open as fast as five.
 *
 * It scrolls by itself and is one tab stop; what its rows are is the caller's business.
 */
import {
  useImperativeHandle,
  useLayoutEffect,
  useRef,
  useState,
  type KeyboardEvent,
  type ReactNode,
  type Ref,
} from "react";

import styles from "./windowed-list.module.css";

export type WindowedListHandle = { focus: () => void; reveal: (row: number) => void };

type Props = {
  label: string;
  rows: number;
  /** Pixels of each row. */
  rowHeight: number;
  /** What stands in a row. */
  children: (row: number) => ReactNode;
  className?: string;
  onKeyDown?: (event: KeyboardEvent) => void;
  /** Called with the first row in view. */
  onFirst?: (row: number) => void;
  ref?: Ref<WindowedListHandle>;
  testId?: string;
};

/** Rows that exist beyond either edge. */
const BEYOND = 6;
/** Height of a box that has none yet. */
const UNMEASURED = 480;

export function WindowedList(props: Props) {
  const { label, rows, rowHeight, children, className = "", onFirst } = props;
  const box = useRef<HTMLDivElement>(null);
  const [range, setRange] = useState({ first: 0, end: 0 });

  useLayoutEffect(() => {
    const element = box.current;
    if (element === null) return undefined;
    const look = () => {
      const { scrollTop } = element;
      const height = element.clientHeight || UNMEASURED;
      const first = Math.max(0, Math.floor(scrollTop / rowHeight) - BEYOND);
      const end = Math.min(rows, Math.ceil((scrollTop + height) / rowHeight) + BEYOND);
      setRange((shown) => (shown.first === first && shown.end === end ? shown : { first, end }));
      onFirst?.(Math.max(0, Math.min(rows - 1, Math.floor((scrollTop + height / 3) / rowHeight))));
    };
    look();
    const watch = new ResizeObserver(look);
    watch.observe(element);
    element.addEventListener("scroll", look, { passive: true });
    return () => {
      watch.disconnect();
      element.removeEventListener("scroll", look);
    };
  }, [rows, rowHeight, onFirst]);

  useImperativeHandle(props.ref, () => ({
    focus: () => box.current?.focus(),
    reveal: (row) => {
      const element = box.current;
      if (element === null) return;
      const [top, height] = [row * rowHeight, element.clientHeight || UNMEASURED];
      if (top < element.scrollTop) element.scrollTop = top;
      else if (top + rowHeight > element.scrollTop + height) element.scrollTop = top + rowHeight - height;
    },
  }));

  const shown = Array.from(
    { length: Math.max(0, Math.min(range.end, rows) - range.first) },
    (_, at) => range.first + at,
  );
  return (
    // The keys are the caller's: a list of rows to mark hears them, a list to read does not.
    // oxlint-disable-next-line jsx-a11y/no-noninteractive-element-interactions
    <div
      ref={box}
      role="list"
      aria-label={label}
      // A box that scrolls has to be reached by keyboard.
      // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex
      tabIndex={0}
      className={`${styles.list} ${className}`}
      onKeyDown={props.onKeyDown}
      data-testid={props.testId}
    >
      <div role="presentation" className={styles.body} style={{ height: rows * rowHeight }}>
        {shown.map((row) => (
          <div
            key={row}
            role="listitem"
            aria-posinset={row + 1}
            aria-setsize={rows}
            className={styles.row}
            style={{ top: row * rowHeight, height: rowHeight }}
          >
            {children(row)}
          </div>
        ))}
      </div>
    </div>
  );
}

/** The stops of a run in big rows, to be hit with a thumb or walked through by keyboard. */
import { Check, Undo2, X } from "lucide-react";
import { useMemo, type KeyboardEvent, type MouseEvent, type Ref } from "react";

import { WindowedList, type WindowedListHandle } from "~/components/windowed-list";
import type { PickMark, PickStop } from "~/lib/bindings";
import { format } from "~/lib/format";

import styles from "./run.module.css";
import type { RunRow } from "./run-rows";
import { flagsOf } from "./words";

type Props = {
  ref: Ref<WindowedListHandle>;
  rows: readonly RunRow[];
  /** Position of the stop that the keys act on. */
  active: number | null;
  onActive: (position: number) => void;
  /** Absent where the list is closed. */
  onMark?: (stop: PickStop, mark: PickMark) => void;
  onKeyDown: (event: KeyboardEvent) => void;
};

const ROW = 56;

const MARKS: Record<PickMark, string> = { open: "to pick", picked: "picked", short: "not found", struck: "struck" };

export function RunStops({ ref, rows, active, onActive, onMark, onKeyDown }: Props) {
  const label = useMemo(
    () => `Stops, ${format.number(rows.filter(({ kind }) => kind === "stop").length)} units`,
    [rows],
  );
  return (
    <WindowedList
      ref={ref}
      label={label}
      rows={rows.length}
      rowHeight={ROW}
      className={styles.stops}
      onKeyDown={onKeyDown}
      testId="run-stops"
    >
      {(at) => {
        const row = rows[at];
        if (row === undefined) return null;
        return row.kind === "place" ? (
          <Place row={row} />
        ) : (
          <Stop stop={row.stop} active={row.stop.position === active} onActive={onActive} onMark={onMark} />
        );
      }}
    </WindowedList>
  );
}

function Place({ row: { location, left, stops } }: { row: Extract<RunRow, { kind: "place" }> }) {
  return (
    <h2 className={styles.place} data-done={left === 0 || undefined}>
      <bdi>{location}</bdi>
      <span className="num">
        {left === 0
          ? "done"
          : left === stops
            ? format.number(stops)
            : `${format.number(left)} of ${format.number(stops)}`}
      </span>
    </h2>
  );
}

/** A button that leaves the keys with the list. */
const keepKeys = (event: MouseEvent) => event.preventDefault();

type StopProps = Pick<Props, "onActive" | "onMark"> & { stop: PickStop; active: boolean };

function Stop({ stop, active, onActive, onMark }: StopProps) {
  const { mark, position, set_number, name, condition, sku, platform_order_id: id, tote } = stop;
  const what = `${set_number} ${name}`;
  const isStruck = mark === "struck";
  return (
    // The list hears the keys; a row is only pointed at.
    // oxlint-disable-next-line jsx-a11y/click-events-have-key-events, jsx-a11y/no-static-element-interactions
    <div
      className={styles.stop}
      data-mark={mark}
      data-active={active || undefined}
      data-testid={`stop-${position}`}
      onClick={() => onActive(position)}
    >
      <button
        type="button"
        className={styles.tick}
        tabIndex={-1}
        disabled={onMark === undefined || isStruck}
        aria-pressed={mark === "picked"}
        aria-label={mark === "picked" ? `Put ${what} back` : `Picked: ${what}`}
        title={mark === "picked" ? "Not picked after all" : "Picked (Space)"}
        onMouseDown={keepKeys}
        onClick={() => onMark?.(stop, mark === "picked" ? "open" : "picked")}
      >
        {mark === "picked" && <Check size={22} strokeWidth={3} aria-hidden />}
        {isStruck && <X size={22} strokeWidth={3} aria-hidden />}
      </button>
      <div className={styles.item}>
        <bdi className={`${styles.name} ellipsis`} title={`${what} · ${condition}`}>
          <strong>{set_number}</strong> {name}
        </bdi>
        <span className={styles.facts}>
          {isStruck ? (
            <span className={styles.struck}>
              ✕ Struck: its order was cancelled or no longer wants it. Do not ship it.
            </span>
          ) : (
            <>
              <bdi>{condition}</bdi>
              {sku !== null && <bdi className="mono">{sku}</bdi>}
              {mark === "short" && <span className={styles.short}>⚠ not found</span>}
            </>
          )}
        </span>
      </div>
      <div className={styles.order}>
        <bdi className="mono" title={`Order ${id}`}>
          {id}
        </bdi>
        <span className={styles.flags}>
          {flagsOf(stop.flags).map(({ sign, word }) => (
            <span key={sign} className={styles.flag} title={word}>
              {sign} {word}
            </span>
          ))}
        </span>
      </div>
      <span className={styles.tote} title={tote === null ? undefined : `Tote ${tote}`}>
        {tote !== null && (
          <>
            <span className="visually-hidden">Tote </span>
            {tote}
          </>
        )}
      </span>
      <button
        type="button"
        className={styles.lack}
        tabIndex={-1}
        disabled={onMark === undefined || isStruck}
        aria-label={mark === "short" ? `Look for ${what} again` : `Not found: ${what}`}
        title={mark === "short" ? "Back on the list" : "Not found (X)"}
        onMouseDown={keepKeys}
        onClick={() => onMark?.(stop, mark === "short" ? "open" : "short")}
      >
        {mark === "short" ? <Undo2 size={16} aria-hidden /> : <X size={16} aria-hidden />}
        {mark === "short" ? "Back" : "Not found"}
      </button>
      <span className="visually-hidden">{MARKS[mark]}</span>
    </div>
  );
}

/**
 * One list at work: place after place, ticked off by thumb, by key or by scanner, struck where an order was cancelled.
 *
 * The keys stay where they were last time: in the scan field for whoever scans, else with the list.
 */
import { useEffect, useMemo, useRef, useState, type KeyboardEvent, type ReactNode } from "react";

import { Button } from "~/components/button";
import { useCommands } from "~/components/keys";
import { FailureNotice } from "~/components/notice";
import type { WindowedListHandle } from "~/components/windowed-list";
import type { OrderSelection, PickListId, PickMark, PickStop } from "~/lib/bindings";
import { counted } from "~/lib/format";

import { Exceptions } from "./pick-summary";
import { RunHead } from "./run-head";
import { nextOpen, packedOrders, runRows } from "./run-rows";
import { RunStops } from "./run-stops";
import styles from "./run.module.css";
import { ScanField } from "./scan-field";
import { useRun } from "./use-run";
import { unitsToGo } from "./words";

type Props = {
  record: PickListId;
  /** The way back to the overview. */
  back: ReactNode;
  onConfirm: (orders: OrderSelection) => void;
};

const KEPT = "pick-run-keys";

export function RunPage({ record, back, onConfirm }: Props) {
  const { run, mark, scan, scanned } = useRun(record);
  const [chosen, setChosen] = useState<number | null>(null);
  const stopsList = useRef<WindowedListHandle>(null);
  const input = useRef<HTMLInputElement>(null);

  const stops = useMemo(() => run.data?.stops ?? [], [run.data]);
  const rows = useMemo(() => runRows(stops), [stops]);
  const entry = run.data?.entry;
  const isOpen = entry?.state === "open";
  const active = stops.find(({ position }) => position === chosen) ?? nextOpen(stops, -1) ?? stops[0];

  const go = (stop: PickStop | undefined | null) => {
    if (stop === undefined || stop === null) return;
    setChosen(stop.position);
    const at = rows.findIndex((row) => row.kind === "stop" && row.stop.position === stop.position);
    // With its heading, where that stands right above.
    if (rows[at - 1]?.kind === "place") stopsList.current?.reveal(at - 1);
    stopsList.current?.reveal(at);
  };
  const step = (by: number) => {
    const at = active === undefined ? -1 : stops.indexOf(active);
    go(stops[Math.max(0, Math.min(stops.length - 1, at + by))]);
  };
  const set = async (stop: PickStop, to: PickMark) => {
    if (!isOpen || stop.mark === "struck") return;
    setChosen(stop.position);
    if ((await mark([stop.position], to)) && to !== "open") {
      go(
        nextOpen(
          stops.filter(({ position }) => position !== stop.position),
          stop.position,
        ),
      );
    }
  };
  const toggle = (to: PickMark) => {
    if (active !== undefined) void set(active, active.mark === to ? "open" : to);
  };
  const scanCode = async (code: string) => {
    localStorage.setItem(KEPT, "scan");
    const stop = await scan(code);
    if (stop !== null)
      go(
        nextOpen(
          stops.filter(({ position }) => position !== stop.position),
          stop.position,
        ) ?? stop,
      );
  };
  const moved = (event: KeyboardEvent) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key === "ArrowDown") step(1);
    else if (event.key === "ArrowUp") step(-1);
    else if (event.key === " ") toggle("picked");
    else return;
    event.preventDefault();
  };

  // Once, when the run is there: the keys go where they were used last.
  const isHere = run.data !== undefined;
  useEffect(() => {
    if (!isHere) return;
    if (localStorage.getItem(KEPT) === "scan") input.current?.focus();
    else stopsList.current?.focus();
  }, [isHere]);

  const packed = useMemo(() => packedOrders(stops), [stops]);
  const isWorked = entry !== undefined && (entry.state === "done" || (isOpen && unitsToGo(entry) === 0));
  const canConfirm = isWorked && packed.length > 0;
  const confirm = () => onConfirm({ ids: packed });
  const toList = () => stopsList.current?.focus();
  useCommands([
    { id: "run-next", label: "Next stop", keys: "j or ArrowDown", group: "Picking", run: () => (toList(), step(1)) },
    {
      id: "run-previous",
      label: "Previous stop",
      keys: "k or ArrowUp",
      group: "Picking",
      run: () => (toList(), step(-1)),
    },
    {
      id: "run-picked",
      label: "Picked, or back on the list",
      keys: "Space",
      group: "Picking",
      heard: true,
      when: isOpen,
      run: () => toggle("picked"),
    },
    { id: "run-short", label: "Not found", keys: "x", group: "Picking", when: isOpen, run: () => toggle("short") },
    {
      id: "run-scan",
      label: "Scan a code",
      keys: "/",
      group: "Picking",
      when: isOpen,
      run: () => input.current?.focus(),
    },
    { id: "run-confirm", label: "Confirm the packed orders", group: "Picking", when: canConfirm, run: confirm },
  ]);

  return (
    <div className={styles.page}>
      <RunHead back={back} entry={entry}>
        {canConfirm && (
          <Button look="primary" onClick={confirm}>
            Confirm {counted(packed.length, "order")}…
          </Button>
        )}
      </RunHead>
      {run.error !== null && (
        <div className={styles.notice}>
          <FailureNotice error={run.error} onAgain={() => void run.refetch()} />
        </div>
      )}
      {run.data !== undefined && (
        <>
          {isOpen && (
            <ScanField
              input={input}
              scanned={scanned}
              disabled={!isOpen}
              onScan={(code) => void scanCode(code)}
              onKey={moved}
              onLeave={() => {
                localStorage.setItem(KEPT, "keys");
                toList();
              }}
            />
          )}
          {rows.length === 0 ? (
            <p className={styles.nothing} role="status">
              No unit of this list can be picked; the reasons are below.
            </p>
          ) : (
            <RunStops
              ref={stopsList}
              rows={rows}
              active={isOpen ? (active?.position ?? null) : null}
              onActive={setChosen}
              onMark={isOpen ? (stop, to) => void set(stop, to) : undefined}
              onKeyDown={moved}
            />
          )}
          {run.data.exceptions.length > 0 && (
            <div className={styles.exceptions}>
              <Exceptions exceptions={run.data.exceptions} units={run.data.entry.totals.exception_units} />
            </div>
          )}
        </>
      )}
    </div>
  );
}

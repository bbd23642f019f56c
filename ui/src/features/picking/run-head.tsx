/** The head of a run: which list, how far it is, and what can be done with the whole of it. */
import { lazy, Suspense, useState, type ReactNode } from "react";

import { Button } from "~/components/button";
import type { PickListEntry } from "~/lib/bindings";
import { counted, format } from "~/lib/format";

import styles from "./run.module.css";
import { useListActs } from "./use-list-acts";
import { printsText, progressText, STATES, totalsText, unitsToGo } from "./words";

const ReprintDialog = lazy(() => import("./reprint-dialog"));

type Props = { back: ReactNode; entry: PickListEntry | undefined; children?: ReactNode };

export function RunHead({ back, entry, children }: Props) {
  const [printing, setPrinting] = useState(false);
  const acts = useListActs();
  return (
    <>
      <header className={styles.head}>
        {back}
        <h1 className="mono">{entry?.id ?? "Pick list"}</h1>
        {entry !== undefined && <StateChip entry={entry} />}
        <div className={styles.actions}>
          {entry !== undefined && (
            <>
              {entry.state === "open" && (
                <Button look="quiet" disabled={acts.busy} onClick={() => void acts.discard(entry)}>
                  Discard
                </Button>
              )}
              <Button onClick={() => setPrinting(true)}>{entry.prints === 0 ? "Print" : "Reprint"}</Button>
              {entry.state === "open" && (
                <Button disabled={acts.busy} onClick={() => void acts.finish(entry)}>
                  Finish list
                </Button>
              )}
            </>
          )}
          {children}
        </div>
      </header>
      {entry !== undefined && (
        <div className={styles.far}>
          <ProgressBar entry={entry} />
          <p className="num" aria-live="polite" data-testid="run-progress">
            {progressText(entry)}
            {entry.state === "open" &&
              ` · ${unitsToGo(entry) === 0 ? "nothing left to pick" : `${format.number(unitsToGo(entry))} to go`}`}
          </p>
          <p className={styles.quiet} title={format.absolute(entry.created_at)}>
            {totalsText(entry)}, {printsText(entry)}
            {entry.totals.exceptions > 0 && `, ${counted(entry.totals.exceptions, "line")} not on the walk`}
          </p>
        </div>
      )}
      {printing && entry !== undefined && (
        <Suspense>
          <ReprintDialog entry={entry} onClose={() => setPrinting(false)} />
        </Suspense>
      )}
    </>
  );
}

export function StateChip({ entry: { state } }: { entry: PickListEntry }) {
  return (
    <span className={styles.chip} data-state={state}>
      {STATES[state]}
    </span>
  );
}

/** How much is picked, not found and struck, in shares of the whole. */
export function ProgressBar({ entry: { id, totals, picked, short, struck } }: { entry: PickListEntry }) {
  const share = (units: number) => ({ width: `${totals.units === 0 ? 0 : (100 * units) / totals.units}%` });
  return (
    <div
      className={styles.bar}
      role="progressbar"
      aria-label={`Progress of ${id}`}
      aria-valuemin={0}
      aria-valuemax={totals.units}
      aria-valuenow={Math.min(totals.units, picked + short + struck)}
    >
      <span className={styles.barPicked} style={share(picked)} />
      <span className={styles.barShort} style={share(short)} />
      <span className={styles.barStruck} style={share(struck)} />
    </div>
  );
}

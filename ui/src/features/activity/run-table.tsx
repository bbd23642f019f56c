/** The journal of the sync, newest first. Numbers are those of the run; the error names its code and Amazon's request. */
import { Copy } from "lucide-react";

import { IconButton } from "~/components/button";
import { useToast } from "~/components/toast";
import type { RunEntry, RunError } from "~/lib/bindings";
import { copyText } from "~/lib/clipboard";
import { format } from "~/lib/format";

import styles from "./activity.module.css";

export function RunTable({ runs, now }: { runs: readonly RunEntry[]; now: number }) {
  return (
    <table className={styles.runs} data-testid="runs">
      <thead>
        <tr>
          <th scope="col">Began</th>
          <th scope="col">Account</th>
          <th scope="col">What</th>
          <th scope="col" className={styles.end}>
            Took
          </th>
          <th scope="col" className={styles.end}>
            New
          </th>
          <th scope="col" className={styles.end}>
            Changed
          </th>
          <th scope="col" className={styles.end}>
            As known
          </th>
          <th scope="col" className={styles.end}>
            Calls
          </th>
          <th scope="col" className={styles.end}>
            Pages
          </th>
          <th scope="col" className={styles.end}>
            <abbr title="Answers 429: Amazon's limit was reached">Limited</abbr>
          </th>
          <th scope="col" className={styles.end}>
            <abbr title="How long after their change half of the orders were here">Lag</abbr>
          </th>
          <th scope="col">Complete to</th>
        </tr>
      </thead>
      {runs.map((run) => (
        <tbody key={run.id}>
          <tr>
            <td title={format.absolute(run.started_at)}>{format.moment(run.started_at, now)}</td>
            <td>
              <bdi>{run.account}</bdi>
            </td>
            <td>{run.kind}</td>
            <td className={styles.end}>{took(run)}</td>
            <td className={styles.end}>{format.number(run.new_orders)}</td>
            <td className={styles.end}>{format.number(run.changed_orders)}</td>
            <td className={styles.end}>{format.number(run.unchanged)}</td>
            <td className={styles.end}>{format.number(run.calls)}</td>
            <td className={styles.end}>{format.number(run.pages)}</td>
            <td className={styles.end}>{format.number(run.throttled)}</td>
            <td className={styles.end}>{lag(run.median_lateness_s)}</td>
            <td title={run.complete_up_to === null ? undefined : format.absolute(run.complete_up_to)}>
              {run.complete_up_to === null ? "—" : format.moment(run.complete_up_to, now)}
            </td>
          </tr>
          {run.error !== null && <ErrorRow error={run.error} />}
        </tbody>
      ))}
    </table>
  );
}

function ErrorRow({ error }: { error: RunError }) {
  const toast = useToast();
  const reference = error.request_id === null ? error.code : `${error.code} · request ${error.request_id}`;
  return (
    <tr className={styles.error}>
      <td colSpan={12}>
        Failed: <bdi>{error.message}</bdi> <span className="mono">{reference}</span>{" "}
        <IconButton
          label="Copy the code"
          onClick={() => void copyText(reference).then(() => toast({ text: "Code copied" }))}
        >
          <Copy size={13} />
        </IconButton>
      </td>
    </tr>
  );
}

function took({ started_at: from, finished_at: to }: RunEntry): string {
  if (to === null) return "running";
  const seconds = (Date.parse(to) - Date.parse(from)) / 1000;
  if (seconds < 10) return `${seconds.toFixed(1)} s`;
  return seconds < 120 ? `${Math.round(seconds)} s` : `${Math.round(seconds / 60)} min`;
}

function lag(seconds: number | null): string {
  if (seconds === null) return "—";
  if (seconds < 120) return `${format.number(seconds)} s`;
  return seconds < 7200
    ? `${format.number(Math.round(seconds / 60))} min`
    : `${format.number(Math.round(seconds / 3600))} h`;
}

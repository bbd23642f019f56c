/** Settings → Diagnostics: what left this computer, and one file that helps to find a fault. */
import { useMutation, useQuery } from "@tanstack/react-query";
import { useState } from "react";

import { Button } from "~/components/button";
import { useCommands } from "~/components/keys";
import { FailureNotice } from "~/components/notice";
import { useToast } from "~/components/toast";
import type { NetworkEntry } from "~/lib/bindings";
import { useNow } from "~/lib/clock";
import { counted, format } from "~/lib/format";
import { backend } from "~/lib/ipc";

import styles from "./diagnostics.module.css";

/** How many requests are shown first, and all that are kept. */
const FIRST = 200;
const ALL = 10_000;

export function DiagnosticsPage() {
  return (
    <div className={styles.stack}>
      <Export />
      <Network />
    </div>
  );
}

function Export() {
  const toast = useToast();
  const all = useMutation({
    mutationFn: () => backend.exportDiagnostics(),
    onSuccess: ({ path, rows }) => toast({ text: `${counted(rows, "file")} in one`, detail: path }),
    onError: (failure) => toast({ text: "Nothing was exported", detail: failure.message, tone: "bad" }),
  });
  useCommands([
    {
      id: "diagnostics",
      label: "Export diagnostics",
      group: "Settings",
      when: !all.isPending,
      run: () => all.mutate(),
    },
  ]);
  return (
    <section className={styles.card}>
      <h2>When something goes wrong</h2>
      <p>
        Packlight sends nothing to anybody. This writes logs, panic reports, the journal of the sync, settings and
        versions into one ZIP file in your downloads folder, for you to read and to send if you want to. Secrets,
        titles, notes and order numbers are not in it.
      </p>
      <div className={styles.row}>
        <Button look="primary" disabled={all.isPending} onClick={() => all.mutate()}>
          {all.isPending ? "Exporting…" : "Export diagnostics"}
        </Button>
      </div>
    </section>
  );
}

function Network() {
  const now = useNow(60_000);
  const [limit, setLimit] = useState(FIRST);
  const requests = useQuery({
    queryKey: ["network", limit],
    queryFn: () => backend.networkRequests(limit),
    staleTime: 0,
    gcTime: 0,
  });
  const rows = requests.data ?? [];
  return (
    <section className={styles.card}>
      <h2>Network</h2>
      <p>
        The last 10,000 requests that left this computer, the newest first: where to, why, and how much. Times are
        yours.
      </p>
      {requests.error !== null && <FailureNotice error={requests.error} onAgain={() => void requests.refetch()} />}
      {requests.data !== undefined && rows.length === 0 && <p>Nothing has left this computer yet.</p>}
      {rows.length > 0 && (
        <div className={styles.scroll}>
          <table className={styles.list} data-testid="network">
            <thead>
              <tr>
                <th scope="col">When</th>
                <th scope="col">Host</th>
                <th scope="col">Purpose</th>
                <th scope="col">Method</th>
                <th scope="col">Answer</th>
                <th scope="col" className={styles.end}>
                  Sent
                </th>
                <th scope="col" className={styles.end}>
                  Received
                </th>
                <th scope="col" className={styles.end}>
                  Took
                </th>
              </tr>
            </thead>
            <tbody>
              {rows.map((entry, at) => (
                // Entries have no id; the list is read anew as a whole.
                // oxlint-disable-next-line no-array-index-key
                <Row key={at} entry={entry} now={now} />
              ))}
            </tbody>
          </table>
        </div>
      )}
      <div className={styles.row}>
        <Button onClick={() => void requests.refetch()}>Read again</Button>
        {rows.length === FIRST && limit === FIRST && (
          <Button onClick={() => setLimit(ALL)}>Show all that are kept</Button>
        )}
      </div>
    </section>
  );
}

function Row({ entry, now }: { entry: NetworkEntry; now: number }) {
  return (
    <tr>
      <td title={format.absolute(entry.at)}>{format.moment(entry.at, now)}</td>
      <td>{entry.host}</td>
      <td>{entry.purpose}</td>
      <td>{entry.method}</td>
      <td>{entry.status ?? "none"}</td>
      <td className={styles.end}>{bytes(entry.bytes_out)}</td>
      <td className={styles.end}>{bytes(entry.bytes_in)}</td>
      <td className={styles.end}>{format.number(entry.milliseconds)} ms</td>
    </tr>
  );
}

function bytes(number: number): string {
  return number < 1024 ? `${format.number(number)} B` : `${format.number(Math.round(number / 1024))} kB`;
}

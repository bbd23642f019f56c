/** Settings → Data: where everything lies, its backups, and everything as files or gone. */
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";

import { Button } from "~/components/button";
import { useCommands } from "~/components/keys";
import { FailureNotice, Notice } from "~/components/notice";
import { useToast } from "~/components/toast";
import { useNow } from "~/lib/clock";
import { counted, format } from "~/lib/format";
import { backend } from "~/lib/ipc";
import { queries } from "~/lib/query";

import { dataQueries } from "./data-queries";
import styles from "./data.module.css";
import { EraseDialog } from "./erase-dialog";
import { MoveDialog } from "./move-dialog";
import { RestoreDialog } from "./restore-dialog";
import { RestoreField } from "./restore-field";
import { RetentionCard } from "./retention-card";
import { madeAt, when } from "./words";

export function DataPage() {
  const { data: app } = useQuery(queries.app);
  if (app === undefined) return null;
  if (app.demo) {
    return (
      <section className={styles.card}>
        <h2>The demo keeps nothing</h2>
        <p>Its orders are made up and deleted when it is left. Backups and exports are for data of your own.</p>
      </section>
    );
  }
  return (
    <div className={styles.stack}>
      <Backups />
      <RetentionCard />
      <Everything folder={app.data_folder} />
    </div>
  );
}

function Backups() {
  const toast = useToast();
  const client = useQueryClient();
  const now = useNow(60_000);
  const status = useQuery(dataQueries.backups);
  const [restoring, setRestoring] = useState<string | null>(null);
  const make = useMutation({
    mutationFn: () => backend.backUpNow(),
    onSuccess: (backup) => toast({ text: "Backed up and examined", detail: backup.path }),
    onError: (failure) => toast({ text: "The backup failed", detail: failure.message, tone: "bad" }),
    onSettled: () => void client.invalidateQueries({ queryKey: dataQueries.backups.queryKey }),
  });
  useCommands([
    {
      id: "back-up",
      label: "Back up now",
      group: "Settings",
      when: !make.isPending,
      run: () => make.mutate(),
    },
  ]);
  const files = status.data?.files ?? [];
  const problem = status.data?.problem ?? null;
  const failedAt = status.data?.failed_at ?? null;
  return (
    <section className={styles.card}>
      <h2>Backups</h2>
      <p>
        Every night Packlight copies its database and examines the copy. Seven days, four weeks and twelve months are
        kept. Secrets are in none of them. A former database that a restore, a repair or an update kept goes when there
        are seven backups a month newer.
      </p>
      {status.error !== null && <FailureNotice error={status.error} onAgain={() => void status.refetch()} />}
      {problem !== null && (
        <Notice tone="bad">
          <strong>The last backup failed</strong>
          {failedAt !== null && ` (${format.moment(failedAt, now)})`}: {problem}
        </Notice>
      )}
      {files.length === 0 ? (
        status.data !== undefined && <p>There is no backup yet.</p>
      ) : (
        <table className={styles.list} data-testid="backups">
          <thead>
            <tr>
              <th scope="col">Made</th>
              <th scope="col" className={styles.end}>
                Orders
              </th>
              <th scope="col">Newest order</th>
              <th scope="col" className={styles.end}>
                Units
              </th>
              <th scope="col" className={styles.end}>
                Size
              </th>
              <th scope="col" aria-label="Restore" />
            </tr>
          </thead>
          <tbody>
            {files.map((backup) => (
              <tr key={backup.path}>
                <td title={backup.path}>{madeAt(backup, now)}</td>
                <td className={styles.end}>{format.number(backup.orders)}</td>
                <td>{backup.newest_order === null ? "none" : when(backup.newest_order, now)}</td>
                <td className={styles.end}>{format.number(backup.units)}</td>
                <td className={styles.end}>{format.number(backup.megabytes)} MB</td>
                <td className={styles.end}>
                  <Button small onClick={() => setRestoring(backup.path)}>
                    Restore…
                  </Button>
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
      {status.data !== undefined && <p className={styles.path}>{status.data.folder}</p>}
      <div className={styles.row}>
        <Button look="primary" disabled={make.isPending} onClick={() => make.mutate()}>
          {make.isPending ? "Backing up…" : "Back up now"}
        </Button>
      </div>
      <RestoreField onLook={setRestoring} />
      <RestoreDialog path={restoring} onClose={() => setRestoring(null)} />
    </section>
  );
}

function Everything({ folder }: { folder: string }) {
  const toast = useToast();
  const [erasing, setErasing] = useState(false);
  const [moving, setMoving] = useState(false);
  const all = useMutation({
    mutationFn: () => backend.exportEverything(),
    onSuccess: ({ path, rows }) => toast({ text: `${counted(rows, "row")} exported`, detail: path }),
    onError: (failure) => toast({ text: "Nothing was exported", detail: failure.message, tone: "bad" }),
  });
  useCommands([
    {
      id: "export-all",
      label: "Export everything as CSV and JSON",
      group: "Settings",
      when: !all.isPending,
      run: () => all.mutate(),
    },
    { id: "move-folder", label: "Move the data folder…", group: "Settings", run: () => setMoving(true) },
    { id: "erase", label: "Erase everything…", group: "Settings", run: () => setErasing(true) },
  ]);
  return (
    <section className={styles.card}>
      <h2>Everything you have here</h2>
      <p>
        All of it lies in one folder on this computer: <span className={styles.path}>{folder}</span>
      </p>
      <div className={styles.row}>
        <Button disabled={all.isPending} onClick={() => all.mutate()}>
          {all.isPending ? "Exporting…" : "Export everything as CSV and JSON"}
        </Button>
        <Button onClick={() => setMoving(true)}>Move it elsewhere…</Button>
        <Button look="danger" onClick={() => setErasing(true)}>
          Erase everything…
        </Button>
      </div>
      <MoveDialog open={moving} folder={folder} onClose={() => setMoving(false)} />
      <EraseDialog open={erasing} onClose={() => setErasing(false)} />
    </section>
  );
}

/** In place of everything, when the data folder cannot be opened: what is wrong, and the ways on. */
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";

import { Button } from "~/components/button";
import { FailureNotice } from "~/components/notice";
import { EraseDialog } from "~/features/data/erase-dialog";
import { RestoreDialog } from "~/features/data/restore-dialog";
import { RestoreField } from "~/features/data/restore-field";
import type { AppInfo, CommandError } from "~/lib/bindings";
import { backend } from "~/lib/ipc";

import ways from "./fatal-page.module.css";
import styles from "./shell.module.css";

type Props = { problem: Pick<CommandError, "code" | "message" | "context">; app: AppInfo | undefined };

export default function FatalPage({ problem, app }: Props) {
  const client = useQueryClient();
  const readAgain = () => void client.invalidateQueries();
  const open = useMutation({ mutationFn: () => backend.openAgain(), onSettled: readAgain });
  const anew = useMutation({ mutationFn: () => backend.beginAnew(), onSettled: readAgain });
  const [restoring, setRestoring] = useState<string | null>(null);
  const [erasing, setErasing] = useState(false);
  const damaged = problem.code === "corrupt_database";
  return (
    <main className={styles.whole}>
      <FailureNotice page error={anew.error ?? problem} onAgain={() => open.mutate()} />
      {damaged && (
        <div className={ways.ways}>
          <div className={ways.row}>
            <Button disabled={anew.isPending} onClick={() => anew.mutate()}>
              Keep the damaged files aside and begin empty
            </Button>
            <Button look="danger" onClick={() => setErasing(true)}>
              Erase everything…
            </Button>
          </div>
          <RestoreField onLook={setRestoring} />
          <RestoreDialog path={restoring} onClose={() => setRestoring(null)} />
          <EraseDialog open={erasing} onClose={() => setErasing(false)} />
        </div>
      )}
      {app && <p className={styles.folder}>Data folder: {app.data_folder}</p>}
    </main>
  );
}

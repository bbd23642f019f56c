/** Looks into a backup, and puts it in the place of the database once the seller has seen what is in it. */
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";

import { Button } from "~/components/button";
import { Dialog } from "~/components/dialog";
import { FailureNotice } from "~/components/notice";
import { useToast } from "~/components/toast";
import { format } from "~/lib/format";
import { backend } from "~/lib/ipc";

import styles from "./data.module.css";
import { holdings } from "./words";

export function RestoreDialog({ path, onClose }: { path: string | null; onClose: () => void }) {
  const toast = useToast();
  const client = useQueryClient();
  const look = useQuery({
    queryKey: ["backup-preview", path],
    queryFn: () => backend.previewBackup(path ?? ""),
    enabled: path !== null,
    staleTime: 0,
    gcTime: 0,
  });
  const restore = useMutation({
    mutationFn: () => backend.restoreBackup(path ?? ""),
    onSuccess: ({ kept }) => {
      toast({
        text: "The backup was restored",
        detail: `The next sync reads again what Amazon changed since.${kept === null ? "" : ` The former database is kept as ${kept}.`}`,
      });
      void client.invalidateQueries();
      onClose();
    },
  });
  const backup = look.data;
  const failure = look.error ?? restore.error;
  return (
    <Dialog
      open={path !== null}
      onClose={onClose}
      title="Restore this backup?"
      actions={
        <>
          <Button onClick={onClose}>Cancel</Button>
          <Button look="primary" disabled={backup === undefined || restore.isPending} onClick={() => restore.mutate()}>
            {restore.isPending ? "Restoring…" : "Restore"}
          </Button>
        </>
      }
    >
      {failure !== null && <FailureNotice error={failure} />}
      {look.isFetching && <p>Examining the backup…</p>}
      {backup !== undefined && (
        <>
          <dl className={styles.facts} data-testid="backup-preview">
            <dt>Made</dt>
            <dd>{backup.made_at === null ? "not known" : format.absolute(backup.made_at)}</dd>
            <dt>Holds</dt>
            <dd>{holdings(backup)}</dd>
            <dt>Accounts</dt>
            <dd>{backup.accounts.length === 0 ? "none" : backup.accounts.join(", ")}</dd>
            <dt>File</dt>
            <dd className={styles.path}>{backup.path}</dd>
          </dl>
          {backup.is_older && <p>An older Packlight made it; it is brought up to date on the way.</p>}
          <p>
            What was done here since then is undone with it. The present database is kept beside the new one, and
            secrets are not touched.
          </p>
        </>
      )}
    </Dialog>
  );
}

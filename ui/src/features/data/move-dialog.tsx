/** Moves the data folder: asks where to, and starts Packlight anew there. */
import { useMutation } from "@tanstack/react-query";
import { useState } from "react";

import { Button } from "~/components/button";
import { Dialog } from "~/components/dialog";
import { TextField } from "~/components/field";
import { FailureNotice, Notice } from "~/components/notice";
import { backend } from "~/lib/ipc";
import { LONGEST } from "~/lib/limits";

import styles from "./data.module.css";

export function MoveDialog({ open, folder, onClose }: { open: boolean; folder: string; onClose: () => void }) {
  const [to, setTo] = useState("");
  const move = useMutation({ mutationFn: () => backend.moveDataFolder(to.trim()) });
  const close = () => {
    // Once it is on its way there is nothing to go back to.
    if (move.isPending || move.isSuccess) return;
    move.reset();
    setTo("");
    onClose();
  };
  const lost = move.data?.without_secrets ?? [];
  return (
    <Dialog
      open={open}
      onClose={close}
      title="Move the data folder"
      actions={
        <>
          <Button disabled={move.isPending || move.isSuccess} onClick={close}>
            Cancel
          </Button>
          {lost.length > 0 ? (
            <Button look="primary" onClick={() => void backend.restart()}>
              Start again
            </Button>
          ) : (
            <Button
              look="primary"
              disabled={to.trim() === "" || move.isPending || move.isSuccess}
              onClick={() => move.mutate()}
            >
              {move.isPending ? "Moving…" : "Move and start again"}
            </Button>
          )}
        </>
      }
    >
      {move.error !== null && <FailureNotice error={move.error} />}
      {move.isSuccess ? (
        <>
          <p>
            The data is in <span className={styles.path}>{move.data.to}</span> now.{" "}
            {lost.length > 0 ? "Start Packlight again to go on there." : "Packlight starts again."}
          </p>
          {lost.length > 0 && <Notice tone="warn">{lost.join(" ")}</Notice>}
        </>
      ) : (
        <>
          <p>
            It is in <span className={styles.path}>{folder}</span> now. Everything is copied, every copy is read again,
            and the new database is opened before Packlight starts again in the new place. Only then the former files
            are deleted. Syncing stops meanwhile and goes on where it was.
          </p>
          <TextField
            label="New folder"
            maxLength={LONGEST.path}
            hint="The full path of a new or an empty folder, on a disk of this computer."
            value={to}
            spellCheck={false}
            autoComplete="off"
            onChange={(event) => setTo(event.target.value)}
          />
        </>
      )}
    </Dialog>
  );
}

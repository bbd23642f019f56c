/** Erases everything, after the words for it were typed. */
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";

import { Button } from "~/components/button";
import { Dialog } from "~/components/dialog";
import { TextField } from "~/components/field";
import { FailureNotice } from "~/components/notice";
import { useToast } from "~/components/toast";
import { backend } from "~/lib/ipc";

/** The core asks for the same words. */
const WORDS = "erase everything";

export function EraseDialog({ open, onClose }: { open: boolean; onClose: () => void }) {
  const toast = useToast();
  const client = useQueryClient();
  const [words, setWords] = useState("");
  const close = () => {
    setWords("");
    onClose();
  };
  const erase = useMutation({
    mutationFn: () => backend.eraseEverything(words),
    onSuccess: (left) => {
      toast(
        left.length === 0
          ? { text: "Everything was erased" }
          : { text: "Everything here was erased, but not all secrets", detail: left.join(" "), tone: "bad" },
      );
      void client.invalidateQueries();
      close();
    },
  });
  return (
    <Dialog
      open={open}
      onClose={close}
      title="Erase everything?"
      alert
      actions={
        <>
          <Button onClick={close}>Keep everything</Button>
          <Button
            look="danger"
            disabled={words.trim().toLowerCase() !== WORDS || erase.isPending}
            onClick={() => erase.mutate()}
          >
            {erase.isPending ? "Erasing…" : "Erase"}
          </Button>
        </>
      }
    >
      {erase.error !== null && <FailureNotice error={erase.error} />}
      <p>
        Orders, stock, mappings, notes, pick lists, settings, all backups in the data folder, logs and the secrets of
        every account are deleted. This cannot be undone. Exports and backups elsewhere stay. Nothing changes at Amazon.
      </p>
      <TextField
        label={`Type “${WORDS}” to go on`}
        value={words}
        autoComplete="off"
        onChange={(event) => setWords(event.target.value)}
      />
    </Dialog>
  );
}

/** Unlocks the vault file for this run of Packlight. */
import { useQueryClient } from "@tanstack/react-query";
import { useId, useRef, useState, type FormEvent } from "react";

import { Button } from "~/components/button";
import { Dialog } from "~/components/dialog";
import { SecretField } from "~/components/field";
import { useToast } from "~/components/toast";
import { backend, Failure } from "~/lib/ipc";
import { keys } from "~/lib/query";

import styles from "./accounts.module.css";

export function UnlockDialog({ open, onClose }: { open: boolean; onClose: () => void }) {
  const id = useId();
  const client = useQueryClient();
  const toast = useToast();
  const form = useRef<HTMLFormElement>(null);
  const [error, setError] = useState<string | null>(null);
  const [busy, setBusy] = useState(false);

  const close = () => {
    setError(null);
    onClose();
  };
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    if (form.current === null || busy) return;
    const passphrase = String(new FormData(form.current).get("passphrase") ?? "");
    if (passphrase === "") {
      setError("Enter the passphrase");
      return;
    }
    setBusy(true);
    try {
      await backend.unlockVault(passphrase);
      form.current?.reset();
      toast({ text: "Vault unlocked" });
      for (const queryKey of [keys.accounts, keys.sync]) void client.invalidateQueries({ queryKey });
      close();
    } catch (thrown) {
      setError(Failure.from(thrown).message);
    } finally {
      setBusy(false);
    }
  };

  return (
    <Dialog
      open={open}
      onClose={close}
      title="Unlock the vault"
      actions={
        <>
          <Button onClick={close}>Cancel</Button>
          <Button look="primary" type="submit" form={id} disabled={busy}>
            {busy ? "Unlocking…" : "Unlock"}
          </Button>
        </>
      }
    >
      <form
        id={id}
        ref={form}
        className={styles.form}
        onSubmit={(event) => void submit(event)}
        noValidate
        autoComplete="off"
      >
        <SecretField
          name="passphrase"
          label="Passphrase"
          hint="The one chosen when the account was connected."
          error={error}
        />
      </form>
    </Dialog>
  );
}

/** New secrets for an account: checked with Amazon first, so that wrong ones never take the place of working ones. */
import { useQueryClient } from "@tanstack/react-query";
import { useId, useRef, useState, type FormEvent } from "react";

import { Button } from "~/components/button";
import { Dialog } from "~/components/dialog";
import { FailureNotice } from "~/components/notice";
import { useToast } from "~/components/toast";
import type { AccountView } from "~/lib/bindings";
import { backend, Failure } from "~/lib/ipc";
import { keys } from "~/lib/query";

import styles from "./accounts.module.css";
import { SecretsFields } from "./secrets-fields";
import { readSecrets, type SecretsErrors } from "./secrets-form";
import { useWrongField } from "./use-wrong-field";
import { Waits } from "./waits";

export function ReplaceDialog({
  account,
  open,
  onClose,
}: {
  account: AccountView;
  open: boolean;
  onClose: () => void;
}) {
  const id = useId();
  const client = useQueryClient();
  const toast = useToast();
  const form = useRef<HTMLFormElement>(null);
  const [errors, setErrors] = useState<SecretsErrors>({});
  const [failure, setFailure] = useState<Failure | null>(null);
  const [busy, setBusy] = useState(false);

  useWrongField(form, errors);

  const close = () => {
    setErrors({});
    setFailure(null);
    onClose();
  };
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    if (form.current === null || busy) return;
    const read = readSecrets(new FormData(form.current));
    setErrors(read.errors);
    setFailure(null);
    if (Object.keys(read.errors).length > 0) return;
    setBusy(true);
    try {
      const { left } = await backend.replaceSecrets(account.id, read.input);
      form.current?.reset();
      const text = `Secrets of ${account.label} replaced`;
      // What the former place kept is read and acted on at leisure: it stays until it is dismissed.
      if (left === null) toast({ text });
      else toast({ text, detail: `Of the former ones ${left}.`, tone: "bad" });
      for (const queryKey of [keys.accounts, keys.app, keys.sync]) void client.invalidateQueries({ queryKey });
      close();
    } catch (thrown) {
      setFailure(Failure.from(thrown));
    } finally {
      setBusy(false);
    }
  };

  return (
    <Dialog
      open={open}
      onClose={close}
      title={`Replace the secrets of ${account.label}`}
      actions={
        <>
          <Button onClick={close}>Cancel</Button>
          <Button look="primary" type="submit" form={id} disabled={busy}>
            {busy ? "Checking with Amazon…" : "Check and replace"}
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
        <p>The new secrets are checked with Amazon; the present ones stay in use until they pass.</p>
        <SecretsFields errors={errors} place={account.secrets === "file" ? "file" : "keychain"} />
        {failure !== null && <FailureNotice error={failure} onAgain={() => form.current?.requestSubmit()} />}
        <Waits busy={busy} />
      </form>
    </Dialog>
  );
}

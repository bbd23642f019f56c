/** Forgetting an account: what would go, said in numbers, and its label typed before anything does. */
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useId, useState, type FormEvent } from "react";

import { Button } from "~/components/button";
import { Dialog } from "~/components/dialog";
import { TextField } from "~/components/field";
import { FailureNotice, Notice } from "~/components/notice";
import { useToast } from "~/components/toast";
import type { AccountView, ForgetPreview } from "~/lib/bindings";
import { counted } from "~/lib/format";
import { backend, Failure } from "~/lib/ipc";
import { keys } from "~/lib/query";

import styles from "./accounts.module.css";

export function ForgetDialog(props: { account: AccountView; open: boolean; onClose: () => void }) {
  const { account, open, onClose } = props;
  const id = useId();
  const client = useQueryClient();
  const toast = useToast();
  const preview = useQuery({
    // Under the orders' key: what they lose while it runs shows here.
    queryKey: ["orders", "forget", account.id],
    queryFn: () => backend.forgetPreview(account.id),
    enabled: open,
  });
  const [typed, setTyped] = useState("");
  const [failure, setFailure] = useState<Failure | null>(null);
  const [busy, setBusy] = useState(false);

  const close = () => {
    setTyped("");
    setFailure(null);
    onClose();
  };
  const same = typed.trim().toLocaleLowerCase() === account.label.trim().toLocaleLowerCase();
  const barred = (preview.data?.open_lists.length ?? 1) > 0;
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    if (!same || barred || busy) return;
    setBusy(true);
    setFailure(null);
    try {
      const { orders, left } = await backend.forgetAccount(account.id, typed);
      const text = `${account.label} forgotten`;
      const gone = `${counted(orders, "order")} deleted from this computer`;
      if (left === null) toast({ text, detail: `${gone}.` });
      else toast({ text, detail: `${gone}, but ${left}.`, tone: "bad" });
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
      alert
      open={open}
      onClose={close}
      title={`Forget ${account.label}?`}
      actions={
        <>
          <Button onClick={close}>Cancel</Button>
          <Button look="danger" type="submit" form={id} disabled={!same || barred || busy}>
            {busy ? "Deleting…" : `Delete ${account.label}`}
          </Button>
        </>
      }
    >
      <form id={id} className={styles.form} onSubmit={(event) => void submit(event)} noValidate>
        {preview.error !== null && <FailureNotice error={preview.error} onAgain={() => void preview.refetch()} />}
        {preview.data !== undefined && <Losses preview={preview.data} />}
        <p>
          Its secrets go too. This cannot be undone. To keep the orders and only stop reading new ones, disconnect it
          instead.
        </p>
        <TextField
          label={`Type ${account.label} to delete it`}
          value={typed}
          onChange={({ currentTarget: { value } }) => setTyped(value)}
          autoComplete="off"
          spellCheck={false}
        />
        {failure !== null && <FailureNotice error={failure} />}
      </form>
    </Dialog>
  );
}

function Losses({ preview }: { preview: ForgetPreview }) {
  if (preview.open_lists.length > 0) {
    return (
      <Notice tone="warn" step={<Link to="/orders/pick-lists">Pick lists</Link>}>
        Finish or discard {preview.open_lists.join(", ")} first: its orders are of this account.
      </Notice>
    );
  }
  const gone = [
    counted(preview.lines, "line"),
    preview.notes > 0 && counted(preview.notes, "note"),
    preview.confirmed > 0 && counted(preview.confirmed, "confirmation"),
    preview.pick_lists > 0 && counted(preview.pick_lists, "pick list record"),
  ].filter((text) => text !== false);
  return (
    <>
      <p>
        <strong>{counted(preview.orders, "order")}</strong> of this account will be deleted from this computer, with{" "}
        {gone.join(", ")}.
      </p>
      {preview.freed_units + preview.sold_units > 0 && (
        <p>
          The stock stays: {counted(preview.freed_units, "linked unit")} become free,{" "}
          {counted(preview.sold_units, "sold unit")} stay sold.
        </p>
      )}
      {preview.copies.length > 0 && (
        <p className={styles.files}>
          {counted(preview.copies.length, "whole copy", "whole copies")} of the former database, kept by a restore, a
          repair or an update, {preview.copies.length === 1 ? "goes" : "go"} too: {preview.copies.join(", ")}.
        </p>
      )}
      {preview.backups > 0 && (
        <p>{counted(preview.backups, "backup")} made before hold the orders until they are rotated out or deleted.</p>
      )}
    </>
  );
}

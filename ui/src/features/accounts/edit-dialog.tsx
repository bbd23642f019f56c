/** An account's label, where it sells, and the time zones of its business days. */
import { useQueryClient } from "@tanstack/react-query";
import { useId, useRef, useState, type FormEvent } from "react";

import { Button } from "~/components/button";
import { Dialog } from "~/components/dialog";
import { Choice, FieldGroup, TextField } from "~/components/field";
import { FailureNotice } from "~/components/notice";
import { useToast } from "~/components/toast";
import type { AccountEdit, AccountView, MarketplaceView } from "~/lib/bindings";
import { backend, Failure } from "~/lib/ipc";
import { LONGEST } from "~/lib/limits";
import { keys } from "~/lib/query";

import styles from "./accounts.module.css";
import { useWrongField } from "./use-wrong-field";

/** Zones to choose from; any other that the system knows can be typed. */
const ZONES = typeof Intl.supportedValuesOf === "function" ? Intl.supportedValuesOf("timeZone") : [];

type Errors = { label?: string; marketplaces?: string; zone?: string };

export function EditDialog(props: {
  account: AccountView;
  marketplaces: readonly MarketplaceView[];
  open: boolean;
  onClose: () => void;
}) {
  const { account, marketplaces, open, onClose } = props;
  const id = useId();
  const client = useQueryClient();
  const toast = useToast();
  const form = useRef<HTMLFormElement>(null);
  const [ticked, setTicked] = useState(account.marketplaces);
  const [errors, setErrors] = useState<Errors>({});
  const [failure, setFailure] = useState<Failure | null>(null);
  const [busy, setBusy] = useState(false);
  useWrongField(form, errors);

  const close = () => {
    setTicked(account.marketplaces);
    setErrors({});
    setFailure(null);
    onClose();
  };
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    if (form.current === null || busy) return;
    const edit = readForm(new FormData(form.current), ticked, account);
    setErrors({});
    setFailure(null);
    setBusy(true);
    try {
      const { label } = await backend.editAccount(account.id, edit);
      toast({ text: `${label} changed` });
      for (const queryKey of [keys.accounts, keys.sync]) void client.invalidateQueries({ queryKey });
      setTicked(edit.marketplaces.map((days) => days.id));
      onClose();
    } catch (thrown) {
      const refused = Failure.from(thrown);
      const field = refused.code === "bad_input" ? refused.context : null;
      if (field === "label" || field === "marketplaces" || field === "zone") setErrors({ [field]: refused.message });
      else setFailure(refused);
    } finally {
      setBusy(false);
    }
  };

  const here = marketplaces.filter(({ region }) => region === account.region);
  const zoneOf = (marketplace: string) => account.days.find((days) => days.id === marketplace)?.zone ?? "";
  return (
    <Dialog
      open={open}
      onClose={close}
      title={`Edit ${account.label}`}
      actions={
        <>
          <Button onClick={close}>Cancel</Button>
          <Button look="primary" type="submit" form={id} disabled={busy}>
            {busy ? "Saving…" : "Save"}
          </Button>
        </>
      }
    >
      <form id={id} ref={form} className={styles.form} onSubmit={(event) => void submit(event)} noValidate>
        <TextField
          name="label"
          label="Label"
          maxLength={LONGEST.label}
          defaultValue={account.label}
          error={errors.label}
        />
        <FieldGroup
          label="Marketplaces"
          hint="One that is added is read from the next pull on; the orders of one that is taken away stay."
          error={errors.marketplaces}
        >
          <div className={styles.marketplaces}>
            {here.map(({ id: marketplace, name }) => (
              <Choice
                key={marketplace}
                type="checkbox"
                checked={ticked.includes(marketplace)}
                onChange={({ currentTarget: { checked } }) =>
                  setTicked(checked ? [...ticked, marketplace] : ticked.filter((one) => one !== marketplace))
                }
                label={name}
              />
            ))}
          </div>
        </FieldGroup>
        {here
          .filter((marketplace) => account.marketplaces.includes(marketplace.id) && ticked.includes(marketplace.id))
          .map(({ id: marketplace, name }) => (
            <TextField
              key={marketplace}
              name={`zone ${marketplace}`}
              label={`Business days of ${name}`}
              hint="Time zone of its ship-by days and days of sale"
              defaultValue={zoneOf(marketplace)}
              list={`${id}-zones`}
              error={errors.zone}
            />
          ))}
        <datalist id={`${id}-zones`}>
          {ZONES.map((zone) => (
            <option key={zone}>{zone}</option>
          ))}
        </datalist>
        {failure !== null && <FailureNotice error={failure} onAgain={() => form.current?.requestSubmit()} />}
      </form>
    </Dialog>
  );
}

/** What the form says; a marketplace that is new has the zone that the core knows for it. */
function readForm(form: FormData, ticked: readonly string[], account: AccountView): AccountEdit {
  const text = (name: string) => {
    const value = form.get(name);
    return typeof value === "string" ? value : null;
  };
  return {
    label: text("label") ?? account.label,
    marketplaces: ticked.map((id) => ({ id, zone: text(`zone ${id}`) })),
  };
}

/** Adds units or changes one. The core checks what is typed and names the field that is wrong. */
import { useQuery } from "@tanstack/react-query";
import { useId, useRef, useState, type FormEvent } from "react";

import { Button } from "~/components/button";
import { Dialog } from "~/components/dialog";
import { TextArea, TextField } from "~/components/field";
import { FailureNotice } from "~/components/notice";
import { useActs } from "~/components/undo";
import type { Unit, UnitDraft } from "~/lib/bindings";
import { format } from "~/lib/format";
import { backend, Failure } from "~/lib/ipc";
import { LONGEST } from "~/lib/limits";
import { queries } from "~/lib/query";

import styles from "./inventory.module.css";
import { countUnits } from "./words";

/** Units that can be added at once; the core's own limit. */
const MOST = 1000;

type Field = Exclude<keyof UnitDraft, "currency">;
type Props = {
  open: boolean;
  /** The unit to change; `null` adds new ones. */
  unit: Unit | null;
  onClose: () => void;
};

function draftOf(data: FormData): UnitDraft {
  const typed = (name: string) => String(data.get(name) ?? "").trim();
  const optional = (name: string) => typed(name) || null;
  return {
    set_number: typed("set_number"),
    name: typed("name"),
    condition: typed("condition"),
    cost: optional("cost"),
    listing_price: optional("listing_price"),
    currency: optional("currency")?.toUpperCase() ?? null,
    purchase_date: optional("purchase_date"),
    storage_location: optional("storage_location"),
    sku: optional("sku"),
    asin: optional("asin"),
    // Some engines give the lines of a form as they would send them, with CR LF.
    notes: optional("notes")?.replaceAll("\r\n", "\n") ?? null,
  };
}

export function UnitDialog({ open, unit, onClose }: Props) {
  const id = useId();
  const { done } = useActs();
  const home = useQuery(queries.homeCurrency);
  const locations = useQuery({ ...queries.locations, enabled: open });
  const form = useRef<HTMLFormElement>(null);
  const [failure, setFailure] = useState<Failure | null>(null);
  const [busy, setBusy] = useState(false);

  const close = () => {
    setFailure(null);
    onClose();
  };
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    if (form.current === null || busy) return;
    const data = new FormData(form.current);
    const draft = draftOf(data);
    const quantity = Number(data.get("quantity") ?? 1);
    if (!Number.isInteger(quantity) || quantity < 1 || quantity > MOST) {
      const message = `the quantity is a whole number from 1 to ${format.number(MOST)}`;
      setFailure(new Failure({ code: "bad_input", message, retryable: false, context: "quantity" }));
      return;
    }
    setBusy(true);
    setFailure(null);
    try {
      const { units, batch } =
        unit === null ? await backend.addUnits(draft, quantity) : await backend.editUnit(unit.id, draft);
      done({ text: unit === null ? `${countUnits(units)} added` : "Unit changed", batch });
      close();
    } catch (thrown) {
      setFailure(Failure.from(thrown));
    } finally {
      setBusy(false);
    }
  };

  // The core names the field of a wrong value in `context`.
  const wrong = failure?.code === "bad_input" ? failure : null;
  const errorOf = (field: Field | "quantity" | "currency") => (wrong?.context === field ? wrong.message : null);
  const input = (field: Field, label: string, more: Partial<Parameters<typeof TextField>[0]> = {}) => (
    <TextField
      label={label}
      name={field}
      defaultValue={valueIn(unit, field)}
      maxLength={field in LONGEST ? LONGEST[field as keyof typeof LONGEST] : undefined}
      error={errorOf(field)}
      {...more}
    />
  );
  const known = wrong !== null && form.current?.elements.namedItem(wrong.context ?? "") instanceof HTMLElement;
  const currency = unit?.cost?.currency ?? unit?.listing_price?.currency ?? home.data ?? "";
  return (
    <Dialog
      open={open}
      onClose={close}
      title={unit === null ? "Add units" : `Change ${unit.set_number}`}
      actions={
        <>
          <Button onClick={close}>Cancel</Button>
          <Button look="primary" type="submit" form={id} disabled={busy}>
            {unit === null ? "Add" : "Save"}
          </Button>
        </>
      }
    >
      <form
        key={unit?.id ?? "new"}
        ref={form}
        id={id}
        className={styles.form}
        onSubmit={(event) => void submit(event)}
        noValidate
      >
        {input("set_number", "Set number", { required: true, className: "mono", autoComplete: "off" })}
        {input("condition", "Condition", { required: true, list: `${id}-conditions`, placeholder: "New Sealed" })}
        <datalist id={`${id}-conditions`}>
          {["New Sealed", "New", "Used Complete", "Used"].map((word) => (
            <option key={word}>{word}</option>
          ))}
        </datalist>
        <div className={styles.wide}>{input("name", "Name", { required: true })}</div>
        {input("storage_location", "Storage location", { list: `${id}-locations`, placeholder: "A-01" })}
        <datalist id={`${id}-locations`}>
          {(locations.data ?? []).slice(0, 200).map(({ location }) => (
            <option key={location}>{location}</option>
          ))}
        </datalist>
        {unit === null ? (
          <TextField
            label="Quantity"
            name="quantity"
            type="number"
            min={1}
            max={MOST}
            defaultValue="1"
            error={errorOf("quantity")}
            hint="One row for each unit"
          />
        ) : (
          <TextField
            label="Purchase date"
            name="purchase_date"
            type="date"
            defaultValue={unit.purchase_date ?? ""}
            error={errorOf("purchase_date")}
          />
        )}
        {input("cost", "Cost", { inputMode: "decimal", placeholder: "0.00" })}
        {input("listing_price", "Listing price", { inputMode: "decimal", placeholder: "0.00" })}
        <TextField
          key={currency}
          label="Currency"
          name="currency"
          defaultValue={currency}
          maxLength={3}
          className="mono"
          error={errorOf("currency")}
        />
        {unit === null && input("purchase_date", "Purchase date", { type: "date" })}
        {input("sku", "SKU", { className: "mono", autoComplete: "off" })}
        {input("asin", "ASIN", { className: "mono", autoComplete: "off" })}
        <div className={styles.wide}>
          <TextArea
            label="Notes"
            name="notes"
            rows={2}
            defaultValue={valueIn(unit, "notes")}
            maxLength={LONGEST.notes}
            error={errorOf("notes")}
          />
        </div>
        {failure !== null && !known && (
          <div className={styles.wide}>
            <FailureNotice error={failure} />
          </div>
        )}
      </form>
    </Dialog>
  );
}

function valueIn(unit: Unit | null, field: Field): string {
  if (unit === null) return "";
  if (field === "cost" || field === "listing_price") return unit[field]?.amount ?? "";
  return unit[field] ?? "";
}

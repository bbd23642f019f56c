/** Adds a mapping or maps a number anew; lines that hold units keep them. */
import { useId, useState, type FormEvent } from "react";

import { Button } from "~/components/button";
import { Dialog } from "~/components/dialog";
import { Choice, FieldGroup, TextField } from "~/components/field";
import { FailureNotice } from "~/components/notice";
import { useActs } from "~/components/undo";
import type { Mapping } from "~/lib/bindings";
import { format } from "~/lib/format";
import { backend, Failure } from "~/lib/ipc";
import { LONGEST } from "~/lib/limits";

import styles from "./mappings.module.css";

type Props = { open: boolean; mapping: Mapping | null; onClose: () => void };

export function MappingDialog({ open, mapping, onClose }: Props) {
  const id = useId();
  const { done } = useActs();
  const [failure, setFailure] = useState<Failure | null>(null);
  const close = () => {
    setFailure(null);
    onClose();
  };
  const submit = async (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const data = new FormData(event.currentTarget);
    const typed = (name: string) => String(data.get(name) ?? "").trim();
    const isAsin = mapping?.is_asin ?? typed("of") !== "other";
    setFailure(null);
    try {
      const result = await backend.mapNumber(
        mapping?.number ?? typed("number"),
        isAsin,
        typed("set_number"),
        typed("condition"),
      );
      const lines = result.lines_matched;
      done({
        text: `${result.number} stands for ${result.set_number} ${result.condition}`,
        detail: lines === 1 ? "1 line matches it." : `${format.number(lines)} lines match it.`,
        batch: result.batch,
      });
      close();
    } catch (thrown) {
      setFailure(Failure.from(thrown));
    }
  };
  const errorOf = (field: string) =>
    failure?.code === "bad_input" && failure.context === field ? failure.message : null;
  const placed = ["number", "set_number", "condition"].some((field) => errorOf(field) !== null);
  return (
    <Dialog
      open={open}
      onClose={close}
      title={mapping === null ? "Add a mapping" : `Change the mapping of ${mapping.number}`}
      actions={
        <>
          <Button onClick={close}>Cancel</Button>
          <Button look="primary" type="submit" form={id}>
            {mapping === null ? "Add mapping" : "Save"}
          </Button>
        </>
      }
    >
      <form
        key={mapping?.number ?? "new"}
        id={id}
        className={styles.form}
        onSubmit={(event) => void submit(event)}
        noValidate
      >
        {mapping === null && (
          <>
            <FieldGroup label="Where the number is from">
              <Choice name="of" value="asin" label="Amazon" detail="An ASIN" defaultChecked />
              <Choice name="of" value="other" label="Another platform" detail="A SKU or item number" />
            </FieldGroup>
            <TextField
              label="ASIN or SKU"
              name="number"
              maxLength={LONGEST.number}
              className="mono"
              autoComplete="off"
              error={errorOf("number")}
            />
          </>
        )}
        <TextField
          label="Set number"
          name="set_number"
          maxLength={LONGEST.set_number}
          className="mono"
          defaultValue={mapping?.set_number ?? ""}
          error={errorOf("set_number")}
        />
        <TextField
          label="Condition"
          name="condition"
          maxLength={LONGEST.condition}
          defaultValue={mapping?.condition ?? ""}
          placeholder="New"
          error={errorOf("condition")}
        />
        {failure !== null && !placed && <FailureNotice error={failure} />}
      </form>
    </Dialog>
  );
}

/** Settings → Stock & picking: what lists are printed with, until one is printed otherwise. */
import { useQuery } from "@tanstack/react-query";

import { FieldGroup, SelectField } from "~/components/field";
import { FailureNotice } from "~/components/notice";
import type { Paper } from "~/lib/bindings";

import { pickQueries } from "./pick-queries";
import styles from "./print-defaults.module.css";
import { usePickLook } from "./use-pick-look";
import { usePrintDefaults } from "./use-print-defaults";
import { PAPERS } from "./words";

export function PrintDefaults() {
  const { data: printers, error } = useQuery(pickQueries.printers);
  const { defaults, known, set } = usePrintDefaults();
  const [{ paper }, setLook] = usePickLook();
  const chosen = defaults?.printer ?? null;
  const usual = printers?.find(({ is_default }) => is_default)?.name;
  const isThere = printers === undefined || printers.some(({ name }) => name === chosen);
  return (
    <FieldGroup label="Printing of pick lists" hint="What a list is printed with is remembered here, too.">
      {error !== null && printers === undefined && <FailureNotice error={error} />}
      <div className={styles.pair}>
        <SelectField
          label="Printer"
          value={chosen ?? ""}
          disabled={!known}
          onChange={(event) => void set({ printer: event.target.value === "" ? null : event.target.value })}
        >
          <option value="">{usual === undefined ? "The system's default" : `The system's default (${usual})`}</option>
          {printers?.map(({ name, description }) => (
            <option key={name} value={name}>
              {description === "" ? name : `${name} – ${description}`}
            </option>
          ))}
          {chosen !== null && (printers === undefined || !isThere) && (
            <option value={chosen}>{isThere ? chosen : `${chosen} – not there now`}</option>
          )}
        </SelectField>
        <SelectField
          label="Paper"
          value={paper}
          disabled={!known}
          onChange={(event) => setLook({ paper: event.target.value as Paper })}
        >
          {PAPERS.map(({ id, label }) => (
            <option key={id} value={id}>
              {label}
            </option>
          ))}
        </SelectField>
      </div>
    </FieldGroup>
  );
}

/** Printer with its state, paper, copies: what is asked wherever a list is printed. */
import { Choice, SelectField, TextField } from "~/components/field";
import { FailureNotice } from "~/components/notice";
import type { Paper, Printer, PrinterState } from "~/lib/bindings";
import { Failure } from "~/lib/ipc";

import styles from "./picking.module.css";
import type { PrintChoice } from "./use-print-choice";
import { PAPERS } from "./words";

const STATES: Record<PrinterState, { word: string; sign: string; tone: string | undefined }> = {
  ready: { word: "ready", sign: "✓", tone: styles.ok },
  busy: { word: "printing", sign: "…", tone: styles.quiet },
  disabled: { word: "its queue is stopped, jobs wait there", sign: "⚠", tone: styles.warn },
  rejecting: { word: "its queue takes no jobs", sign: "✕", tone: styles.bad },
  needs_attention: { word: "needs a hand", sign: "⚠", tone: styles.warn },
};

type Props = { choice: PrintChoice; paper: Paper; onPaper: (paper: Paper) => void };

export function PrinterFields({ choice, paper, onPaper }: Props) {
  const { printers, printer, error } = choice;
  return (
    <>
      {error !== null && printers === undefined ? (
        // In the printer's place, where it is looked for; the question is asked again by itself.
        <FailureNotice error={Failure.from(error)} />
      ) : printers?.length === 0 ? (
        <p className={styles.note} role="status">
          <strong>No printer is set up.</strong> Save the list as PDF, or add a printer in the settings of the system:
          it appears here by itself.
        </p>
      ) : (
        <div>
          <SelectField
            label="Printer"
            value={printer?.name ?? ""}
            disabled={printers === undefined}
            onChange={(event) => choice.choose(event.target.value)}
          >
            {printers?.map(({ name, description }) => (
              <option key={name} value={name}>
                {description === "" ? name : `${name} – ${description}`}
              </option>
            ))}
          </SelectField>
          {printer !== undefined && <PrinterStateLine printer={printer} />}
        </div>
      )}
      <div className={styles.pair}>
        <SelectField label="Paper" value={paper} onChange={(event) => onPaper(event.target.value as Paper)}>
          {PAPERS.map(({ id, label }) => (
            <option key={id} value={id}>
              {label}
            </option>
          ))}
        </SelectField>
        <TextField
          label="Copies"
          type="number"
          min={1}
          max={99}
          value={choice.copiesText}
          onChange={(event) => choice.setCopies(event.target.value)}
        />
      </div>
      <Choice
        type="checkbox"
        label="Last page first"
        detail="The first page lies on top of the stack"
        checked={choice.reverse}
        onChange={(event) => choice.setReverse(event.target.checked)}
      />
    </>
  );
}

function PrinterStateLine({ printer: { state, reason } }: { printer: Printer }) {
  const { word, sign, tone } = STATES[state];
  return (
    <p className={`${styles.state} ${tone}`} role="status" data-testid="printer-state">
      <span aria-hidden>{sign}</span> {reason === "" ? word : `${word}: ${reason}`}
    </p>
  );
}

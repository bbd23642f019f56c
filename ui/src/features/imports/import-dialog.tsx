/**
 * A file is chosen, read without writing anything, shown with its columns and its bad rows, and then imported.
 *
 * Every change of a column reads it again, so that what the button announces is what it will do.
 */
import { FileUp } from "lucide-react";
import { useRef, useState, type ChangeEvent } from "react";

import { Button } from "~/components/button";
import { Dialog } from "~/components/dialog";
import { FailureNotice } from "~/components/notice";
import { useActs } from "~/components/undo";
import type { ColumnChoice, ImportInput, ImportKind, ImportPreview, ImportReport } from "~/lib/bindings";
import { format } from "~/lib/format";
import { backend, Failure } from "~/lib/ipc";

import { Columns } from "./columns";
import styles from "./imports.module.css";
import { contentOf } from "./read-file";
import { RowErrors } from "./row-errors";

type Props = {
  open: boolean;
  kind: ImportKind;
  title: string;
  /** What the file is and where it comes from. */
  about: string;
  onClose: () => void;
};

const plural = (count: number, one: string, many: string) => `${format.number(count)} ${count === 1 ? one : many}`;

/** What an import does, or did, in a few words. */
export function effect(kind: ImportKind, report: ImportReport): string {
  if (kind === "units") return plural(report.units_added, "unit", "units");
  const orders = report.orders_new + report.orders_changed;
  return plural(orders, "order", "orders");
}

export function ImportDialog({ open, kind, title, about, onClose }: Props) {
  const { done } = useActs();
  const chooser = useRef<HTMLInputElement>(null);
  const choose = useRef<HTMLButtonElement>(null);
  const turn = useRef(0);
  const [input, setInput] = useState<ImportInput | null>(null);
  const [preview, setPreview] = useState<ImportPreview | null>(null);
  const [failure, setFailure] = useState<Failure | null>(null);
  const [busy, setBusy] = useState(false);

  const close = () => {
    turn.current += 1;
    setInput(null);
    setPreview(null);
    setFailure(null);
    setBusy(false);
    onClose();
  };
  const read = async (next: ImportInput) => {
    const mine = ++turn.current;
    setInput(next);
    setFailure(null);
    setBusy(true);
    try {
      const answer = await backend.previewImport(next);
      if (mine === turn.current) setPreview(answer);
    } catch (thrown) {
      if (mine === turn.current) setFailure(Failure.from(thrown));
    } finally {
      if (mine === turn.current) setBusy(false);
    }
  };
  const chosen = async (event: ChangeEvent<HTMLInputElement>) => {
    const file = event.target.files?.[0];
    event.target.value = "";
    if (file === undefined) return;
    setPreview(null);
    try {
      await read({ kind, name: file.name, content: await contentOf(file), columns: null });
    } catch (thrown) {
      setFailure(Failure.from(thrown));
    }
  };
  const run = async () => {
    if (input === null || preview === null) return;
    setBusy(true);
    try {
      const report = await backend.runImport({ ...input, columns: preview.columns });
      const skipped = report.rows_skipped;
      done({
        text: kind === "units" ? `${effect(kind, report)} added` : imported(report),
        detail: skipped > 0 ? `${plural(skipped, "row was", "rows were")} not taken.` : undefined,
        batch: report.batch,
      });
      close();
    } catch (thrown) {
      setFailure(Failure.from(thrown));
      setBusy(false);
    }
  };
  const report = preview?.report;
  const nothing = report === undefined || report.units_added + report.orders_new + report.orders_changed === 0;
  return (
    <Dialog
      open={open}
      onClose={close}
      initialFocus={choose}
      title={title}
      actions={
        <>
          <Button onClick={close}>Cancel</Button>
          <Button
            ref={choose}
            look={preview === null ? "primary" : "plain"}
            icon={<FileUp size={15} />}
            onClick={() => chooser.current?.click()}
          >
            {preview === null ? "Choose a file" : "Another file"}
          </Button>
          {preview !== null && (
            <Button look="primary" disabled={busy || nothing} onClick={() => void run()}>
              Import {effect(kind, preview.report)}
            </Button>
          )}
        </>
      }
    >
      <input
        ref={chooser}
        type="file"
        accept=".csv,.txt,.tsv,text/csv,text/plain,text/tab-separated-values"
        aria-label="File to import"
        className="visually-hidden"
        tabIndex={-1}
        data-testid="import-file"
        onChange={(event) => void chosen(event)}
      />
      {preview === null && <p>{about}</p>}
      {failure !== null && <FailureNotice error={failure} />}
      {preview !== null && input !== null && (
        <div className={styles.preview} aria-busy={busy || undefined}>
          <p>
            <bdi className={styles.name}>{input.name}</bdi>: {preview.charset}, separated by {preview.separator},{" "}
            {plural(preview.report.rows, "row", "rows")}.
          </p>
          <Columns
            preview={preview}
            onChange={(columns: ColumnChoice[]) => {
              setPreview({ ...preview, columns });
              void read({ ...input, columns });
            }}
          />
          <p className={styles.outcome} role="status">
            {outcome(kind, preview.report)}
          </p>
          {preview.report.notes.map((note) => (
            <p key={note}>{note}</p>
          ))}
          <RowErrors report={preview.report} />
        </div>
      )}
    </Dialog>
  );
}

function imported(report: ImportReport): string {
  const { orders_new: fresh, orders_changed: changed } = report;
  return fresh + changed === 0
    ? "Nothing new in the file"
    : `${format.number(fresh)} new, ${format.number(changed)} updated`;
}

function outcome(kind: ImportKind, report: ImportReport): string {
  const skipped =
    report.rows_skipped === 0 ? "" : ` ${plural(report.rows_skipped, "row is", "rows are")} left out, see below.`;
  if (kind === "units") {
    return report.units_added === 0
      ? `No unit can be taken from this file.${skipped}`
      : `${plural(report.units_added, "unit", "units")} will be added.${skipped}`;
  }
  if (report.orders_new + report.orders_changed === 0) return `Every order of this file is known already.${skipped}`;
  return `${plural(report.orders_new, "new order", "new orders")}, ${format.number(report.orders_changed)} updated.${skipped}`;
}

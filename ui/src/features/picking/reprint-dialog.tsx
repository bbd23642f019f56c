/** Prints a recorded list once more, or keeps it as PDF: just as it was made, with "Reprint n" on every page. */
import { Printer } from "lucide-react";
import { useRef, useState } from "react";

import { Button } from "~/components/button";
import { Dialog } from "~/components/dialog";
import type { PickListEntry } from "~/lib/bindings";
import { backend, Failure } from "~/lib/ipc";

import styles from "./picking.module.css";
import { PrintRefused } from "./print-refused";
import { PrinterFields } from "./printer-fields";
import { useDocuments } from "./use-documents";
import { usePickLook } from "./use-pick-look";
import { usePrintChoice } from "./use-print-choice";
import { printsText, totalsText } from "./words";

export default function ReprintDialog({ entry, onClose }: { entry: PickListEntry; onClose: () => void }) {
  const [{ paper }, setLook] = usePickLook();
  const choice = usePrintChoice();
  const documents = useDocuments();
  const [busy, setBusy] = useState(false);
  const [refused, setRefused] = useState<{ failure: Failure; again: () => void } | null>(null);
  const action = useRef<HTMLButtonElement>(null);
  const act = async (work: () => Promise<void>) => {
    setBusy(true);
    setRefused(null);
    try {
      await work();
    } catch (thrown) {
      setRefused({ failure: Failure.from(thrown), again: () => void act(work) });
    } finally {
      setBusy(false);
    }
  };
  const print = () =>
    act(async () => {
      documents.printed(await backend.reprintPickList(entry.record, { ...choice.options, paper }), choice.copies);
      onClose();
    });
  const save = () => act(async () => documents.saved(await backend.saveRecordedPickList(entry.record, paper)));
  const open = () => act(async () => documents.open((await backend.saveRecordedPickList(entry.record, paper)).path));
  return (
    <Dialog
      open
      onClose={onClose}
      initialFocus={action}
      title={`${entry.prints === 0 ? "Print" : "Reprint"} ${entry.id}`}
      description={`${totalsText(entry)}, ${printsText(entry)}. The paper shows the list as it was made.`}
      actions={
        <>
          <Button disabled={busy} onClick={() => void open()}>
            Open
          </Button>
          <Button disabled={busy} onClick={() => void save()}>
            Save as PDF
          </Button>
          <Button
            ref={action}
            look="primary"
            icon={<Printer size={15} aria-hidden />}
            disabled={busy || choice.printer === undefined}
            onClick={() => void print()}
          >
            {entry.prints === 0 ? "Print" : "Reprint"}
          </Button>
        </>
      }
    >
      <div className={styles.options}>
        {refused !== null && <PrintRefused error={refused.failure} onAgain={refused.again} />}
        <PrinterFields choice={choice} paper={paper} onPaper={(next) => setLook({ paper: next })} />
      </div>
    </Dialog>
  );
}

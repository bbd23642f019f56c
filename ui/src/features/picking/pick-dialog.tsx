/**
 * The pick list before anything is printed: its pages exactly as they will come out, what is on them, and what is not.
 *
 * Nothing here changes anything until *Print* or *Start pick run*, which make the list a record that holds its units. A
 * list that is open already is that list: it can be reprinted, not made twice.
 */
import { useQuery } from "@tanstack/react-query";
import { Footprints, Printer } from "lucide-react";
import { useMemo, useRef, useState } from "react";

import { Button } from "~/components/button";
import { Dialog } from "~/components/dialog";
import { FailureNotice, Notice } from "~/components/notice";
import { useActs } from "~/components/undo";
import type { OrderSelection, PickListId, PickRequest, Platform } from "~/lib/bindings";
import { counted } from "~/lib/format";
import { backend, Failure } from "~/lib/ipc";

import { PickOptions } from "./pick-options";
import { pickQueries } from "./pick-queries";
import { PickSummary } from "./pick-summary";
import styles from "./picking.module.css";
import { PreviewPages } from "./preview-pages";
import { PrintRefused } from "./print-refused";
import { PrinterFields } from "./printer-fields";
import { useDocuments } from "./use-documents";
import { usePickLook } from "./use-pick-look";
import { usePrintChoice } from "./use-print-choice";
import { printsText, progressText } from "./words";

type Props = {
  /** These; all that are to be shipped unless given. */
  orders: OrderSelection | null;
  platform: Platform | null;
  /** Goes to the run of a recorded list. */
  onRun: (record: PickListId) => void;
  onClose: () => void;
};

export default function PickDialog({ orders, platform, onRun, onClose }: Props) {
  const [look, setLook] = usePickLook();
  const { paper, ...form } = look;
  const { mode, singles_first, sku_barcodes, order_codes } = form;
  const request = useMemo<PickRequest>(
    () => ({ orders, platform, mode, singles_first, sku_barcodes, order_codes }),
    [orders, platform, mode, singles_first, sku_barcodes, order_codes],
  );
  const preview = useQuery(pickQueries.preview(request, paper));
  const choice = usePrintChoice();
  const { done } = useActs();
  const documents = useDocuments();
  const [busy, setBusy] = useState<string | null>(null);
  const [refused, setRefused] = useState<{ failure: Failure; again: () => void } | null>(null);
  const action = useRef<HTMLButtonElement>(null);

  const list = preview.data?.list;
  const pages = preview.data?.pages ?? [];
  const record = list?.record ?? null;
  const isEmpty = list !== undefined && list.totals.units === 0 && list.totals.exceptions === 0;

  const act = async (what: string, work: () => Promise<void>) => {
    setBusy(what);
    setRefused(null);
    try {
      await work();
    } catch (thrown) {
      setRefused({ failure: Failure.from(thrown), again: () => void act(what, work) });
    } finally {
      setBusy(null);
    }
  };
  const print = () =>
    act("print", async () => {
      const options = { ...choice.options, paper };
      const printed =
        record === null
          ? await backend.printPickList(request, options)
          : await backend.reprintPickList(record, options);
      documents.printed(printed, choice.copies, () => onRun(printed.list.record));
      onClose();
    });
  const savePdf = () =>
    record === null ? backend.savePickList(request, paper) : backend.saveRecordedPickList(record, paper);
  const save = () => act("save", async () => documents.saved(await savePdf()));
  const open = () => act("open", async () => documents.open((await savePdf()).path));
  const start = () =>
    act("run", async () => {
      const { entry, batch } = await backend.startPickRun(request);
      done({ text: `Pick run ${entry.id} started`, detail: `${counted(entry.totals.units, "unit")} to pick`, batch });
      onClose();
      onRun(entry.record);
    });
  const showRun = (of: PickListId) => {
    onClose();
    onRun(of);
  };

  const ready = list !== undefined && !preview.isPlaceholderData && busy === null;
  const stack =
    choice.copies === 1 ? counted(pages.length, "page") : `${choice.copies} × ${counted(pages.length, "page")}`;
  return (
    <Dialog
      open
      wide
      onClose={onClose}
      initialFocus={action}
      title={list === undefined ? "Pick list" : `Pick list ${list.id}`}
      description={list === undefined ? undefined : aboutText(list.accounts, list.data_as_of_text)}
      aside={
        record === null ? (
          <Button
            icon={<Footprints size={15} aria-hidden />}
            disabled={!ready || list.totals.units === 0}
            onClick={() => void start()}
          >
            {busy === "run" ? "Starting…" : "Start pick run"}
          </Button>
        ) : (
          <Button icon={<Footprints size={15} aria-hidden />} onClick={() => showRun(record)}>
            Go to the pick run
          </Button>
        )
      }
      actions={
        <>
          <Button disabled={!ready} onClick={() => void open()}>
            {busy === "open" ? "Opening…" : "Open"}
          </Button>
          <Button disabled={!ready} onClick={() => void save()}>
            {busy === "save" ? "Saving…" : "Save as PDF"}
          </Button>
          <Button
            ref={action}
            look="primary"
            data-testid="print-list"
            icon={<Printer size={15} aria-hidden />}
            disabled={!ready || isEmpty || choice.printer === undefined}
            onClick={() => void print()}
          >
            {busy === "print"
              ? "Printing…"
              : `${record === null ? "Print" : "Reprint"} ${list === undefined ? "" : stack}`}
          </Button>
        </>
      }
    >
      <div className={styles.columns}>
        <div className={styles.side}>
          {refused !== null && <PrintRefused error={refused.failure} onAgain={refused.again} />}
          {preview.error !== null && <FailureNotice error={preview.error} onAgain={() => void preview.refetch()} />}
          {record !== null && <OpenAlready record={record} />}
          {list !== undefined && <PickSummary list={list} />}
          <PickOptions look={look} onLook={setLook} />
          <PrinterFields choice={choice} paper={paper} onPaper={(next) => setLook({ paper: next })} />
        </div>
        <div className={styles.stage} aria-busy={preview.isFetching || undefined}>
          {isEmpty ? (
            <div className={styles.nothing} role="status">
              <strong>Nothing to pick</strong>
              <p>No paid order waits for you to ship it. A new one appears here with the next sync.</p>
            </div>
          ) : (
            <PreviewPages pages={pages} />
          )}
        </div>
      </div>
    </Dialog>
  );
}

function aboutText(accounts: readonly string[], asOf: string | null): string {
  const who = accounts.length > 2 ? counted(accounts.length, "account") : accounts.join(", ");
  return [who, asOf === null ? "before the first complete sync" : `data as of ${asOf}`]
    .filter((part) => part !== "")
    .join(" · ");
}

/** The list exists: how far it is, so that nobody walks it twice. */
function OpenAlready({ record }: { record: PickListId }) {
  const entry = useQuery(pickQueries.run(record)).data?.entry;
  return (
    <Notice tone="warn" icon={<Footprints size={15} aria-hidden />}>
      <strong>This list is open already.</strong>{" "}
      {entry === undefined ? "Printing it again is a reprint." : `It is ${printsText(entry)}; ${progressText(entry)}.`}
    </Notice>
  );
}

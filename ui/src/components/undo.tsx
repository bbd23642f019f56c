/**
 * What was done here can be taken back: by the toast that reports it, and by `z` for the last act.
 *
 * The core's ledger of acts is the only memory; this file keeps none. An undo is itself an act, so it can be undone.
 */
import { useCallback } from "react";

import type { ActEntry, BatchId, UndoReport } from "~/lib/bindings";
import { explain } from "~/lib/explain";
import { format } from "~/lib/format";
import { backend, Failure } from "~/lib/ipc";

import { tellActed } from "./acted";
import { useToast } from "./toast";

type Done = {
  /** What was done: "12 orders confirmed". */
  text: string;
  detail?: string;
  /** Absent or `null` where nothing changed that could be taken back. */
  batch?: BatchId | null;
};

/** Acts from before the window was opened are undone on the Activity page, where they can be seen. */
const openedAt = () => performance.timeOrigin;
const PAGE = 20;

function restoredText({ restored, skipped, stays }: UndoReport): string | undefined {
  if (skipped === 0) return undefined;
  const left = skipped === 1 ? "1 had changed since and was" : `${format.number(skipped)} had changed since and were`;
  return `${format.number(restored)} put back; ${left} left alone.${stays.map((one) => ` ${one}.`).join("")}`;
}

/** The newest act of this window that still stands. */
async function lastAct(): Promise<ActEntry | null> {
  let before: BatchId | null = null;
  for (;;) {
    const entries: ActEntry[] = await backend.activityActs(before, PAGE);
    const found = entries.find(({ is_undo, undone }) => !is_undo && !undone);
    const isOld = (entry: ActEntry | undefined) => entry === undefined || Date.parse(entry.at) < openedAt();
    if (found !== undefined) return isOld(found) ? null : found;
    const last = entries.at(-1);
    if (last === undefined || entries.length < PAGE || isOld(last)) return null;
    before = last.batch;
  }
}

export type Acts = {
  /** Reports what was done, with Undo where it can be taken back. */
  done: (done: Done) => void;
  /** Reports that an act failed: nothing was changed. */
  failed: (what: string, thrown: unknown) => void;
  undo: (batch: BatchId, what: string) => Promise<void>;
  undoLast: () => Promise<void>;
};

export function useActs(): Acts {
  const toast = useToast();

  const failed = useCallback(
    (what: string, thrown: unknown) => {
      const failure = Failure.from(thrown);
      toast({ text: what, detail: `${explain(failure).title}. ${failure.message}`, tone: "bad" });
    },
    [toast],
  );
  const undo = useCallback(
    async function takeBack(batch: BatchId, what: string): Promise<void> {
      try {
        const report = await backend.undo(batch);
        const { batch: redo } = report;
        if (redo === null) {
          toast({ text: "Nothing to undo", detail: restoredText(report) ?? `It was taken back before: ${what}` });
          return;
        }
        tellActed();
        toast({
          text: `Undone: ${what}`,
          detail: restoredText(report),
          action: { label: "Redo", run: () => void takeBack(redo, "the undo") },
        });
      } catch (thrown) {
        failed("It could not be undone", thrown);
      }
    },
    [toast, failed],
  );
  const done = useCallback(
    ({ text, detail, batch }: Done) => {
      const undoable = batch !== null && batch !== undefined;
      if (undoable) tellActed();
      toast({ text, detail, action: undoable ? { label: "Undo", run: () => void undo(batch, text) } : undefined });
    },
    [toast, undo],
  );
  const undoLast = useCallback(async () => {
    try {
      const act = await lastAct();
      if (act === null) toast({ text: "Nothing to undo", detail: "Nothing was done since Packlight was opened." });
      else await undo(act.batch, act.summary);
    } catch (thrown) {
      failed("It could not be undone", thrown);
    }
  }, [toast, undo, failed]);
  return { done, failed, undo, undoLast };
}

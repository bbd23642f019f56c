/**
 * What was done here can be taken back: by the toast that reports it, and by `z` for the last act.
 *
 * The core's ledger of acts is the memory; an undo is itself an act, so it can be undone.
 */
import { useCallback, useMemo } from "react";

import type { BatchId } from "~/lib/bindings";
import { explain } from "~/lib/explain";
import { Failure } from "~/lib/ipc";

import { tellActed } from "./acted";
import { useToast } from "./toast";

type Done = {
  /** What was done: "12 orders confirmed". */
  text: string;
  detail?: string;
  /** Absent or `null` where nothing changed that could be taken back. */
  batch?: BatchId | null;
  /** It moves no row of a list: what waits there goes on waiting. */
  inPlace?: boolean;
};

export type Acts = {
  /** Reports what was done, with Undo where it can be taken back. */
  done: (done: Done) => void;
  /** Reports that an act failed: nothing was changed. */
  failed: (what: string, thrown: unknown) => void;
  undo: (batch: BatchId, what: string) => Promise<void>;
  undoLast: () => Promise<void>;
};

// Nothing is to be taken back when the window opens.
const takingBack = () => import("./take-back");

export function useActs(): Acts {
  const toast = useToast();

  const failed = useCallback(
    (what: string, thrown: unknown) => {
      const failure = Failure.from(thrown);
      toast({ text: what, detail: `${explain(failure).title}. ${failure.message}`, tone: "bad" });
    },
    [toast],
  );
  const tell = useMemo(() => ({ toast, failed }), [toast, failed]);
  const undo = useCallback(
    async (batch: BatchId, what: string) => (await takingBack()).takeBack(batch, what, tell),
    [tell],
  );
  const undoLast = useCallback(async () => (await takingBack()).takeLastBack(tell), [tell]);
  const done = useCallback(
    ({ text, detail, batch, inPlace }: Done) => {
      const undoable = batch !== null && batch !== undefined;
      if (undoable && !inPlace) tellActed();
      toast({ text, detail, action: undoable ? { label: "Undo", run: () => void undo(batch, text) } : undefined });
    },
    [toast, undo],
  );
  return { done, failed, undo, undoLast };
}

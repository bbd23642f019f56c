/** Printing, saving and opening lists: each reports what it did, and a PDF that was kept can be opened. */
import { useCallback } from "react";

import { useToast } from "~/components/toast";
import { useActs } from "~/components/undo";
import type { Printed, SavedFile } from "~/lib/bindings";
import { counted } from "~/lib/format";
import { backend, type Failure } from "~/lib/ipc";

/** The PDF that the core kept when a printer refused: named in the context, or at the end of the sentence. */
export function keptPdf({ context, message }: Pick<Failure, "context" | "message">): string | null {
  if (context !== null && /\.pdf$/i.test(context)) return context;
  return /kept as (.+\.pdf)\.?$/i.exec(message)?.[1] ?? null;
}

/** The sentence of a printer that refused, without the one that says where the PDF is kept. */
export const withoutPath = (message: string) => message.replace(/\s*The document is kept as .+$/is, "");

export function useDocuments() {
  const toast = useToast();
  const { failed } = useActs();
  const open = useCallback(
    async (path: string) => {
      try {
        await backend.openDocument(path);
      } catch (thrown) {
        failed("The PDF could not be opened", thrown);
      }
    },
    [failed],
  );
  const saved = useCallback(
    ({ path }: SavedFile) =>
      toast({ text: "PDF saved", detail: path, action: { label: "Open", run: () => void open(path) } }),
    [toast, open],
  );
  const printed = useCallback(
    ({ printer, pages, list, warning }: Printed, copies: number, onRun?: () => void) => {
      const stack = copies === 1 ? counted(pages, "page") : `${copies} × ${counted(pages, "page")}`;
      const again = list.prints > 1 ? ` (reprint ${list.prints - 1})` : "";
      toast({
        text: `${list.id}${again}: ${stack} sent to ${printer}`,
        detail: warning ?? undefined,
        tone: warning === null ? "plain" : "bad",
        action: onRun && { label: "Show the run", run: onRun },
      });
    },
    [toast],
  );
  return { open, saved, printed };
}

/**
 * What linking the stock to a selection would do. For it the core looks at every order of the selection, which for a
 * million takes its time and cannot be called off: so one preview runs at a time, and those that nobody waits for any
 * more when their turn comes never run.
 */
import { queryOptions } from "@tanstack/react-query";

import type { BulkLink, OrderSelection, SkippedLines } from "~/lib/bindings";
import { counted, format } from "~/lib/format";
import { backend } from "~/lib/ipc";

let running: Promise<unknown> = Promise.resolve();

function inTurn<T>(signal: AbortSignal, run: () => Promise<T>): Promise<T> {
  const mine = running.then(() => {
    signal.throwIfAborted();
    return run();
  });
  running = mine.catch(() => {});
  return mine;
}

/** As the stock and the orders are at the moment: the core's news make it again. */
export const linkEffect = (selection: OrderSelection) =>
  queryOptions({
    queryKey: ["orders", "preview-link", selection],
    queryFn: ({ signal }) => inTurn(signal, () => backend.previewLink(selection)),
    gcTime: 0,
  });

/** Made once, when it is asked for: of a selection so large that news would come faster than it. */
export const linkEffectOnce = (selection: OrderSelection) =>
  queryOptions({ ...linkEffect(selection), queryKey: ["preview-link", selection] });

export function skippedText(skipped: readonly SkippedLines[]): string {
  const lines = skipped.reduce((sum, { lines }) => sum + lines, 0);
  if (lines === 0) return "";
  const reasons =
    skipped.length === 1 ? "" : skipped.map((one) => `${format.number(one.lines)} ${one.reason}`).join(", ");
  return `${counted(lines, "line", "lines")} skipped: ${reasons || (skipped[0]?.reason ?? "")}`;
}

/** "12 orders → 14 units; 2 lines skipped: no mapping". */
export function linkText({ orders, units, skipped }: BulkLink): string {
  const effect = `${counted(orders, "order", "orders")} → ${units === 0 ? "no units" : counted(units, "unit", "units")}`;
  return [effect, skippedText(skipped)].filter((part) => part !== "").join("; ");
}

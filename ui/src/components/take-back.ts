/**
 * Taking acts back: one that is named, or by `z` the last. Loaded with the first of them.
 *
 * `z` goes back over what the seller did in this window. What Packlight did by itself is passed by, and an act of which
 * nothing could be taken back is tried once: neither may keep the acts before it out of reach.
 */
import type { ActEntry, BatchId, UndoReport } from "~/lib/bindings";
import { format } from "~/lib/format";
import { backend } from "~/lib/ipc";

import { tellActed } from "./acted";
import type { ToastMessage } from "./toast";

export type Tell = {
  toast: (message: ToastMessage) => void;
  failed: (what: string, thrown: unknown) => void;
};

/** Acts from before the window was opened are undone on the Activity page, where they can be seen. */
const openedAt = () => performance.timeOrigin;
const PAGE = 20;
/** How the core begins the sentence of an undo. */
const UNDID = "Undid: ";

/** Acts of which nothing could be taken back. With their time: a restored backup gives their numbers again. */
const passed = new Set<string>();
const nameOf = ({ batch, at }: ActEntry) => `${batch} ${at}`;

function restoredText({ restored, skipped, stays }: UndoReport): string | undefined {
  if (skipped === 0) return undefined;
  const left = skipped === 1 ? "1 had changed since and was" : `${format.number(skipped)} had changed since and were`;
  return `${format.number(restored)} put back; ${left} left alone.${stays.map((one) => ` ${one}.`).join("")}`;
}

/** What `z` went by. */
function passedText(over: readonly ActEntry[]): string | undefined {
  const [first, ...others] = over;
  if (first === undefined) return undefined;
  return others.length === 0
    ? `Left alone, because it has changed since: ${first.summary}.`
    : `${format.number(over.length)} newer acts were left alone, because they have changed since.`;
}

/** The newest act of this window that still stands. */
async function lastAct(): Promise<ActEntry | null> {
  let before: BatchId | null = null;
  for (;;) {
    const entries: ActEntry[] = await backend.activityActs(before, PAGE);
    const found = entries.find(
      (entry) => !entry.is_undo && !entry.by_itself && !entry.undone && !passed.has(nameOf(entry)),
    );
    const isOld = (entry: ActEntry | undefined) => entry === undefined || Date.parse(entry.at) < openedAt();
    if (found !== undefined) return isOld(found) ? null : found;
    const last = entries.at(-1);
    if (last === undefined || entries.length < PAGE || isOld(last)) return null;
    before = last.batch;
  }
}

/** Says what was taken back; an undo that was taken back itself is an act done again. */
function tellUndone(report: UndoReport, batch: BatchId, what: string, tell: Tell, over: readonly ActEntry[] = []) {
  const again = what.startsWith(UNDID);
  const act = what.replace(/^(Undid|Did again): /, "");
  tellActed();
  tell.toast({
    text: `${again ? "Done again" : "Undone"}: ${act}`,
    detail: [restoredText(report), passedText(over)].filter(Boolean).join(" ") || undefined,
    action: again
      ? { label: "Undo", run: () => void takeBack(batch, act, tell) }
      : { label: "Redo", run: () => void takeBack(batch, UNDID + act, tell) },
  });
}

export async function takeBack(batch: BatchId, what: string, tell: Tell): Promise<void> {
  try {
    const report = await backend.undo(batch);
    if (report.batch === null) {
      const detail = restoredText(report) ?? `It was taken back before: ${what}`;
      tell.toast({ text: "Nothing to undo", detail });
    } else tellUndone(report, report.batch, what, tell);
  } catch (thrown) {
    tell.failed("It could not be undone", thrown);
  }
}

async function takeLast(tell: Tell): Promise<void> {
  const over: ActEntry[] = [];
  try {
    for (let act = await lastAct(); act !== null; act = await lastAct()) {
      const report = await backend.undo(act.batch);
      if (report.batch !== null) {
        tellUndone(report, report.batch, act.summary, tell, over);
        return;
      }
      passed.add(nameOf(act));
      over.push(act);
    }
    const nothing = passed.size > 0 ? "Nothing else is left" : "Nothing was done";
    const detail = [passedText(over), `${nothing} since Packlight was opened.`].filter(Boolean).join(" ");
    tell.toast({ text: "Nothing to undo", detail });
  } catch (thrown) {
    tell.failed("It could not be undone", thrown);
  }
}

let running: Promise<void> = Promise.resolve();

/** Takes back the last act. Pressed again meanwhile, it takes back the one before when that is done. */
export function takeLastBack(tell: Tell): Promise<void> {
  running = running.then(() => takeLast(tell));
  return running;
}

/** Pick lists in words. */
import type {
  ExceptionReason,
  Paper,
  PickException,
  PickFlags,
  PickListEntry,
  PickMode,
  PickState,
} from "~/lib/bindings";
import { counted, format } from "~/lib/format";

export const MODES: readonly { id: PickMode; label: string; detail: string }[] = [
  { id: "walk", label: "Walk list", detail: "By place, equal items together" },
  { id: "order_sheets", label: "Order sheets", detail: "A block for each order" },
  { id: "singles", label: "Singles run", detail: "Single units counted, sorted at the table" },
];

export const PAPERS: readonly { id: Paper; label: string }[] = [
  { id: "a4", label: "A4" },
  { id: "letter", label: "Letter" },
  { id: "4x6", label: "4 × 6 inch label" },
];

export const STATES: Record<PickState, string> = { open: "Open", done: "Done", discarded: "Discarded" };

const REASONS: Record<ExceptionReason, string> = {
  cancel_requested: "The buyer asked to cancel",
  on_open_list: "On another open list",
  already_picked: "Picked before, not shipped yet",
  no_asin: "Amazon gave no ASIN",
  no_match: "Not linked to inventory",
  no_stock: "No free unit in stock",
  no_location: "The unit has no location",
  missing_items: "Items not read yet",
};

export const reasonText = (reason: ExceptionReason) => REASONS[reason];

/** Exceptions of one reason together, in the order in which reasons come first. */
export function byReason(exceptions: readonly PickException[]): { reason: ExceptionReason; of: PickException[] }[] {
  const groups = new Map<ExceptionReason, PickException[]>();
  for (const one of exceptions) groups.set(one.reason, [...(groups.get(one.reason) ?? []), one]);
  return [...groups].map(([reason, of]) => ({ reason, of }));
}

/** The marks of an order with what they mean; the same letters as on paper. */
export function flagsOf({ late, ship_today, gift, prime }: PickFlags): { sign: string; word: string }[] {
  return [
    ...(late ? [{ sign: "!!", word: "late" }] : ship_today ? [{ sign: "!", word: "ships today" }] : []),
    ...(gift ? [{ sign: "G", word: "gift" }] : []),
    ...(prime ? [{ sign: "P", word: "Prime" }] : []),
  ];
}

export const unitsToGo = ({ totals, picked, short, struck }: PickListEntry) =>
  Math.max(0, totals.units - picked - short - struck);

/** "6 of 14 picked · 1 not found · 1 struck". */
export function progressText(entry: PickListEntry): string {
  const parts = [`${format.number(entry.picked)} of ${format.number(entry.totals.units)} picked`];
  if (entry.short > 0) parts.push(`${format.number(entry.short)} not found`);
  if (entry.struck > 0) parts.push(`${format.number(entry.struck)} struck`);
  return parts.join(" · ");
}

/** "14 units of 9 orders". */
export const totalsText = ({ totals }: Pick<PickListEntry, "totals">) =>
  `${counted(totals.units, "unit")} of ${counted(totals.orders, "order")}`;

/** "printed", "printed, 2 reprints", "on screen only". */
export function printsText({ prints }: PickListEntry): string {
  if (prints === 0) return "on screen only";
  return prints === 1 ? "printed" : `printed, ${counted(prints - 1, "reprint")}`;
}

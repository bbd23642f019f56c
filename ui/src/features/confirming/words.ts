/** A confirmation in words. */
import type { Confirmation, ConfirmMoney, ConfirmOrder, SkipReason } from "~/lib/bindings";
import { counted, format } from "~/lib/format";

const REASONS: Record<SkipReason, string> = {
  pending: "Its payment has not cleared",
  cancelled: "It is cancelled",
  unknown_status: "Its status is not known to Packlight",
  completed: "It is already delivered",
  missing_items: "Its items have not been read yet",
  no_unit: "A line has no unit in stock",
  unknown: "It is not in the local copy",
  failed: "It could not be changed",
};

/** Why an order is left alone. The core's own sentence names the line or unit; without one the reason stands alone. */
export function whyText({ reason, message, result }: ConfirmOrder): string {
  if (message !== null) return message.charAt(0).toUpperCase() + message.slice(1);
  if (reason !== null) return REASONS[reason];
  return result === "already" ? "It was confirmed before" : "It was left alone";
}

/** "£120.00 sold · £65.00 cost · 2 units without a cost". */
export function moneyText({ sales, cost, units_without_cost: unknown }: ConfirmMoney): string {
  const parts = [`${format.money(sales)} sold`, `${format.money(cost)} cost`];
  if (unknown > 0) parts.push(`${counted(unknown, "unit")} without a cost`);
  return parts.join(" · ");
}

/** "12 orders → 14 units → SOLD-2026-01; 2 skipped". */
export function effectText(confirmation: Confirmation): string {
  const { confirmed, units_moved: units, skipped, archive_locations: places } = confirmation;
  const where =
    places.length === 0 ? "" : ` → ${places.length > 2 ? counted(places.length, "place") : places.join(", ")}`;
  const effect = confirmed === 0 ? "nothing to confirm" : `${counted(units, "unit")}${units === 0 ? "" : where}`;
  return skipped === 0 ? effect : `${effect}; ${counted(skipped, "order")} skipped`;
}

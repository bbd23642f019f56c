/** The lines of a confirmation's list, all equally high: an order, then its units and the lines that take none. */
import type { ConfirmOrder, ConfirmUnit, ShortLine } from "~/lib/bindings";

export type ConfirmRow =
  | { kind: "order"; order: ConfirmOrder }
  | { kind: "unit"; unit: ConfirmUnit; place: string | null }
  /** A line that takes fewer units than were ordered. */
  | { kind: "short"; line: ShortLine }
  | { kind: "why"; order: ConfirmOrder };

export function rowsOf(orders: readonly ConfirmOrder[]): ConfirmRow[] {
  return orders.flatMap((order): ConfirmRow[] => [
    { kind: "order", order },
    ...(order.result === "confirmed" ? [] : [{ kind: "why" as const, order }]),
    ...order.units.map((unit) => ({ kind: "unit" as const, unit, place: order.archive_location })),
    ...order.short_lines.map((line) => ({ kind: "short" as const, line })),
  ]);
}

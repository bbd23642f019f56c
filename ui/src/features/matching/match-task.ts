/** What the seller is matching: an order's lines, one line, or one line after the other. */
import type { OrderItem, OrderRow, OrderRowId, Platform, Sort } from "~/lib/bindings";

export type MatchTask =
  /** Shows the lines of an order that are not matched. */
  | { kind: "unmatched"; order: OrderRow }
  /** Chooses a unit for a line; `leads` says where it leads when that is done. */
  | { kind: "line"; order: Pick<OrderRow, "id" | "platform" | "platform_order_id">; item: OrderItem; leads: Then };

export type Then =
  /** The window is as it was. */
  | "close"
  /** Back to the list of the order's lines, while one is left. */
  | "order"
  /** On to the next unmatched line of this or the next order. */
  | "next";

/** The list in which triage looks for the next order: the one on the page. */
export type TriageList = { query: string; platform: Platform | null; sort: Sort };

/** What a line's number is called. */
export const numberName = (platform: Platform) => (platform === "amazon" ? "ASIN" : "SKU or item number");

/** The number by which a line is mapped. */
export function numberOf(platform: Platform, { asin, seller_sku }: OrderItem): string | null {
  return platform === "amazon" ? asin : (seller_sku ?? asin);
}

/** Whether the choice of a unit maps the line's number too; a line of a file may have none and only takes the unit. */
export const makesMapping = (platform: Platform, item: OrderItem) =>
  isOpenLine(item) && numberOf(platform, item) !== null;

export const isOpenLine = ({ match_status }: OrderItem) => match_status === "unmatched";
export const isLeft = ({ match_status }: OrderItem) => match_status === "unmatched" || match_status === "no_asin";
export const lineKey = (order: OrderRowId, { order_item_id }: OrderItem) => ({ order, order_item_id });
/** A line among those of all orders: its own id is unique in its order only. */
export const lineName = (order: OrderRowId, { order_item_id }: OrderItem) => `${order}/${order_item_id}`;

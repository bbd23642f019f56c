/**
 * Going through unmatched lines one after the other (`m`): from the order where it began down the list of the page, in
 * that list's own sort, to its real end. Loaded when it begins.
 *
 * A place in the list is a cursor, not a position: an order that was linked has left the list, and the rest moved up.
 */
import type { ListRequest, OrderDetail, OrderItem, OrderRow, OrderRowId } from "~/lib/bindings";
import { counted } from "~/lib/format";
import { backend } from "~/lib/ipc";

import { isLeft, isOpenLine, lineName, type MatchTask, type TriageList } from "./match-task";

/** Orders of one request. */
const AHEAD = 50;

export type TriageFrom = Pick<OrderRow, "id" | "platform_order_id">;

type Read = (id: OrderRowId) => Promise<OrderDetail>;

type Walk = {
  list: TriageList;
  /** Lines that were passed over, by their names. */
  skipped: ReadonlySet<string>;
  read: Read;
};

type Said = { text: string; detail?: string };

const requestOf = ({ query, platform, sort }: TriageList): Omit<ListRequest, "place"> => ({
  query: `${query} is:unmatched`.trim(),
  platform,
  account: null,
  sort,
  limit: AHEAD,
});

/**
 * What `m` begins with, always of the order that it was pressed on: its first unmatched line, else a matched one that
 * lacks units, else what cannot be linked; or why there is nothing to do.
 */
export async function firstOf(id: OrderRowId, read: Read): Promise<MatchTask | Said> {
  const detail = await read(id);
  const { row: order, items, confirmed_at } = detail;
  const open = items.find(isOpenLine);
  if (open !== undefined) return { kind: "line", order, item: open, leads: "next" };
  const lacking = items.find(lacksUnits);
  const isSettled = confirmed_at !== null || order.ui_status === "Cancelled";
  if (lacking !== undefined && !isSettled) return { kind: "line", order, item: lacking, leads: "close" };
  if (items.some(isLeft)) return { kind: "unmatched", order };
  return { text: "Nothing to link here", detail: `Order ${order.platform_order_id} ${whyNothing(detail)}` };
}

const lacksUnits = ({ match_status, units, quantity }: OrderItem) =>
  match_status === "matched" && units.length < quantity;

function whyNothing({ items, confirmed_at }: OrderDetail): string {
  if (items.length === 0) return "has no items yet.";
  if (!items.some(lacksUnits)) return "has all its units.";
  return confirmed_at === null ? "is cancelled." : "is confirmed: undo the confirmation to change its units.";
}

/** The first line of an order that is unmatched and was not passed over. */
async function lineOf(id: OrderRowId, { skipped, read }: Walk): Promise<MatchTask | null> {
  const { row, items } = await read(id);
  const item = items.find((line) => isOpenLine(line) && !skipped.has(lineName(id, line)));
  return item === undefined ? null : { kind: "line", order: row, item, leads: "next" };
}

/** Where an order stands in the sort of the list, whether or not it still matches the query. */
async function placeOf({ id, platform_order_id: name }: TriageFrom, list: TriageList): Promise<ListRequest["place"]> {
  const byName = { ...requestOf(list), query: `"${name.replaceAll('"', "")}"` };
  const { rows, first } = await backend.listOrders({ ...byName, place: "first" });
  const at = rows.findIndex((row) => row.id === id);
  // Ids of other platforms may be part of one another.
  const cursor = at > 0 ? (await backend.listOrders({ ...byName, place: { near: at }, limit: 1 })).first : first;
  return at < 0 || cursor === null ? "first" : { after: cursor };
}

/** The next line from an order on; `null` at the end of the list. */
export async function nextLine(from: TriageFrom, walk: Walk): Promise<MatchTask | null> {
  const here = await lineOf(from.id, walk);
  if (here !== null) return here;
  let place = await placeOf(from, walk.list);
  for (;;) {
    const { rows, last } = await backend.listOrders({ ...requestOf(walk.list), place });
    for (const { id } of rows) {
      const there = await lineOf(id, walk);
      if (there !== null) return there;
    }
    if (last === null || rows.length === 0) return null;
    place = { after: last };
  }
}

/** What to say at the end: whether anything is left above it. */
export async function endOf(list: TriageList): Promise<Said> {
  const { total, total_is_exact: exact } = await backend.listOrders({ ...requestOf(list), place: "first", limit: 1 });
  if (total === 0) return { text: "No unmatched line is left in this list" };
  return {
    text: "This is the end of the list",
    detail: `${exact ? "" : "At least "}${counted(total, "order")} further up or passed over ${total === 1 ? "has" : "have"} unmatched lines.`,
  };
}

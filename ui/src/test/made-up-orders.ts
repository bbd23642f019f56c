/** A made-up shop of any size, every order made from its number alone, so that a million cost nothing until seen. */
import type {
  ListRequest,
  MatchStatus,
  MatchSummary,
  OrderCounts,
  OrderDetail,
  OrderFlag,
  OrderItem,
  OrderPage,
  OrderRow,
  PackageState,
  Platform,
  UiStatus,
} from "~/lib/bindings";

import { refusal } from "./fake-backend";
import { MadeUpStock } from "./made-up-stock";

const TITLES = [
  "Walnut desk organiser 1042, 6 compartments",
  "Enamel camping mug 2210 · midnight blue",
  "Linen tea towels 3307, set of 4",
  "Brass bookmark 4481",
  "Cast iron trivet 5120 · Oak coaster set",
  "Tasse à café · 木製トレイ · Puzzle 500",
  "Cork yoga block ×2",
  "Ceramic planter 14 cm with saucer",
  "Beeswax candle, 3-pack",
  "Merino beanie · charcoal",
  "Fountain pen, fine nib · bottled ink 30 ml",
  "Folding pruning saw",
  "Wool blanket 130 × 180 · Lambswool scarf",
  "Rain gauge, glass",
  "Sourdough proving basket, 1 kg",
] as const;

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

/** A number between 0 and 1 that depends on its seeds only. */
export function chance(seed: number, salt: number): number {
  let x = Math.imul(seed ^ 0x9e3779b9, 0x85ebca6b) ^ Math.imul(salt + 1, 0xc2b2ae35);
  x = Math.imul(x ^ (x >>> 15), 0x2c1b3c6d);
  x = Math.imul(x ^ (x >>> 12), 0x297a2d39);
  return ((x ^ (x >>> 15)) >>> 0) / 4_294_967_296;
}

function statusOf(id: number, newest: number): UiStatus {
  const age = newest - id;
  const dice = chance(id, 1);
  if (dice < 0.015) return "Cancelled";
  if (age < 24) return dice < 0.2 ? "Pending" : "Paid";
  if (age < 54) return "Shipped";
  return "Completed";
}

/** How the lines of an order match before anybody has worked on it. */
function statusesOf(id: number, status: UiStatus, lines: number): MatchStatus[] {
  return Array.from({ length: lines }, (_, line): MatchStatus => {
    const dice = chance(id, 30 + line);
    if (dice < 0.04) return "no_asin";
    if (dice < 0.16) return "unmatched";
    if (dice < 0.55 || status === "Completed" || status === "Cancelled") return "matched";
    return "linked";
  });
}

function summaryOf(statuses: readonly MatchStatus[]): MatchSummary {
  const count = (wanted: MatchStatus) => statuses.filter((status) => status === wanted).length;
  const [linked, unmatched, no_asin] = [count("linked"), count("unmatched"), count("no_asin")];
  return { total: statuses.length, linked, unmatched, no_asin };
}

const flagsOf = (flags: Partial<Record<OrderFlag, boolean>>) =>
  (Object.keys(flags) as OrderFlag[]).filter((flag) => flags[flag]);

/** The flags with or without a note. */
const noted = (flags: OrderFlag[], note: boolean): OrderFlag[] => [
  ...flags.filter((flag) => flag !== "has_note"),
  ...(note ? (["has_note"] as const) : []),
];

/** The same counts as statuses of lines, for a row that a test has made. */
function spread({ total, linked, unmatched, no_asin }: MatchSummary): MatchStatus[] {
  const all = [
    ...Array.from({ length: no_asin }, () => "no_asin" as const),
    ...Array.from({ length: unmatched }, () => "unmatched" as const),
    ...Array.from({ length: linked }, () => "linked" as const),
  ];
  return Array.from({ length: total }, (_, line) => all[line] ?? "matched");
}

export const asinOf = (order: number, line: number) =>
  `B0${(order * 7 + line).toString(36).toUpperCase().padStart(8, "7")}`;

/** Order number `id` of a shop whose newest order has the number `newest`, as seen at `now`. */
export function madeUpRow(id: number, newest: number, now: number): OrderRow {
  const status = statusOf(id, newest);
  const placed = now - (newest - id) * 47 * MINUTE - Math.floor(chance(id, 2) * 40) * MINUTE;
  const lines = chance(id, 3) < 0.72 ? 1 : 2 + Math.floor(chance(id, 4) * 2);
  const pence = 450 + Math.floor(chance(id, 6) ** 2 * 24_000);
  const digits = (salt: number, length: number) =>
    String(Math.floor(chance(id, salt) * 10 ** length)).padStart(length, "0");
  const open = status === "Paid";
  return {
    id,
    platform: "amazon",
    platform_order_id: `${["202", "203", "204", "205", "206", "026"][id % 6]}-${digits(7, 7)}-${digits(8, 7)}`,
    order_date: new Date(placed).toISOString(),
    ship_by: new Date(placed + (chance(id, 9) < 0.1 ? 3 : 26) * HOUR).toISOString(),
    description: TITLES[Math.floor(chance(id, 10) * TITLES.length)] ?? "",
    units_left: open ? lines : 0,
    ui_status: status,
    total:
      status === "Pending"
        ? null
        : chance(id, 11) < 0.04
          ? { amount: String(pence), currency: "JPY" }
          : { amount: `${Math.floor(pence / 100)}.${String(pence % 100).padStart(2, "0")}`, currency: "GBP" },
    flags: flagsOf({
      part_shipped: open && lines > 1 && chance(id, 12) < 0.3,
      cancel_requested: open && chance(id, 13) < 0.08,
      has_note: chance(id, 14) < 0.06,
    }),
    matches: summaryOf(statusesOf(id, status, lines)),
  };
}

/** The lines of an order, with what has been linked and mapped since. */
function linesOf(row: OrderRow, stock: MadeUpStock): OrderItem[] {
  return spread(row.matches).map((status, line): OrderItem => {
    const asin = status === "no_asin" ? null : asinOf(row.id, line);
    const order_item_id = `${row.id}${line}`;
    const mapping = (asin !== null && stock.mappings.get(asin)) || null;
    const mapped_to =
      mapping ?? (status === "matched" || status === "linked" ? { set_number: "1042", condition: "New Sealed" } : null);
    const units = stock.links.get(order_item_id) ?? (status === "linked" ? [stock.oldLink(order_item_id)] : []);
    return {
      order_item_id,
      asin,
      seller_sku: `SHOP-${(row.id + line) % 400}`,
      title: line === 0 ? row.description : (TITLES[(row.id + line * 5) % TITLES.length] ?? null),
      quantity: 1,
      quantity_shipped: row.ui_status === "Shipped" || row.ui_status === "Completed" ? 1 : 0,
      unit_price: row.total,
      total_price: row.matches.total === 1 ? row.total : null,
      condition: "New",
      is_gift: chance(row.id, 20) < 0.1,
      cancel_requested: row.flags.includes("cancel_requested") && line === 0,
      match_status:
        units.length > 0 ? "linked" : asin === null ? "no_asin" : mapped_to === null ? "unmatched" : "matched",
      mapped_to,
      units,
    };
  });
}

function detailOf(row: OrderRow, items: OrderItem[], note: string | null): OrderDetail {
  const shipped = row.ui_status === "Shipped" || row.ui_status === "Completed";
  const packages: PackageState[] = shipped
    ? [{ reference: "1", status: row.ui_status === "Completed" ? "DELIVERED" : "IN_TRANSIT" }]
    : [];
  const words: Record<UiStatus, string> = {
    Pending: "Pending",
    Paid: row.flags.includes("part_shipped") ? "PartiallyShipped" : "Unshipped",
    Shipped: "Shipped",
    Completed: "Shipped",
    Cancelled: "Canceled",
    Other: row.unknown_status ?? "",
  };
  return {
    row: { ...row, flags: noted(row.flags, note !== null) },
    cursor: String(row.id),
    account_id: 1,
    marketplace_id: "A1F83G8C2ARO7P",
    status: words[row.ui_status],
    last_update: row.order_date ?? new Date(0).toISOString(),
    fulfillment_channel: "MFN",
    service_level: "Standard",
    deliver_by: row.ship_by && new Date(Date.parse(row.ship_by) + 72 * HOUR).toISOString(),
    is_prime: chance(row.id, 21) < 0.1,
    is_business: chance(row.id, 22) < 0.1,
    notes: note,
    confirmed_at: null,
    items,
    packages,
  };
}

/** A shop that answers like the core. */
export class MadeUpShop {
  newest: number;
  readonly notes = new Map<number, string>();
  /** When orders were confirmed. */
  readonly confirmed = new Map<number, string>();
  /** Rows that differ from what their number makes of them. */
  readonly special = new Map<number, Partial<OrderRow>>();
  readonly stock: MadeUpStock;
  readonly #now: () => number;

  constructor(orders: number, now: () => number = Date.now) {
    this.newest = orders;
    this.#now = now;
    this.stock = new MadeUpStock(now);
  }

  /** An order as its number makes it, before anybody has linked anything. */
  #made(id: number): OrderRow {
    const row = madeUpRow(id, this.newest, this.#now());
    const flags = noted(row.flags, this.notes.has(id) || row.flags.includes("has_note"));
    return { ...row, flags, ...this.special.get(id) };
  }

  row(id: number): OrderRow {
    const row = this.#made(id);
    if (this.stock.links.size === 0 && this.stock.mappings.size === 0) return row;
    return { ...row, matches: summaryOf(linesOf(row, this.stock).map(({ match_status }) => match_status)) };
  }

  detail(id: number): OrderDetail {
    if (id < 1 || id > this.newest) throw refusal("not_found", "This order is not here any more.");
    const items = linesOf(this.#made(id), this.stock);
    const note = this.notes.get(id) ?? (this.row(id).flags.includes("has_note") ? "Wrap as a gift" : null);
    return { ...detailOf(this.row(id), items, note), confirmed_at: this.confirmed.get(id) ?? null };
  }

  line(order: number, orderItemId: string): OrderItem {
    const item = this.detail(order).items.find(({ order_item_id }) => order_item_id === orderItemId);
    if (item === undefined) throw refusal("not_found", "This line is not here any more.");
    return item;
  }

  page(request: ListRequest): OrderPage {
    const ids = this.#matching(request);
    const place = request.place === "first" ? null : request.place;
    const start = place?.near ?? (place?.after === undefined ? 0 : this.#behind(Number(place.after), request, ids));
    const end = Math.min(ids.length, start + request.limit);
    const rows = [];
    for (let position = start; position < end; position += 1) rows.push(this.row(ids.at(position)));
    const cursor = (row: OrderRow | undefined) => (row === undefined ? null : String(row.id));
    return {
      rows,
      position: start,
      total: ids.length,
      total_is_exact: true,
      first: cursor(rows[0]),
      last: cursor(rows.at(-1)),
    };
  }

  /** The first position behind an order, which need not match itself. */
  #behind(order: number, request: ListRequest, ids: { length: number; at: (position: number) => number }): number {
    const all = this.#matching({ ...request, query: "" });
    const before = new Set<number>();
    for (let position = 0; position < all.length; position += 1) {
      before.add(all.at(position));
      if (all.at(position) === order) break;
    }
    let start = 0;
    while (start < ids.length && before.has(ids.at(start))) start += 1;
    return start;
  }

  /** The orders of a platform: Amazon's, but for those that were made another's. */
  #isOf(id: number, platform: Platform | null): boolean {
    return platform === null || (this.special.get(id)?.platform ?? "amazon") === platform;
  }

  counts(platform: Platform | null = null): OrderCounts {
    const counts = {
      all: 0,
      pending: 0,
      paid: 0,
      shipped: 0,
      completed: 0,
      cancelled: 0,
      other: 0,
      missing_items: 0,
      missing_fees: null,
      unmatched: 0,
      no_asin: 0,
    };
    for (let id = 1; id <= this.newest; id += 1) {
      if (!this.#isOf(id, platform)) continue;
      counts.all += 1;
      const status = this.special.get(id)?.ui_status ?? statusOf(id, this.newest);
      counts[status.toLowerCase() as "paid"] += 1;
    }
    return counts;
  }

  /** The ids that a request matches, in its order; all of them without a list. */
  #matching({ query, sort, platform }: ListRequest): { length: number; at: (position: number) => number } {
    const words = (query.match(/"[^"]*"|\S+/g) ?? []).map((word) => word.replaceAll('"', ""));
    const tests = words.map((word) => this.#test(word));
    const newest = this.newest;
    const mixed = [...this.special.values()].some((row) => row.platform !== undefined);
    if (platform !== null && (mixed || platform !== "amazon")) tests.push((id) => this.#isOf(id, platform));
    if (tests.length === 0 && (sort.key === "date" || newest > 50_000)) {
      return { length: newest, at: (position) => (sort.descending ? newest - position : position + 1) };
    }
    const ids: number[] = [];
    for (let id = newest; id >= 1; id -= 1) if (tests.every((test) => test(id))) ids.push(id);
    if (sort.key === "total" && newest <= 50_000) {
      const minor = (id: number) => Number(this.row(id).total?.amount.replace(".", "") ?? -1);
      ids.sort((a, b) => minor(b) - minor(a));
    }
    if (!sort.descending) ids.reverse();
    return { length: ids.length, at: (position) => ids[position] ?? 0 };
  }

  #test(word: string): (id: number) => boolean {
    const negated = word.startsWith("-");
    if (negated) {
      const test = this.#test(word.slice(1));
      return (id) => !test(id);
    }
    const [key, value] = word.split(":");
    if (value === undefined) {
      const text = word.toLowerCase();
      return (id) => {
        const { platform_order_id, description } = this.row(id);
        return platform_order_id.includes(text) || description.toLowerCase().includes(text);
      };
    }
    if (key === "is") return this.#flag(value.toLowerCase());
    if (key === "ship" || key === "date") return (id) => id % 3 === 0;
    if (key !== "status") {
      throw refusal("bad_query", `unknown filter '${key}:': use status:, or put the text in quotes to search for it`, {
        context: `${key}:`,
      });
    }
    const wanted = value.toLowerCase().split(",");
    const known = ["pending", "paid", "shipped", "completed", "cancelled"];
    const unknown = wanted.find((status) => !known.includes(status));
    if (unknown !== undefined) {
      throw refusal("bad_query", `unknown status '${unknown}': use ${known.slice(0, 4).join(", ")} or cancelled`, {
        context: unknown,
      });
    }
    return (id) => wanted.includes((this.special.get(id)?.ui_status ?? statusOf(id, this.newest)).toLowerCase());
  }

  #flag(flag: string): (id: number) => boolean {
    const flags: Record<string, (row: OrderRow) => boolean> = {
      unmatched: ({ matches }) => matches.unmatched > 0,
      no_asin: ({ matches }) => matches.no_asin > 0,
      matched: ({ matches }) => matches.unmatched + matches.no_asin === 0,
      linked: ({ matches }) => matches.total > 0 && matches.linked === matches.total,
      late: (row) => row.ui_status === "Paid" && Date.parse(row.ship_by ?? "") < this.#now(),
      cancel_requested: (row) => row.flags.includes("cancel_requested"),
      part_shipped: (row) => row.flags.includes("part_shipped"),
      fbm: () => true,
    };
    const test = flags[flag];
    if (test === undefined) throw refusal("bad_query", `unknown flag '${flag}'`, { context: flag });
    return (id) => test(this.row(id));
  }
}

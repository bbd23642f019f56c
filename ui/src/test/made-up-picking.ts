/** Pick lists over a made-up shop: planned from its paid orders, recorded, worked and taken back like the core's. */
import type {
  ExceptionReason,
  OrderRow,
  PickException,
  PickGroup,
  PickList,
  PickListEntry,
  PickMark,
  PickRequest,
  PickRun,
  PickState,
  PickStop,
  PickTotals,
} from "~/lib/bindings";

import { refusal } from "./fake-backend";
import { selectedIds } from "./made-up-desk";
import { chance, type MadeUpShop } from "./made-up-orders";

const natural = new Intl.Collator("en", { numeric: true });

type Placed = Omit<PickStop, "position" | "mark">;
export type Recorded = PickRun & { list: PickList; made: string };

const zoneOf = (location: string) => /^(.*?)[\s-]*\D?\d+\D*$/.exec(location)?.[1] || location;

/** Eight hex digits that depend on the text only. */
function digest(text: string): string {
  let hash = 0x811c9dc5;
  for (let at = 0; at < text.length; at += 1) hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193);
  return (hash >>> 0).toString(16).padStart(8, "0");
}

export class MadeUpPicking {
  readonly lists: Recorded[] = [];
  /** How many struck units of a list the seller has seen. */
  readonly seen = new Map<number, number>();
  /** The seller's walk order; natural order while it is empty. */
  walk: string[] = [];
  readonly shop: MadeUpShop;
  readonly #now: () => number;

  constructor(shop: MadeUpShop, now: () => number = Date.now) {
    this.shop = shop;
    this.#now = now;
  }

  locations(): { location: string; units: number }[] {
    const counts = new Map<string, number>();
    for (const { storage_location: place, status } of this.shop.stock.units) {
      if (place !== null && status !== "sold") counts.set(place, (counts.get(place) ?? 0) + 1);
    }
    return [...counts]
      .map(([location, units]) => ({ location, units }))
      .toSorted((a, b) => this.#compare(a.location, b.location));
  }

  #compare(a: string, b: string): number {
    const rank = (place: string) => (this.walk.includes(place) ? this.walk.indexOf(place) : this.walk.length);
    return rank(a) - rank(b) || natural.compare(a, b);
  }

  #orders({ orders, platform }: PickRequest): OrderRow[] {
    const ids =
      orders === null ? Array.from({ length: this.shop.newest }, (_, at) => at + 1) : selectedIds(this.shop, orders);
    return ids
      .map((id) => this.shop.row(id))
      .filter((row) => row.ui_status === "Paid" && (platform === null || row.platform === platform));
  }

  plan(request: PickRequest): PickList {
    const held = new Set(
      this.lists.filter(({ entry }) => entry.state === "open").flatMap(({ stops }) => stops.map(({ unit }) => unit)),
    );
    const free = this.shop.stock.free().filter(({ id, status }) => !held.has(id) && status === "in_stock");
    const placed: Placed[] = [];
    const exceptions: PickException[] = [];
    let totes = 0;
    for (const row of this.#orders(request)) {
      const open = this.lists.find(
        ({ entry, stops }) => entry.state === "open" && stops.some(({ order }) => order === row.id),
      );
      const { items, is_prime } = this.shop.detail(row.id);
      const tote = items.length > 1 && totes < 8 ? ("ABCDEFGH"[totes++] ?? null) : null;
      for (const item of items) {
        const except = (reason: ExceptionReason, detail = "") =>
          exceptions.push({
            order: row.id,
            platform_order_id: row.platform_order_id,
            order_item_id: item.order_item_id,
            name: item.title ?? "",
            sku: item.seller_sku,
            asin: item.asin,
            quantity: item.quantity,
            reason,
            detail,
          });
        const linked = item.units[0];
        const at = free.findIndex(({ set_number }) => set_number === item.mapped_to?.set_number);
        const unit = linked ?? (item.match_status === "matched" && at >= 0 ? free.splice(at, 1)[0] : undefined);
        if (item.cancel_requested) except("cancel_requested");
        else if (open !== undefined) except("on_open_list", open.entry.id);
        else if (item.match_status === "no_asin") except("no_asin");
        else if (item.match_status === "unmatched") except("no_match");
        else if (unit === undefined) except("no_stock", item.mapped_to?.set_number ?? "");
        else if (unit.storage_location === null) except("no_location", unit.set_number);
        else {
          placed.push({
            unit: unit.id,
            location: unit.storage_location,
            set_number: unit.set_number,
            name: item.title ?? unit.name,
            condition: unit.condition,
            sku: item.seller_sku,
            asin: item.asin,
            order: row.id,
            platform_order_id: row.platform_order_id,
            tote,
            flags: {
              late: row.ship_by !== null && Date.parse(row.ship_by) < this.#now(),
              ship_today: chance(row.id, 40) < 0.3,
              gift: item.is_gift,
              prime: is_prime,
            },
          });
        }
      }
    }
    placed.sort(
      (a, b) =>
        this.#compare(a.location, b.location) || natural.compare(a.set_number, b.set_number) || a.order - b.order,
    );
    return this.#list(request, placed, exceptions);
  }

  #list(request: PickRequest, placed: Placed[], exceptions: PickException[]): PickList {
    const groups: PickGroup[] = [];
    for (const { location, ...of } of placed) {
      let group = groups.find(({ heading }) => heading === location);
      if (group === undefined) groups.push((group = { heading: location, zone: zoneOf(location), rows: [] }));
      const { unit, order, platform_order_id, tote, flags, ...what } = of;
      let row = group.rows.find(
        ({ set_number, condition, name }) =>
          set_number === what.set_number && condition === what.condition && name === what.name,
      );
      if (row === undefined) group.rows.push((row = { ...what, location, quantity: 0, orders: [] }));
      row.quantity += 1;
      row.orders.push({ order, platform_order_id, order_item_id: `${order}`, units: [unit], sku: null, tote, flags });
    }
    const zones = new Map<string, number>();
    for (const { location } of placed) zones.set(zoneOf(location), (zones.get(zoneOf(location)) ?? 0) + 1);
    const totals: PickTotals = {
      lines: placed.length,
      units: placed.length,
      orders: new Set(placed.map(({ order }) => order)).size,
      exceptions: exceptions.length,
      exception_units: exceptions.reduce((sum, { quantity }) => sum + quantity, 0),
    };
    return {
      id: `P-${digest(JSON.stringify([placed, exceptions, request.mode]))}`,
      record: null,
      mode: request.mode,
      accounts: ["My shop"],
      data_as_of: "2026-01-18T14:05:00Z",
      data_as_of_text: "2026-01-18 14:05 GMT",
      sku_barcodes: request.sku_barcodes,
      order_codes: request.order_codes,
      groups,
      exceptions,
      totals,
      zones: [...zones].map(([zone, units]) => ({ zone, units })),
      reprint: 0,
    };
  }

  /** The list of a request, which is the open one whose orders are asked for again. */
  of(request: PickRequest): PickList {
    const wanted = JSON.stringify(request);
    const open = this.lists.find(({ entry, made }) => entry.state === "open" && made === wanted);
    return open === undefined
      ? this.plan(request)
      : { ...open.list, record: open.entry.record, reprint: open.entry.prints };
  }

  record(request: PickRequest, prints: number): Recorded {
    const list = this.of(request);
    if (list.record !== null) return this.find(list.record);
    const record = 1 + this.lists.length;
    const stops = list.groups
      .flatMap(({ rows }) =>
        rows.flatMap((row) => row.orders.flatMap((order) => order.units.map((unit) => ({ row, order, unit })))),
      )
      .map(({ row, order, unit }, position): PickStop => ({
        position,
        unit,
        location: row.location,
        set_number: row.set_number,
        name: row.name,
        condition: row.condition,
        sku: row.sku,
        asin: row.asin,
        order: order.order,
        platform_order_id: order.platform_order_id,
        tote: order.tote,
        flags: order.flags,
        mark: "open",
      }));
    const at = new Date(this.#now()).toISOString();
    const entry: PickListEntry = {
      record,
      id: list.id,
      state: "open",
      created_at: at,
      prints,
      printed_at: prints === 0 ? null : at,
      totals: list.totals,
      picked: 0,
      short: 0,
      struck: 0,
    };
    const recorded = { entry, stops, exceptions: list.exceptions, list, made: JSON.stringify(request) };
    this.lists.push(recorded);
    return recorded;
  }

  find(record: number): Recorded {
    const found = this.lists.find(({ entry }) => entry.record === record);
    if (found === undefined) throw refusal("not_found", "This pick list is not here any more.");
    return found;
  }

  /** Lists with struck units that nobody has seen. */
  news(): PickListEntry[] {
    return this.lists
      .map(({ entry }) => entry)
      .filter(({ record, state, struck }) => state !== "discarded" && struck > (this.seen.get(record) ?? 0))
      .toReversed();
  }

  entries(before: number | null, limit: number): PickListEntry[] {
    return this.lists
      .map(({ entry }) => entry)
      .filter(({ record }) => before === null || record < before)
      .toReversed()
      .slice(0, limit);
  }

  /** Marks stops as an act; `strike` is for orders that are cancelled, which the seller cannot do by hand. */
  mark(record: number, positions: readonly number[], mark: PickMark) {
    const list = this.find(record);
    if (list.entry.state !== "open") throw refusal("not_possible", `${list.entry.id} is not open any more.`);
    const before = list.stops;
    const write = (stops: PickStop[]) => {
      list.stops = stops;
      const count = (wanted: PickMark) => stops.filter((stop) => stop.mark === wanted).length;
      list.entry = { ...list.entry, picked: count("picked"), short: count("short"), struck: count("struck") };
    };
    const after = before.map((stop) =>
      positions.includes(stop.position) && stop.mark !== "struck" ? { ...stop, mark } : stop,
    );
    write(after);
    const batch = this.shop.stock.act(
      `Marked ${positions.length} of ${list.entry.id}`,
      null,
      () => write(before),
      () => write(after),
    );
    return { stops: after.filter(({ position }) => positions.includes(position)), entry: list.entry, batch };
  }

  /** What a sync does when an order on an open list is cancelled. */
  cancel(order: number): void {
    this.shop.special.set(order, { ...this.shop.special.get(order), ui_status: "Cancelled" });
    for (const { entry, stops } of this.lists) {
      const positions = stops.filter((stop) => stop.order === order).map(({ position }) => position);
      if (entry.state === "open" && positions.length > 0) this.mark(entry.record, positions, "struck");
    }
  }

  scan(record: number, code: string) {
    const fits = (stop: PickStop) =>
      [stop.sku, stop.asin, stop.set_number, stop.platform_order_id].some(
        (own) => own?.toLowerCase() === code.toLowerCase(),
      );
    const stop = this.find(record).stops.find((one) => one.mark === "open" && fits(one));
    if (stop === undefined) throw refusal("not_found", `no open stop of this list has the code ${code}`);
    return this.mark(record, [stop.position], "picked");
  }

  end(record: number, state: PickState) {
    const list = this.find(record);
    const before = list.entry;
    const write = (to: PickListEntry) => (list.entry = to);
    const after = { ...before, state };
    write(after);
    const batch = this.shop.stock.act(
      `${state === "done" ? "Finished" : "Discarded"} ${before.id}`,
      null,
      () => write({ ...list.entry, state: before.state }),
      () => write({ ...list.entry, state }),
    );
    return { entry: after, batch };
  }
}

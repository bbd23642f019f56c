/** The answers of confirming over a made-up shop: units go to their archive, orders become Completed, and back. */
import type {
  ArchiveRule,
  Confirmation,
  ConfirmOrder,
  ConfirmRequest,
  ConfirmUnit,
  OrderRow,
  SkipReason,
} from "~/lib/bindings";

import type { Handlers } from "./fake-backend";
import { selectedIds } from "./made-up-desk";
import type { MadeUpShop } from "./made-up-orders";

const minor = (amount: string) => Math.round(Number(amount) * 100);
const amount = (pence: number, currency: string) => ({ amount: (pence / 100).toFixed(2), currency });

export function confirmingHandlers(shop: MadeUpShop, now: () => number = Date.now): Partial<Handlers> {
  let rule: ArchiveRule = "month_of_sale";
  const monthOf = (row: OrderRow) =>
    (rule === "month_of_sale" ? (row.order_date ?? "") : new Date(now()).toISOString()).slice(0, 7);

  const judged = (row: OrderRow, request: ConfirmRequest, taken: Set<number>): ConfirmOrder => {
    const base = { order: row.id, platform_order_id: row.platform_order_id, proceeds: row.total };
    const skipped = (reason: SkipReason, message: string): ConfirmOrder => ({
      ...base,
      result: "skipped",
      reason,
      message,
      archive_location: null,
      units: [],
      short_lines: [],
    });
    if (row.ui_status === "Pending") return skipped("pending", "Its payment has not cleared");
    if (row.ui_status === "Cancelled") return skipped("cancelled", "It is cancelled");
    const { items, confirmed_at } = shop.detail(row.id);
    if (row.ui_status === "Completed") {
      const already: ConfirmOrder = { ...skipped("completed", "It is already delivered"), result: "already" };
      return confirmed_at === null
        ? skipped("completed", "It is already delivered")
        : { ...already, reason: null, message: null };
    }
    const units: ConfirmUnit[] = [];
    const without: string[] = [];
    for (const item of items) {
      const unit =
        item.units[0] ??
        (item.match_status === "matched"
          ? shop.stock
              .free()
              .find(
                ({ id, set_number, status }) =>
                  status === "in_stock" && !taken.has(id) && set_number === item.mapped_to?.set_number,
              )
          : undefined);
      if (unit === undefined) {
        if (!request.without_stock.includes(row.id))
          return skipped("no_unit", `No unit in stock for “${item.title ?? ""}”`);
        without.push(item.title ?? "");
        continue;
      }
      taken.add(unit.id);
      units.push({
        id: unit.id,
        set_number: unit.set_number,
        name: unit.name,
        condition: unit.condition,
        storage_location: unit.storage_location,
        cost: unit.cost,
        was_linked: item.units.length > 0,
      });
    }
    const archive_location = request.archive_location ?? `SOLD-${monthOf(row)}`;
    return {
      ...base,
      result: "confirmed",
      reason: null,
      message: null,
      archive_location,
      units,
      short_lines: without.map((title) => ({ title, units: 0, ordered: 1 })),
    };
  };

  const planned = (request: ConfirmRequest, most = Number.POSITIVE_INFINITY): Confirmation => {
    const ids =
      request.orders === null
        ? Array.from({ length: shop.newest }, (_, at) => shop.newest - at)
        : selectedIds(shop, request.orders);
    const taken = new Set<number>();
    const rows = ids
      .map((id) => shop.row(id))
      .filter(
        ({ platform, ui_status }) =>
          (request.platform === null || platform === request.platform) &&
          (request.orders !== null || ui_status === "Paid" || ui_status === "Shipped"),
      );
    const orders = rows.map((row) => judged(row, request, taken));
    const confirmed = orders.filter(({ result }) => result === "confirmed");
    const currencies = [...new Set(confirmed.flatMap(({ proceeds }) => proceeds?.currency ?? []))];
    return {
      batch: null,
      confirmed: confirmed.length,
      skipped: orders.filter(({ result }) => result === "skipped").length,
      already: orders.filter(({ result }) => result === "already").length,
      archive_locations: [...new Set(confirmed.flatMap(({ archive_location: place }) => place ?? []))].toSorted(),
      confirmed_orders: confirmed.flatMap(({ order }) => order ?? []),
      units_moved: confirmed.reduce((sum, { units }) => sum + units.length, 0),
      money: currencies.map((currency) => {
        const of = confirmed.filter(({ proceeds }) => proceeds?.currency === currency);
        const costs = of.flatMap(({ units }) => units.map(({ cost }) => cost));
        return {
          sales: amount(
            of.reduce((sum, { proceeds }) => sum + minor(proceeds?.amount ?? "0"), 0),
            currency,
          ),
          cost: amount(
            costs.reduce((sum, cost) => sum + minor(cost?.amount ?? "0"), 0),
            currency,
          ),
          units_without_cost: costs.filter((cost) => cost === null).length,
        };
      }),
      orders: orders.filter(
        ({ result }, at) => orders.slice(0, at).filter((before) => before.result === result).length < most,
      ),
    };
  };

  return {
    previewConfirm: planned,
    confirmOrders: (request) => {
      const plan = planned(request);
      if (plan.confirmed === 0) return plan;
      const special = new Map(shop.special);
      const units = shop.stock.units.map((unit) => Object.assign({}, unit));
      for (const { order, result, archive_location, units: moved } of plan.orders) {
        if (result !== "confirmed" || order === null) continue;
        shop.special.set(order, { ...shop.special.get(order), ui_status: "Completed" });
        shop.confirmed.set(order, new Date(now()).toISOString());
        for (const { id } of moved) {
          const unit = shop.stock.units.find((known) => known.id === id);
          if (unit === undefined) continue;
          Object.assign(unit, {
            status: "sold",
            previous_location: unit.storage_location,
            storage_location: archive_location,
          });
        }
      }
      const batch = shop.stock.act(`Confirmed ${plan.confirmed} orders`, null, () => {
        shop.special.clear();
        special.forEach((row, id) => shop.special.set(id, row));
        for (const { order } of plan.orders) if (order !== null) shop.confirmed.delete(order);
        shop.stock.units.splice(0, shop.stock.units.length, ...units);
      });
      return { ...plan, batch };
    },
    archiveRule: () => rule,
    setArchiveRule: (next) => {
      const before = rule;
      rule = next;
      return shop.stock.act("Changed the archive rule", null, () => (rule = before));
    },
  };
}

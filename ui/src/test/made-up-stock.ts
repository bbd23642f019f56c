/** Units on made-up shelves, what they are linked to, and a ledger of acts that can be taken back. */
import type {
  ActEntry,
  BatchId,
  Candidates,
  LinkedUnit,
  MappedTo,
  OrderItem,
  Reason,
  UndoReport,
  Unit,
  UnitId,
} from "~/lib/bindings";

import { refusal } from "./fake-backend";

const DAY = 86_400_000;

/** Kinds of things on the shelves; the number stands in the title of lines that sell them. */
export const KINDS = [
  { set_number: "1042", name: "Walnut desk organiser", price: "59.99", cost: "31.00" },
  { set_number: "2210", name: "Enamel camping mug", price: "14.50", cost: "6.20" },
  { set_number: "3307", name: "Linen tea towels", price: "18.00", cost: "7.75" },
  { set_number: "4481", name: "Brass bookmark", price: "9.95", cost: "2.10" },
  { set_number: "5120", name: "Cast iron trivet", price: "24.00", cost: "11.40" },
] as const;

type Act = ActEntry & { order: number | null; back: () => void; again: () => void };

export class MadeUpStock {
  readonly units: Unit[];
  /** By ASIN. */
  readonly mappings = new Map<string, MappedTo>();
  /** Units by order item id; an empty list for a line that was unlinked. */
  readonly links = new Map<string, LinkedUnit[]>();
  readonly acts: Act[] = [];
  /** Acts whose subjects have changed since, so that nothing of them can be taken back. */
  readonly changed = new Set<BatchId>();
  readonly #now: () => number;

  constructor(now: () => number = Date.now) {
    this.#now = now;
    const places = ["A-01", "B-03", "Loft-S5", "S5", "S49", null];
    this.units = Array.from({ length: 40 }, (_, index): Unit => {
      const kind = KINDS[index % KINDS.length] ?? KINDS[0];
      return {
        id: index + 1,
        set_number: kind.set_number,
        name: kind.name,
        condition: index % 7 === 6 ? "Used, complete" : "New Sealed",
        cost: { amount: kind.cost, currency: "GBP" },
        listing_price: { amount: kind.price, currency: "GBP" },
        purchase_date: new Date(now() - (300 - index * 5) * DAY).toISOString().slice(0, 10),
        storage_location: places[index % places.length] ?? null,
        previous_location: null,
        sku: `LS-${kind.set_number}-N`,
        asin: null,
        notes: null,
        status: "in_stock",
        claim: null,
      };
    });
  }

  /** The unit of a line that was linked long ago. */
  oldLink(orderItemId: string): LinkedUnit {
    const unit = this.units[Number(orderItemId) % this.units.length] ?? this.units[0];
    if (unit === undefined) throw new Error("the shelves are empty");
    return { ...this.#linked(unit), id: 100_000 + Number(orderItemId), claimed_at: "2026-01-10T09:00:00Z" };
  }

  #linked({ id, set_number, name, condition, storage_location, previous_location, listing_price, cost }: Unit) {
    const place = { storage_location, previous_location };
    const unit = { id, set_number, name, condition, ...place, listing_price, cost };
    return { ...unit, claimed_at: new Date(this.#now()).toISOString(), method: "manual" } satisfies LinkedUnit;
  }

  isFree(id: UnitId): boolean {
    return ![...this.links.values()].flat().some((unit) => unit.id === id);
  }

  free(): Unit[] {
    return this.units.filter(({ id }) => this.isFree(id));
  }

  /** Links a unit as the core does: one claim for a unit. */
  claim(item: OrderItem, id: UnitId): void {
    const unit = this.units.find((known) => known.id === id);
    if (unit === undefined) throw refusal("not_found", "This unit is not here any more.");
    if (!this.isFree(id)) throw refusal("busy", `unit ${id} (${unit.set_number}) is held by another order`);
    this.links.set(item.order_item_id, [...(this.links.get(item.order_item_id) ?? []), this.#linked(unit)]);
  }

  candidates(order: number, item: OrderItem, search: string, limit: number): Candidates {
    const wanted = search.trim().toLowerCase();
    const mapped = item.asin === null ? undefined : this.mappings.get(item.asin);
    const units = this.free()
      .map((unit) => {
        const reasons: Reason[] = [];
        if (mapped?.set_number === unit.set_number) reasons.push("mapped");
        if (item.seller_sku === unit.sku) reasons.push("same_sku");
        if (item.title?.includes(unit.set_number)) reasons.push("set_number_in_title");
        return { unit, reasons };
      })
      .filter(({ unit, reasons }) =>
        wanted === ""
          ? reasons.length > 0
          : [unit.set_number, unit.name, unit.storage_location, unit.sku].some((text) =>
              text?.toLowerCase().includes(wanted),
            ),
      )
      .toSorted((a, b) => b.reasons.length - a.reasons.length || a.unit.id - b.unit.id);
    return {
      line: { order, order_item_id: item.order_item_id },
      title: item.title,
      number: item.asin,
      quantity: item.quantity,
      linked: item.units.length,
      units: units.slice(0, limit),
      more: units.length > limit,
    };
  }

  /** Writes an act into the ledger; `back` restores what was before. */
  act(summary: string, order: number | null, back: () => void, again: () => void = () => {}): BatchId {
    const batch = this.acts.length + 1;
    const at = new Date(this.#now()).toISOString();
    const is_undo = summary.startsWith("Undid: ");
    const by_itself = /^(Freed|Struck) /.test(summary);
    this.acts.push({ batch, at, summary, acts: 1, is_undo, by_itself, undone: false, order, back, again });
    return batch;
  }

  undo(batch: BatchId): UndoReport {
    const act = this.acts.find((known) => known.batch === batch);
    if (act === undefined) throw refusal("not_found", "There is no such act.");
    if (act.undone || this.changed.has(batch)) return { batch: null, restored: 0, skipped: act.acts, stays: [] };
    act.undone = true;
    act.back();
    const first = act.summary.replace(/^(Undid|Did again): /, "");
    const undoing = this.act(`${act.is_undo ? "Did again" : "Undid"}: ${first}`, act.order, act.again, act.back);
    return { batch: undoing, restored: act.acts, skipped: 0, stays: [] };
  }

  entries(of: (act: Act) => boolean, before: BatchId | null, limit: number): ActEntry[] {
    return this.acts
      .filter((act) => of(act) && (before === null || act.batch < before))
      .toReversed()
      .slice(0, limit)
      .map(({ batch, at, summary, acts, is_undo, by_itself, undone }) => {
        return { batch, at, summary, acts, is_undo, by_itself, undone };
      });
  }
}

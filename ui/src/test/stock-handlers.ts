/** The answers of the stock's pages over made-up shelves. */
import type { MadeUpStock } from "./made-up-stock";
import type { RunEntry, Unit, UnitDraft, UnitListRequest, UnitSelection } from "~/lib/bindings";

import { refusal, type Handlers } from "./fake-backend";

/** A poor relation of the real query language: `status:`, `in:` and free words. */
function matches(unit: Unit, query: string): boolean {
  return (query.match(/(?:"[^"]*"?|[^\s"])+/g) ?? []).every((word) => {
    const [key = "", value = ""] = word.toLowerCase().replaceAll('"', "").split(":");
    if (key === "status") return unit.status === value;
    if (key === "in") {
      const place = unit.storage_location?.toLowerCase() ?? "";
      return value.startsWith("=") ? place === value.slice(1) : place.startsWith(value);
    }
    return [unit.set_number, unit.name, unit.sku].some((text) => text?.toLowerCase().includes(key));
  });
}

function filled(unit: Unit, draft: UnitDraft): Unit {
  const currency = draft.currency ?? "GBP";
  const amount = (text: string | null) => (text === null ? null : { amount: text, currency });
  return { ...unit, ...draft, cost: amount(draft.cost), listing_price: amount(draft.listing_price) };
}

export function stockHandlers(stock: MadeUpStock): Partial<Handlers> {
  let home = "GBP";
  const found = (query: string) => stock.units.filter((unit) => matches(unit, query));
  const chosen = (selection: UnitSelection): Unit[] => {
    if (selection.ids !== undefined) {
      const ids = new Set(selection.ids);
      return stock.units.filter(({ id }) => ids.has(id));
    }
    const { query, except } = selection.matching;
    return found(query).filter(({ id }) => !except.includes(id));
  };
  /** Changes the shelves as an act that can be taken back. */
  const acted = (summary: string, change: () => void) => {
    const before = stock.units.map((unit) => Object.assign({}, unit));
    change();
    return stock.act(summary, null, () => void stock.units.splice(0, stock.units.length, ...before));
  };
  const checked = (draft: UnitDraft) => {
    if (draft.set_number === "") {
      throw refusal("bad_input", "the set number is empty: type one, such as 75192", { context: "set_number" });
    }
  };
  return {
    listUnits: ({ query, offset, limit, sort, descending }: UnitListRequest) => {
      if (/\bcolour:/.test(query)) throw refusal("bad_query", "unknown filter 'colour:'", { context: "colour:" });
      const rows = found(query);
      if (sort === "set_number") rows.sort((a, b) => a.set_number.localeCompare(b.set_number));
      if (descending) rows.reverse();
      return { rows: rows.slice(offset, offset + limit), offset, total: rows.length };
    },
    getUnit: (id) => {
      const unit = stock.units.find((own) => own.id === id);
      if (unit === undefined) throw refusal("not_found", "This unit is not here any more.");
      return unit;
    },
    stockCounts: () => {
      const count = (status: Unit["status"]) => stock.units.filter((unit) => unit.status === status).length;
      const cost = stock.units.length === 0 ? [] : [{ amount: "468.80", currency: "GBP" }];
      const counts = { in_stock: count("in_stock"), linked: count("linked"), sold: count("sold") };
      return { all: stock.units.length, ...counts, cost };
    },
    storageLocations: () => [
      { location: "A-01", units: 7 },
      { location: "S5", units: 7 },
      { location: "S49", units: 6 },
      { location: "S4", units: 1 },
    ],
    homeCurrency: () => home,
    setHomeCurrency: (next) => {
      const before = home;
      home = next;
      return stock.act(`Set the home currency to ${next}`, null, () => void (home = before));
    },
    addUnits: (draft, quantity) => {
      checked(draft);
      const [first] = stock.units;
      if (first === undefined) throw refusal("internal", "the shelves are empty");
      const next = 1 + Math.max(...stock.units.map(({ id }) => id));
      const batch = acted(`Added ${quantity} units`, () => {
        for (let n = 0; n < quantity; n += 1) stock.units.push({ ...filled(first, draft), id: next + n });
      });
      return { batch, units: quantity, skipped: 0 };
    },
    editUnit: (id, draft) => {
      checked(draft);
      const at = stock.units.findIndex((unit) => unit.id === id);
      const unit = stock.units[at];
      if (unit === undefined) throw refusal("not_found", "This unit is not here any more.");
      return { batch: acted("Changed a unit", () => (stock.units[at] = filled(unit, draft))), units: 1, skipped: 0 };
    },
    countMove: (selection) => {
      const sold = chosen(selection).filter(({ status }) => status === "sold").length;
      return { units: chosen(selection).length - sold, sold };
    },
    moveUnits: (selection, location) => {
      const units = chosen(selection).filter(({ status }) => status !== "sold");
      const batch = acted(`Moved ${units.length} units`, () => {
        for (const unit of units) stock.units[stock.units.indexOf(unit)] = { ...unit, storage_location: location };
      });
      return { batch, units: units.length, skipped: chosen(selection).length - units.length };
    },
    deleteUnits: (selection) => {
      const units = chosen(selection).filter(({ claim }) => claim === null);
      const batch = acted(`Deleted ${units.length} units`, () => {
        for (const unit of units) stock.units.splice(stock.units.indexOf(unit), 1);
      });
      return { batch, units: units.length, skipped: chosen(selection).length };
    },
    exportUnits: (selection) => ({ path: "/home/me/Downloads/units.csv", rows: chosen(selection).length }),
    listMappings: (search, offset, limit) => {
      const rows = [...stock.mappings]
        .filter(([number, { set_number }]) => `${number} ${set_number}`.toLowerCase().includes(search.toLowerCase()))
        .map(([number, mapped]) => ({
          number,
          is_asin: true,
          set_number: mapped.set_number,
          condition: mapped.condition,
          created_at: "2026-01-10T09:00:00Z",
          lines: 3,
          free_units: 2,
          title: "A title",
          orders_query: `platform:amazon asin:${number}`,
        }));
      return { rows: rows.slice(offset, offset + limit), offset, total: rows.length };
    },
    mapNumber: (number, _isAsin, set_number, condition) => {
      if (set_number === "") throw refusal("bad_input", "the set number is empty", { context: "set_number" });
      const before = stock.mappings.get(number);
      stock.mappings.set(number, { set_number, condition });
      const batch = stock.act(`Mapped ${number}`, null, () => {
        if (before === undefined) stock.mappings.delete(number);
        else stock.mappings.set(number, before);
      });
      return { number, set_number, condition, lines_matched: 3, units_linked: 0, batch };
    },
    deleteMapping: (number) => {
      const before = stock.mappings.get(number);
      if (before === undefined) return null;
      stock.mappings.delete(number);
      return stock.act(`Deleted the mapping of ${number}`, null, () => void stock.mappings.set(number, before));
    },
    activityRuns: () => [run({}), run({ id: 1, error: OUTAGE, new_orders: 0 })],
    listingsProgress: () => [],
    stopListings: () => null,
    fetchListings: () => ({
      listings: 12,
      changed: 12,
      removed: 0,
      skipped: 0,
      as_of: "2026-01-18T12:00:00Z",
      units_updated: 3,
      problems: [],
      batch: 1,
    }),
  };
}

const OUTAGE = { code: "unavailable", message: "Amazon does not answer at the moment", request_id: "req-7" };

/** A run of the journal. */
export function run(more: Partial<RunEntry>): RunEntry {
  return {
    id: 2,
    account: "My shop",
    kind: "orders",
    calls: 3,
    pages: 2,
    throttled: 1,
    new_orders: 12,
    changed_orders: 3,
    unchanged: 4,
    median_lateness_s: 95,
    error: null,
    started_at: "2026-01-18T14:05:00Z",
    finished_at: "2026-01-18T14:05:04Z",
    complete_up_to: "2026-01-18T14:03:00Z",
    ...more,
  };
}

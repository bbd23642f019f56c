/** The answers of matching, views and the query bar over a made-up shop. */
import type { BulkLink, OrderItem, OrderRowId, OrderSelection, QueryEdit, QueryHelp } from "~/lib/bindings";
import type { SavedView, Sort } from "~/lib/bindings";

import { refusal, type Handlers } from "./fake-backend";
import type { MadeUpShop } from "./made-up-orders";

const NEWEST: Sort = { key: "date", descending: true };
const SOONEST: Sort = { key: "ship_by", descending: false };
const BUILT_IN: readonly [string, string, Sort][] = [
  ["To pick", "status:paid is:fbm", SOONEST],
  ["Ship today", "status:paid is:fbm ship:today", SOONEST],
  ["Late", "is:late is:fbm", SOONEST],
  ["Pending", "status:pending", NEWEST],
  ["Unmatched", "is:unmatched", NEWEST],
  ["Cancel requested", "is:cancel_requested", NEWEST],
  ["All", "", NEWEST],
];

export function madeUpViews(): SavedView[] {
  return BUILT_IN.map(([name, query, sort], index) => ({
    id: index + 1,
    name,
    query,
    sort,
    position: index,
    built_in: true,
    hidden: false,
  }));
}

/** Ids of a selection, in list order. */
export function selectedIds(shop: MadeUpShop, selection: OrderSelection): OrderRowId[] {
  if (selection.ids !== undefined) return selection.ids;
  const { query, platform, account, except } = selection.matching;
  const request = { query, platform, account, sort: NEWEST, place: "first" as const, limit: shop.newest };
  return shop
    .page(request)
    .rows.map(({ id }) => id)
    .filter((id) => !except.includes(id));
}

export function viewHandlers(shop: MadeUpShop, views = madeUpViews()): Partial<Handlers> {
  const inOrder = () => views.toSorted((a, b) => a.position - b.position);
  const placed = (order: SavedView[]) => order.forEach((view, position) => Object.assign(view, { position }));
  return {
    savedViews: () => structuredClone(inOrder()),
    viewCounts: (platform) => ({
      views: inOrder()
        .filter(({ hidden }) => !hidden)
        .map(({ id, query, sort }) => {
          if (shop.newest > 50_000) return { view: id, orders: 10_000, is_exact: query === "" };
          const { total } = shop.page({ query, platform, account: null, sort, place: "first", limit: 1 });
          return { view: id, orders: total, is_exact: true };
        }),
    }),
    addView: ({ name, query, sort }) => {
      if (views.some((view) => view.name === name)) {
        throw refusal("bad_input", `there is a view named ${name} already`, { context: "name" });
      }
      const view: SavedView = {
        id: 1 + Math.max(...views.map(({ id }) => id)),
        name,
        query,
        sort,
        position: views.length,
        built_in: false,
        hidden: false,
      };
      views.push(view);
      const batch = shop.stock.act(`Saved the view ${name}`, null, () => void views.splice(views.indexOf(view), 1));
      return { view: { ...view }, batch };
    },
    changeView: (id, change) => {
      const view = views.find((known) => known.id === id);
      if (view === undefined) throw refusal("not_found", "This view is not here any more.");
      if (view.built_in && change.kind !== "move" && change.kind !== "hide") {
        throw refusal("bad_input", `${view.name} is built in: it can be moved and hidden`);
      }
      const before = { ...view };
      const order = inOrder();
      const back = () => {
        if (!views.includes(view)) views.push(view);
        placed(order);
        Object.assign(view, before);
      };
      switch (change.kind) {
        case "rename":
          view.name = change.name;
          break;
        case "query":
          Object.assign(view, { query: change.query, sort: change.sort });
          break;
        case "hide":
          view.hidden = change.hidden;
          break;
        case "move": {
          const moved = order.filter((known) => known !== view);
          moved.splice(change.position, 0, view);
          placed(moved);
          break;
        }
        case "delete":
          views.splice(views.indexOf(view), 1);
      }
      return shop.stock.act(`Changed the view ${before.name}`, null, back);
    },
  };
}

/** What linking would take: matched lines in order, while free units of their set last. */
function linkable(shop: MadeUpShop, selection: OrderSelection) {
  const ids = selectedIds(shop, selection);
  const taken: { order: number; item: OrderItem; unit: number }[] = [];
  const skipped = new Map<string, number>();
  const skip = (reason: string) => skipped.set(reason, (skipped.get(reason) ?? 0) + 1);
  const free = shop.stock.free();
  for (const order of ids) {
    for (const item of shop.detail(order).items) {
      if (item.match_status === "linked") skip("already linked");
      else if (item.match_status === "no_asin") skip("no ASIN");
      else if (item.mapped_to === null) skip("no mapping");
      else {
        const at = free.findIndex(({ set_number }) => set_number === item.mapped_to?.set_number);
        const [unit] = at < 0 ? [] : free.splice(at, 1);
        if (unit === undefined) skip("no free unit");
        else taken.push({ order, item, unit: unit.id });
      }
    }
  }
  const report: BulkLink = {
    orders: ids.length,
    lines: taken.length,
    units: taken.length,
    skipped: [...skipped].map(([reason, lines]) => ({ reason, lines })),
    batch: null,
  };
  return { taken, report };
}

export function matchingHandlers(shop: MadeUpShop): Partial<Handlers> {
  const { stock } = shop;
  /** Does `change` to the links and mappings, as an act that can be taken back. */
  const acted = (summary: string, order: number | null, change: () => void) => {
    const before = { links: new Map(stock.links), mappings: new Map(stock.mappings) };
    change();
    const after = { links: new Map(stock.links), mappings: new Map(stock.mappings) };
    const restore = ({ links, mappings }: typeof before) => {
      stock.links.clear();
      stock.mappings.clear();
      links.forEach((units, item) => stock.links.set(item, units));
      mappings.forEach((mapping, asin) => stock.mappings.set(asin, mapping));
    };
    return stock.act(
      summary,
      order,
      () => restore(before),
      () => restore(after),
    );
  };
  const linked = (order: number, order_item_id: string, batch: number) => {
    const { units, match_status } = shop.line(order, order_item_id);
    return { line: { order, order_item_id }, units: units.map(({ id }) => id), match_status, batch };
  };
  return {
    matchCandidates: ({ order, order_item_id }, search, limit) =>
      stock.candidates(order, shop.line(order, order_item_id), search, limit),
    createMapping: ({ order, order_item_id }, unit) => {
      const item = shop.line(order, order_item_id);
      const chosen = stock.units.find(({ id }) => id === unit);
      if (item.asin === null || chosen === undefined) throw refusal("bad_input", "this line cannot be mapped");
      const number = item.asin;
      const { set_number, condition } = chosen;
      const batch = acted(`Mapped ${number} to ${set_number} ${condition}`, order, () => {
        stock.claim(item, unit);
        stock.mappings.set(number, { set_number, condition });
      });
      return { number, set_number, condition, lines_matched: 1, units_linked: 1, batch };
    },
    linkUnit: ({ order, order_item_id }, unit) => {
      const item = shop.line(order, order_item_id);
      const batch = acted(`Linked 1 unit to ${shop.row(order).platform_order_id}`, order, () =>
        stock.claim(item, unit),
      );
      return linked(order, order_item_id, batch);
    },
    unlinkLine: ({ order, order_item_id }) => {
      const batch = acted(`Unlinked a line of ${shop.row(order).platform_order_id}`, order, () =>
        stock.links.set(order_item_id, []),
      );
      return linked(order, order_item_id, batch);
    },
    previewLink: (selection) => linkable(shop, selection).report,
    linkSelected: (selection) => {
      const { taken, report } = linkable(shop, selection);
      if (taken.length === 0) return report;
      const batch = acted(`Linked ${taken.length} units`, null, () =>
        taken.forEach(({ item, unit }) => stock.claim(item, unit)),
      );
      return { ...report, batch };
    },
    exportOrders: (selection) => ({
      path: "/home/me/Downloads/orders-2026-01-18.csv",
      rows: selectedIds(shop, selection).length,
    }),
    orderIds: (selection) => selectedIds(shop, selection).map((id) => shop.row(id).platform_order_id),
    undo: (batch) => stock.undo(batch),
    activityActs: (before, limit) => stock.entries(() => true, before, limit),
    orderActs: (order) => stock.entries((act) => act.order === order, null, 50),
  };
}

const KEYS: Record<string, readonly string[]> = {
  status: ["pending", "paid", "shipped", "completed", "cancelled"],
  is: ["unmatched", "no_asin", "matched", "linked", "late", "cancel_requested", "fbm"],
  ship: ["today", "tomorrow", "overdue"],
  date: ["today", "7d", "30d"],
};

/** A poor relation of the real help: enough to see the bar at work. */
export function madeUpHelp(text: string, caret: number): QueryHelp {
  const help: QueryHelp = { spans: [], terms: [], suggestions: [], error: null };
  for (const { 0: word, index } of text.matchAll(/\S+/g)) {
    const at = { start: index, end: index + word.length };
    const colon = word.indexOf(":");
    const [key, value] = [word.slice(0, colon), word.slice(colon + 1)];
    const values = KEYS[key];
    const negated = word.startsWith("-");
    const term = { at, negated, key: colon < 0 ? null : key.replace("-", "").toLowerCase() };
    const known = KEYS[term.key ?? ""];
    const asked = value.toLowerCase().split(",");
    if (known !== undefined && asked.every((one) => known.includes(one))) help.terms.push({ ...term, values: asked });
    const split = { start: at.start, end: at.start + colon + 1 };
    if (colon < 0) help.spans.push({ at, kind: "text" });
    else help.spans.push({ at: split, kind: "key" }, { at: { start: split.end, end: at.end }, kind: "value" });
    if (colon >= 0 && value !== "" && values !== undefined && !value.split(",").every((one) => values.includes(one))) {
      help.error ??= {
        at: { start: split.end, end: at.end },
        word: value,
        message: `unknown ${key} '${value}': use ${values.join(", ")}`,
      };
    }
    if (caret < at.start || caret > at.end) continue;
    const options = colon < 0 ? Object.keys(KEYS).map((name) => `${name}:`) : (values ?? []);
    const begun = colon < 0 ? word : value;
    const replace = colon < 0 ? at : { start: split.end, end: at.end };
    for (const option of options.filter((name) => name.startsWith(begun) && name !== begun)) {
      const done = colon >= 0;
      help.suggestions.push({
        replace,
        text: done ? `${option} ` : option,
        hint: done ? `orders ${option}` : "filter",
      });
    }
  }
  return help;
}

/** A poor relation of the real edit: the one value of a key that a card or a drop-down chooses, at the end of the text. */
export function madeUpEdit(text: string, edit: QueryEdit): string {
  if (edit.kind !== "choose") throw refusal("internal", `the fake core knows no edit '${edit.kind}'`);
  const { key, among, value } = edit;
  const stays = (word: string) => {
    const [own, values = ""] = word.replace("-", "").toLowerCase().split(":");
    return own !== key || (among.length > 0 && !values.split(",").some((one) => among.includes(one)));
  };
  const words = (text.match(/(?:"[^"]*"?|[^\s"])+/g) ?? []).filter((word) => stays(word));
  return [...words, ...(value === null ? [] : [`${key}:${value}`])].join(" ");
}

/**
 * The filter is the text of the query bar, and that text lives in the URL: what of it can be chosen by mouse, how the bar
 * cuts it before the core has said more, and how the URL holds it. The core alone decides what a query means.
 */
import type { Platform, Sort, SortKey } from "~/lib/bindings";

/** Statuses that have a card, as words of the query language. */
export const STATUS_WORDS = ["pending", "paid", "shipped", "completed", "cancelled"] as const;
export type StatusWord = (typeof STATUS_WORDS)[number];

/** A word of a query with its place; blanks inside quotes do not part words. */
export type Word = { text: string; start: number; end: number };

export function words(query: string): Word[] {
  return [...query.matchAll(/(?:"[^"]*"?|[^\s"])+/g)].map((match) => ({
    text: match[0],
    start: match.index,
    end: match.index + match[0].length,
  }));
}

/** How lines match the stock, as the words of the drop-down. */
export const MATCH_WORDS = ["matched", "unmatched", "no_asin"] as const;
export type MatchWord = (typeof MATCH_WORDS)[number];

/** Key and value of a term such as `status:paid`, for showing; `null` for free text. */
export function keyOf(word: string): string | null {
  return /^-?([a-z_]+:)(?=.)/i.exec(word)?.[0] ?? null;
}

/** What the pages of orders keep in the URL. Absent means the default. */
export type OrdersSearch = {
  q?: string;
  /** A sort key, with `-` in front for the greatest first. */
  sort?: string;
  /** Row id of the order shown beside the table. */
  order?: string;
  /** On the page of all platforms: only this one. The others have pages of their own. */
  platform?: "bricqer";
};

/** Where the orders of a platform are shown, with this search. */
export function ordersPlace(platform: Platform | null, search: OrdersSearch) {
  const { platform: _, ...rest } = search;
  if (platform === "amazon") return { to: "/orders/amazon", search: rest } as const;
  if (platform === "ebay") return { to: "/orders/ebay", search: rest } as const;
  return { to: "/orders", search: platform === null ? rest : { ...rest, platform } } as const;
}

const SORT_KEYS: readonly SortKey[] = ["date", "updated", "ship_by", "total", "order_id"];
export const DEFAULT_SORT: Sort = { key: "date", descending: true };

export function readSort(text: string | undefined): Sort {
  const descending = text?.startsWith("-") ?? false;
  const key = SORT_KEYS.find((known) => known === text?.replace("-", ""));
  return key === undefined ? DEFAULT_SORT : { key, descending };
}

export function writeSort({ key, descending }: Sort): string | undefined {
  if (key === DEFAULT_SORT.key && descending === DEFAULT_SORT.descending) return undefined;
  return descending ? `-${key}` : key;
}

/** The sort after a click on a header: first the direction that is useful for it, then the other. */
export function nextSort(sort: Sort, key: SortKey): Sort {
  if (sort.key === key) return { key, descending: !sort.descending };
  return { key, descending: key === "date" || key === "updated" || key === "total" };
}

/** The search part of a URL, with nothing in it that is not ours. */
export function readSearch(raw: Record<string, unknown>): OrdersSearch {
  const text = (value: unknown) => (typeof value === "string" && value !== "" ? value : undefined);
  const order = text(raw.order);
  return {
    q: text(raw.q)?.trim() || undefined,
    sort: writeSort(readSort(text(raw.sort))),
    order: order !== undefined && /^\d+$/.test(order) ? order : undefined,
    platform: raw.platform === "bricqer" ? "bricqer" : undefined,
  };
}

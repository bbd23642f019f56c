/** What the page of the stock keeps in the URL: the query text, the sort, and nothing else. */
import type { UnitSortKey } from "~/lib/bindings";

export type UnitSort = { key: UnitSortKey; descending: boolean };

/** Absent means the default. */
export type InventorySearch = {
  q?: string;
  /** A sort key, with `-` in front for the greatest first. */
  sort?: string;
};

const SORT_KEYS: readonly UnitSortKey[] = ["added", "set_number", "name", "location", "purchase_date", "cost"];
const DEFAULT_SORT: UnitSort = { key: "added", descending: true };

export function readSort(text: string | undefined): UnitSort {
  const descending = text?.startsWith("-") ?? false;
  const key = SORT_KEYS.find((known) => known === text?.replace("-", ""));
  return key === undefined ? DEFAULT_SORT : { key, descending };
}

export function writeSort({ key, descending }: UnitSort): string | undefined {
  if (key === DEFAULT_SORT.key && descending === DEFAULT_SORT.descending) return undefined;
  return descending ? `-${key}` : key;
}

/** The sort after a click on a header: newest and dearest first, the rest from the beginning; then the other way round. */
export function nextSort(sort: UnitSort, key: UnitSortKey): UnitSort {
  if (sort.key === key) return { key, descending: !sort.descending };
  return { key, descending: key === "added" || key === "cost" || key === "purchase_date" };
}

/** The search part of a URL, with nothing in it that is not ours. */
export function readSearch(raw: Record<string, unknown>): InventorySearch {
  const text = (value: unknown) => (typeof value === "string" && value !== "" ? value : undefined);
  const q = text(raw.q);
  // As it is typed: without the blank at its end no second word could be begun.
  return { q: q?.trim() === "" ? undefined : q, sort: writeSort(readSort(text(raw.sort))) };
}

const isTermOf = (key: string) => (word: string) => word.toLowerCase().startsWith(`${key}:`);
const wordsOf = (query: string) => query.match(/(?:"[^"]*"?|[^\s"])+/g) ?? [];

/** A value without its quotes; two of them within quotes stand for one. */
const unquoted = (raw: string) => raw.replace(/"((?:[^"]|"")*)"?/g, (_, inner: string) => inner.replaceAll('""', '"'));
const quoted = (value: string) => (/[\s,"]/.test(value) ? `"${value.replaceAll('"', '""')}"` : value);

/** The value of a key in a query, without its quotes; `null` where the key does not occur. */
export function valueOf(query: string, key: string): string | null {
  const word = wordsOf(query).find(isTermOf(key));
  return word === undefined ? null : unquoted(word.slice(key.length + 1));
}

function withWord(query: string, key: string, word: string | null): string {
  const rest = wordsOf(query).filter((own) => !isTermOf(key)(own));
  return [...(word === null ? [] : [`${key}:${word}`]), ...rest].join(" ");
}

/** The query with this value for the only one of a key, or with none; its other words stay. */
export function withValue(query: string, key: string, value: string | null): string {
  return withWord(query, key, value === null ? null : quoted(value));
}

/** The query for what lies in this very place, or in any. */
export function inPlace(query: string, place: string | null): string {
  return withWord(query, "in", place === null ? null : `=${quoted(place)}`);
}

/** Where a query looks: `S3` for `in:=S3`, `S3…` for the beginning that was typed; `null` for everywhere. */
export function placeOf(query: string): string | null {
  const value = valueOf(query, "in");
  if (value === null) return null;
  return value.startsWith("=") ? value.slice(1) : `${value}…`;
}

/**
 * What cards and drop-downs show as chosen, and what choosing does. Both are the core's: it says which terms it understood,
 * and it writes the text of a choice, so a filter means the same however it came into the bar.
 */
import { useQuery } from "@tanstack/react-query";

import type { QueryEdit } from "~/lib/bindings";
import { backend } from "~/lib/ipc";
import { queries } from "~/lib/query";

import { MATCH_WORDS, type MatchWord, type StatusWord } from "./filter";

export type Chosen = {
  /** The statuses that the query asks for. */
  statuses: ReadonlySet<string>;
  /** The match that it asks for; `null` for none, or for more than a drop-down can show. */
  match: MatchWord | null;
};

const NOTHING: Chosen = { statuses: new Set(), match: null };

/** What a query asks for, as far as it can be chosen by mouse. While a new one is read, the one before stays. */
export function useChosen(query: string): Chosen {
  const { data } = useQuery(queries.queryHelp(query));
  if (query === "" || data === undefined) return NOTHING;
  const terms = data.terms.filter(({ negated }) => !negated);
  const flags = terms.filter(({ key, values }) => key === "is" && values.every((value) => isMatch(value)));
  const [only, ...others] = flags.flatMap(({ values }) => values);
  return {
    statuses: new Set(terms.flatMap(({ key, values }) => (key === "status" ? values : []))),
    match: only !== undefined && isMatch(only) && others.length === 0 ? only : null,
  };
}

const isMatch = (value: string): value is MatchWord => MATCH_WORDS.some((known) => known === value);

/** Makes this status the only one, or none. */
export const chooseStatus = (query: string, value: StatusWord | null) =>
  edited(query, { kind: "choose", key: "status", among: [], value });

/** Makes this match the only one, or none; other flags stay. */
export const chooseMatch = (query: string, value: MatchWord | null) =>
  edited(query, { kind: "choose", key: "is", among: [...MATCH_WORDS], value });

/** The text after an edit; as it was, where the core does not answer. */
const edited = (query: string, edit: QueryEdit): Promise<string> =>
  backend.editQuery(query, edit).then(
    (text) => text.trim(),
    () => query,
  );

/** The list below the query bar: completions from the core, or in an empty bar what was searched before. */
import { useState } from "react";

import { useQueryHistory } from "./query-history";
import type { Option } from "./query-options";
import { useQueryHelp } from "./use-query-help";

const MOST = 12;

export function useQueryOptions(draft: string, caret: number | null) {
  const help = useQueryHelp(draft, caret);
  const history = useQueryHistory();
  const [active, setActive] = useState(-1);
  /** Closed by hand, or not yet asked for: a caret that only came by shows nothing. */
  const [wanted, setWanted] = useState(false);

  const isHistory = draft === "" && history.read().length > 0;
  const completions: Option[] = (help?.suggestions ?? [])
    .slice(0, MOST)
    .map(({ text, hint }) => ({ id: `${text}|${hint}`, text, hint }));
  const earlier: Option[] = history.read().map((text) => ({ id: text, text, hint: "searched before" }));
  const options = isHistory ? earlier : completions;
  const open = wanted && caret !== null && options.length > 0;
  const at = open ? Math.min(active, options.length - 1) : -1;

  return {
    help,
    options,
    open,
    active: at,
    label: isHistory ? "Searched before" : "Completions",
    reopen: () => {
      setWanted(true);
      setActive(-1);
    },
    close: () => setWanted(false),
    /** Moves in the list; ArrowDown opens it. False for a key that is not the list's. */
    key(name: string): boolean {
      if (name !== "ArrowDown" && name !== "ArrowUp") return false;
      if (!open) {
        if (name === "ArrowUp" || options.length === 0) return false;
        setWanted(true);
        setActive(0);
        return true;
      }
      const count = options.length;
      setActive(name === "ArrowDown" ? (at + 1) % count : (at - 1 + count) % count);
      return true;
    },
    /** The text after an option was chosen, where the caret goes, and whether it is a whole query. */
    choose(index: number): { text: string; caret: number; complete: boolean } | null {
      setActive(-1);
      const option = options[index];
      if (option === undefined) return null;
      setWanted(!isHistory);
      if (isHistory) return { text: option.text, caret: option.text.length, complete: true };
      const suggestion = help?.suggestions[index];
      if (suggestion === undefined) return null;
      const { replace, text } = suggestion;
      const whole = draft.slice(0, replace.start) + text + draft.slice(replace.end);
      return { text: whole, caret: replace.start + text.length, complete: text.endsWith(" ") };
    },
  };
}

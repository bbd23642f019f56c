/** The text that is being typed, apart from the filter that holds. */
import { useEffect, useEffectEvent, useRef, useState } from "react";

import { useQueryHistory } from "./query-history";

export const TYPING_PAUSE = 150;

export function useQueryDraft(query: string, onQuery: (query: string, typing: boolean) => void) {
  const [draft, setDraft] = useState(query);
  const written = useRef(query);
  const begun = useRef(false);
  const { remember } = useQueryHistory();

  // A filter from elsewhere wins; the echo of the own text, which may be older than the draft, does not.
  useEffect(() => {
    if (query !== written.current) {
      written.current = query;
      setDraft(query);
    }
  }, [query]);

  const write = (text: string) => {
    const trimmed = text.trim();
    if (trimmed === written.current) return;
    written.current = trimmed;
    onQuery(trimmed, begun.current);
    begun.current = true;
  };
  const paused = useEffectEvent(write);
  useEffect(() => {
    const pause = setTimeout(() => paused(draft), TYPING_PAUSE);
    return () => clearTimeout(pause);
  }, [draft]);

  return {
    draft,
    change: setDraft,
    write,
    clear: () => {
      setDraft("");
      remember(written.current);
      if (written.current !== "") {
        written.current = "";
        onQuery("", false);
      }
    },
    /** The bar is left: what stands in it holds, and what is typed next is a new step of history. */
    settle: () => {
      write(draft);
      remember(draft.trim());
      begun.current = false;
    },
  };
}

/**
 * The query bar: what stands in it is the filter.
 *
 * It keeps a draft while something is typed and hands it on when the typing pauses; a filter that comes from elsewhere (a
 * card, Back) replaces the draft. Behind the input lies the same text with its terms tinted and a refused word marked.
 */
import { Search, X } from "lucide-react";
import { useEffect, useEffectEvent, useRef, useState, type ReactNode, type RefObject } from "react";

import { IconButton } from "~/components/button";
import type { CommandError } from "~/lib/bindings";

import { keyOf, words } from "./filter";
import styles from "./query-bar.module.css";

export const TYPING_PAUSE = 150;
/** How long nothing has to be typed before a word counts as wrong. */
const THINKING_PAUSE = 700;

type Props = {
  query: string;
  /** `typing` while a word is being typed, so that Back does not lead through every letter. */
  onQuery: (query: string, typing: boolean) => void;
  refused: Pick<CommandError, "code" | "message" | "context"> | null;
  /** How many orders match, in words. */
  count: string | null;
  /** Stands before the count: what waits to be shown. */
  waiting: ReactNode;
  input: RefObject<HTMLInputElement | null>;
};

export function QueryBar({ query, onQuery, refused, count, waiting, input }: Props) {
  const [draft, setDraft] = useState(query);
  const backdrop = useRef<HTMLDivElement>(null);
  const written = useRef(query);
  const begun = useRef(false);

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

  const change = (text: string) => {
    setDraft(text);
    setTyping(true);
  };
  const clear = () => {
    setDraft("");
    if (written.current !== "") {
      written.current = "";
      onQuery("", false);
    }
  };
  const align = () => {
    if (backdrop.current && input.current) backdrop.current.scrollLeft = input.current.scrollLeft;
  };
  useEffect(align);

  // Half a word is no mistake: while the seller types, the core's refusal waits for a longer pause.
  const [typing, setTyping] = useState(false);
  useEffect(() => {
    if (!typing) return undefined;
    const pause = setTimeout(() => setTyping(false), THINKING_PAUSE);
    return () => clearTimeout(pause);
  }, [typing, draft]);
  const wrong = refused?.code === "bad_query" && draft.trim() === query && !typing ? refused : null;
  return (
    <div className={styles.wrap}>
      <div className={styles.bar} role="search">
        <Search size={15} className={styles.glass} aria-hidden />
        <div className={styles.text}>
          <div ref={backdrop} className={styles.backdrop} aria-hidden>
            <Marked text={draft} wrong={wrong?.context ?? null} />
          </div>
          <input
            ref={input}
            className={styles.input}
            data-testid="query-bar"
            aria-label="Search orders"
            aria-invalid={wrong !== null || undefined}
            aria-describedby={wrong ? "query-error" : undefined}
            placeholder="Search order id, SKU, ASIN or title, or type status:paid"
            maxLength={200}
            spellCheck={false}
            autoComplete="off"
            value={draft}
            onChange={(event) => change(event.target.value)}
            onScroll={align}
            onSelect={align}
            onBlur={() => {
              setTyping(false);
              write(draft);
              begun.current = false;
            }}
            onKeyDown={(event) => {
              if (event.key === "Enter") {
                setTyping(false);
                write(draft);
              }
              if (event.key === "Escape") {
                event.preventDefault();
                if (draft === "") input.current?.blur();
                else clear();
              }
            }}
          />
        </div>
        <span role="status">{waiting}</span>
        {count !== null && <span className={styles.count}>{count}</span>}
        {draft === "" ? (
          <kbd>/</kbd>
        ) : (
          <IconButton label="Clear the search" className={styles.clear} onClick={clear}>
            <X size={14} />
          </IconButton>
        )}
      </div>
      {wrong && (
        <p id="query-error" className={styles.error} role="alert">
          {wrong.message}
        </p>
      )}
    </div>
  );
}

/** The text once more, its terms tinted; it has to run exactly as in the input. */
function Marked({ text, wrong }: { text: string; wrong: string | null }) {
  const parts = [];
  let at = 0;
  let marked = false;
  for (const word of words(text)) {
    parts.push(text.slice(at, word.start));
    at = word.end;
    const key = keyOf(word.text);
    const from = marked || !wrong ? -1 : word.text.indexOf(wrong);
    if (wrong && from >= 0) {
      marked = true;
      parts.push(
        <span key={word.start} className={key === null ? undefined : styles.term}>
          {word.text.slice(0, from)}
          <mark className={styles.wrong}>{wrong}</mark>
          {word.text.slice(from + wrong.length)}
        </span>,
      );
    } else if (key === null) {
      parts.push(word.text);
    } else {
      parts.push(
        <span key={word.start} className={styles.term}>
          <span className={styles.key}>{key}</span>
          {word.text.slice(key.length)}
        </span>,
      );
    }
  }
  parts.push(text.slice(at));
  return parts;
}

/**
 * The query bar: what stands in it is the filter.
 *
 * It keeps a draft while something is typed and hands it on when the typing pauses; a filter that comes from elsewhere (a
 * card, Back) replaces the draft. Behind the input lies the same text with its terms tinted and a wrong word marked.
 */
import { Search, X } from "lucide-react";
import {
  useEffect,
  useEffectEvent,
  useId,
  useRef,
  useState,
  type KeyboardEvent,
  type ReactNode,
  type RefObject,
} from "react";

import { IconButton } from "~/components/button";
import type { CommandError, Span } from "~/lib/bindings";
import { LONGEST } from "~/lib/limits";

import styles from "./query-bar.module.css";
import { Marked } from "./query-marked";
import { optionId, QueryOptions } from "./query-options";
import { useQueryDraft } from "./use-query-draft";
import { useQueryOptions } from "./use-query-options";

/** The longest filter, in characters. */
const MOST = LONGEST.query;

/** How long nothing has to be typed before a word counts as wrong. */
const THINKING_PAUSE = 700;

type Refusal = Pick<CommandError, "code" | "message" | "context">;

type Props = {
  query: string;
  /** `typing` while a word is being typed, so that Back does not lead through every letter. */
  onQuery: (query: string, typing: boolean) => void;
  refused: Refusal | null;
  /** How many orders match, in words. */
  count: string | null;
  input: RefObject<HTMLInputElement | null>;
  /** Drop-downs that write the same text. */
  children?: ReactNode;
};

/** Where the refused word stands, told by the word alone. */
function placeOf(text: string, word: string | null): Span | null {
  const start = word === null ? -1 : text.indexOf(word);
  return word === null || start < 0 ? null : { start, end: start + word.length };
}

export function QueryBar({ query, onQuery, refused, count, input, children }: Props) {
  const { draft, change, write, clear, settle } = useQueryDraft(query, onQuery);
  const [caret, setCaret] = useState<number | null>(null);
  const list = useId();
  const backdrop = useRef<HTMLDivElement>(null);
  const menu = useQueryOptions(draft, caret);

  const align = () => {
    if (backdrop.current && input.current) backdrop.current.scrollLeft = input.current.scrollLeft;
  };
  useEffect(align);

  // Half a word is no mistake: while the seller types, a refusal waits for a longer pause.
  const [typing, setTyping] = useState(false);
  const stopTyping = useEffectEvent(() => setTyping(false));
  useEffect(() => {
    if (!typing) return undefined;
    const pause = setTimeout(stopTyping, THINKING_PAUSE);
    return () => clearTimeout(pause);
  }, [typing, draft]);
  const isRefused = refused?.code === "bad_query" && draft.trim() === query;
  const told = menu.help?.error ?? null;
  const wrong = typing ? null : (told?.message ?? (isRefused ? refused.message : null));
  const wrongAt = wrong === null ? null : (told?.at ?? placeOf(draft, refused?.context ?? null));

  const put = (text: string, at: number) => {
    change(text);
    setTyping(true);
    setCaret(at);
    // The caret belongs behind what was chosen, once the input shows it.
    requestAnimationFrame(() => input.current?.setSelectionRange(at, at));
  };
  const choose = (index: number) => {
    const chosen = menu.choose(index);
    if (chosen === null) return;
    put(chosen.text, chosen.caret);
    if (chosen.complete) {
      setTyping(false);
      write(chosen.text);
    }
  };
  const pressed = (event: KeyboardEvent) => {
    if (menu.key(event.key)) event.preventDefault();
    else if ((event.key === "Enter" || event.key === "Tab") && menu.active >= 0) {
      event.preventDefault();
      choose(menu.active);
    } else if (event.key === "Enter") {
      setTyping(false);
      menu.close();
      write(draft);
    } else if (event.key === "Escape") {
      event.preventDefault();
      if (menu.open) menu.close();
      else if (draft === "") input.current?.blur();
      else clear();
    }
  };
  return (
    <div className={styles.wrap}>
      <div className={styles.line}>
        <div className={styles.bar} role="search">
          <Search size={15} className={styles.glass} aria-hidden />
          <div className={styles.text}>
            <div ref={backdrop} className={styles.backdrop} aria-hidden>
              <Marked text={draft} help={menu.help} wrong={wrongAt} />
            </div>
            <input
              ref={input}
              className={styles.input}
              data-testid="query-bar"
              role="combobox"
              aria-label="Search orders"
              aria-autocomplete="list"
              aria-expanded={menu.open}
              aria-controls={menu.open ? list : undefined}
              aria-activedescendant={menu.open && menu.active >= 0 ? optionId(list, menu.active) : undefined}
              aria-invalid={wrong !== null || undefined}
              aria-describedby={wrong ? "query-error" : undefined}
              placeholder="Search order id, SKU, ASIN or title, or type status:paid"
              maxLength={MOST}
              spellCheck={false}
              autoComplete="off"
              value={draft}
              onChange={(event) => {
                change(event.target.value);
                setTyping(true);
                setCaret(event.target.selectionStart);
                menu.reopen();
              }}
              onScroll={align}
              onSelect={(event) => {
                align();
                setCaret(event.currentTarget.selectionStart);
              }}
              onBlur={() => {
                setTyping(false);
                setCaret(null);
                menu.close();
                settle();
              }}
              onKeyDown={pressed}
            />
          </div>
          {count !== null && (
            <span className={styles.count}>{draft.length < MOST ? count : `${MOST} characters at most`}</span>
          )}
          {draft === "" ? (
            <kbd>/</kbd>
          ) : (
            <IconButton label="Clear the search" className={styles.clear} onClick={clear}>
              <X size={14} />
            </IconButton>
          )}
          {menu.open && (
            <QueryOptions id={list} label={menu.label} options={menu.options} active={menu.active} onChoose={choose} />
          )}
        </div>
        {children}
      </div>
      {wrong !== null && (
        <p id="query-error" className={styles.error} role="alert">
          {wrong}
        </p>
      )}
    </div>
  );
}

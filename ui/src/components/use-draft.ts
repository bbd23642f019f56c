/**
 * The text that is being typed, apart from the one that holds: it is handed on when the typing pauses.
 *
 * What was handed on comes back later, by way of the URL, when more may have been typed: such an echo changes nothing.
 * Every other text that comes is from elsewhere (a card, Back) and replaces the draft.
 */
import { useEffect, useEffectEvent, useRef, useState } from "react";

export const TYPING_PAUSE = 150;

export function useDraft(held: string, onText: (text: string, typing: boolean) => void) {
  const [draft, setDraft] = useState(held);
  const written = useRef(held);
  /** Handed on and not come back yet, in turn; several may come back as the last of them alone. */
  const echoes = useRef<string[]>([]);
  const begun = useRef(false);

  useEffect(() => {
    const echo = echoes.current.indexOf(held);
    if (echo >= 0) {
      echoes.current.splice(0, echo + 1);
    } else if (held !== written.current) {
      echoes.current = [];
      written.current = held;
      setDraft(held);
    }
  }, [held]);

  const write = (text: string, typing = begun.current) => {
    const trimmed = text.trim();
    if (trimmed === written.current) return;
    written.current = trimmed;
    echoes.current.push(trimmed);
    onText(trimmed, typing);
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
    /** Hands a text on without waiting. */
    write: (text: string) => write(text),
    /** Empties the field, as a step of its own in the history; gives the text that held. */
    clear: () => {
      const before = written.current;
      setDraft("");
      write("", false);
      return before;
    },
    /** The field is left: what stands in it holds, and what is typed next is a new step of history. */
    settle: () => {
      write(draft);
      begun.current = false;
      echoes.current = [];
    },
  };
}

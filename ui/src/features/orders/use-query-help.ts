/**
 * What the core says about the text in the query bar: colours, what could be written at the caret, what is wrong.
 *
 * It comes a moment after the key, so the bar first draws by itself and takes the help only while it is about the very
 * text on screen. A bar without help still filters.
 */
import { useEffect, useState } from "react";

import type { QueryHelp } from "~/lib/bindings";
import { backend } from "~/lib/ipc";

const PAUSE = 60;

type Answer = { text: string; caret: number; help: QueryHelp };

/** The help for `text`; `null` until it is there, and while `caret` is `null` (the bar is not in use). */
export function useQueryHelp(text: string, caret: number | null): QueryHelp | null {
  const [answer, setAnswer] = useState<Answer | null>(null);
  useEffect(() => {
    if (caret === null) return undefined;
    let stale = false;
    const pause = setTimeout(() => {
      backend.queryHelp(text, caret).then(
        (help) => {
          if (!stale) setAnswer({ text, caret, help });
        },
        () => {
          if (!stale) setAnswer(null);
        },
      );
    }, PAUSE);
    return () => {
      stale = true;
      clearTimeout(pause);
    };
  }, [text, caret]);
  return answer?.text === text && caret !== null ? answer.help : null;
}

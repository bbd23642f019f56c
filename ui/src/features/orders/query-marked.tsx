/** The text of the query bar once more, its terms tinted and a wrong word marked; it has to run exactly as in the input. */
import type { QueryHelp, Span, SpanKind } from "~/lib/bindings";

import { keyOf, words } from "./filter";
import styles from "./query-bar.module.css";

type Part = { start: number; end: number; kind: SpanKind };

/** Terms as the bar can tell them alone, until the core has answered. */
function ownParts(text: string): Part[] {
  return words(text).flatMap(({ text: word, start, end }): Part[] => {
    const key = keyOf(word);
    if (key === null) return [{ start, end, kind: "text" }];
    const middle = start + key.length;
    return [
      { start, end: middle, kind: "key" },
      { start: middle, end, kind: "value" },
    ];
  });
}

type Props = { text: string; help: QueryHelp | null; wrong: Span | null };

export function Marked({ text, help, wrong }: Props) {
  const parts = help?.spans.map(({ at, kind }) => ({ ...at, kind })) ?? ownParts(text);
  const drawn = [];
  let at = 0;
  for (const { start, end, kind } of parts) {
    if (start < at) continue;
    drawn.push(text.slice(at, start));
    at = end;
    const inTerm = kind !== "text" && kind !== "error";
    const isWrong = wrong !== null && start < wrong.end && end > wrong.start;
    const from = isWrong ? Math.max(start, wrong.start) : end;
    const to = isWrong ? Math.min(end, wrong.end) : end;
    drawn.push(
      <span key={start} className={`${inTerm ? styles.term : ""} ${kind === "key" ? styles.key : ""}`}>
        {text.slice(start, from)}
        {isWrong && <mark className={styles.wrong}>{text.slice(from, to)}</mark>}
        {text.slice(to, end)}
      </span>,
    );
  }
  drawn.push(text.slice(at));
  return drawn;
}

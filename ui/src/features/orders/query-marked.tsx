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
  for (const term of termsOf(parts)) {
    const [first] = term;
    if (first === undefined || first.start < at) continue;
    drawn.push(text.slice(at, first.start));
    at = term.at(-1)?.end ?? at;
    drawn.push(
      <span key={first.start} className={isTerm(term) ? styles.term : undefined}>
        {term.map((part) => (
          <PartText key={part.start} text={text} part={part} wrong={wrong} />
        ))}
      </span>,
    );
  }
  drawn.push(text.slice(at));
  return drawn;
}

/** Parts that touch are one term. */
function termsOf(parts: readonly Part[]): Part[][] {
  const terms: Part[][] = [];
  for (const part of parts) {
    const last = terms.at(-1);
    if (last?.at(-1)?.end === part.start) last.push(part);
    else terms.push([part]);
  }
  return terms;
}

const isTerm = (parts: readonly Part[]) => parts.some(({ kind }) => kind === "key");

function PartText({ text, part: { start, end, kind }, wrong }: { text: string; part: Part; wrong: Span | null }) {
  const isWrong = wrong !== null && start < wrong.end && end > wrong.start;
  const from = isWrong ? Math.max(start, wrong.start) : end;
  const to = isWrong ? Math.min(end, wrong.end) : end;
  return (
    <span className={kind === "key" ? styles.key : undefined}>
      {text.slice(start, from)}
      {isWrong && <mark className={styles.wrong}>{text.slice(from, to)}</mark>}
      {text.slice(to, end)}
    </span>
  );
}

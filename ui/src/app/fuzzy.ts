/** How well a name fits what was typed: its letters in order, better at the beginnings of words and side by side. */
export function fuzzyScore(text: string, typed: string): number | null {
  const name = text.toLowerCase();
  const letters = typed.toLowerCase().replaceAll(/\s+/g, "");
  if (letters === "") return 0;
  const whole = name.indexOf(typed.trim().toLowerCase());
  let score = whole < 0 ? 0 : 40 - Math.min(whole, 20);
  let at = -1;
  for (const letter of letters) {
    const next = name.indexOf(letter, at + 1);
    if (next < 0) return null;
    if (next === at + 1) score += 4;
    if (next === 0 || name[next - 1] === " ") score += 6;
    score -= Math.min(next - at - 1, 6);
    at = next;
  }
  return score;
}

/** Those that fit, the best first; equal ones, and all of them while nothing is typed, keep their order. */
export function fuzzyRank<T>(items: readonly T[], textOf: (item: T) => string, typed: string): T[] {
  const scored = items.flatMap((item, index) => {
    const score = fuzzyScore(textOf(item), typed);
    // Letters scattered over a long name are chance, not a match.
    return score === null || score < 0 ? [] : [{ item, score, index }];
  });
  return scored.toSorted((a, b) => b.score - a.score || a.index - b.index).map(({ item }) => item);
}

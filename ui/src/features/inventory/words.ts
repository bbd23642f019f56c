/** Counts in words. */
import { format } from "~/lib/format";

export const countUnits = (count: number) => (count === 1 ? "1 unit" : `${format.number(count)} units`);

/** What was left alone by an act, and why. */
export function leftAlone(skipped: number): string | undefined {
  if (skipped === 0) return undefined;
  return skipped === 1
    ? "1 was left alone: an order holds it, it is sold, or it was so already."
    : `${format.number(skipped)} were left alone: an order holds them, they are sold, or they were so already.`;
}

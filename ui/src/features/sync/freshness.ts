/**
 * How fresh the orders are, told from the state of every account: the oldest counts, and the most serious trouble.
 *
 * Amber once two polls were missed, red after ten; the length of a poll is what lies between the last call and the next.
 */
import type { AccountSync, SyncState, SyncStatus } from "~/lib/bindings";

const FIVE_MINUTES = 5 * 60_000;
const SHORTEST = 60_000;
const LONGEST = 60 * 60_000;

export type Freshness = {
  /** The instant up to which every account is complete; `null` while one has never been read to its end. */
  completeUpTo: string | null;
  checkedAt: string | null;
  nextAt: string | null;
  age: "fresh" | "amber" | "red" | "unknown";
  /** The account in the most serious state. */
  leading: AccountSync | null;
  calls: { left: number; burst: number } | null;
};

const SERIOUSNESS: Record<SyncState["kind"], number> = {
  refused: 5,
  offline: 4,
  failed: 3,
  throttled: 2,
  running: 1,
  idle: 0,
};

const earliest = (instants: readonly (string | null)[]): string | null =>
  instants.includes(null) || instants.length === 0 ? null : (instants.toSorted()[0] ?? null);

export function freshnessOf(status: SyncStatus | undefined, now: number): Freshness {
  const accounts = status?.accounts ?? [];
  const completeUpTo = earliest(accounts.map((account) => account.complete_up_to));
  const checkedAt = earliest(accounts.map((account) => account.checked_at));
  const nextAt = earliest(accounts.map((account) => account.next_at).filter((at) => at !== null));
  const leading = accounts.toSorted((a, b) => SERIOUSNESS[b.state.kind] - SERIOUSNESS[a.state.kind])[0] ?? null;
  return { completeUpTo, checkedAt, nextAt, age: ageOf(checkedAt, nextAt, now), leading, calls: callsOf(accounts) };
}

function ageOf(checkedAt: string | null, nextAt: string | null, now: number): Freshness["age"] {
  if (checkedAt === null) return "unknown";
  const checked = Date.parse(checkedAt);
  const between = nextAt === null ? FIVE_MINUTES : Date.parse(nextAt) - checked;
  const poll = Math.min(LONGEST, Math.max(SHORTEST, between > 0 ? between : FIVE_MINUTES));
  const age = now - checked;
  return age > 10 * poll ? "red" : age > 2 * poll ? "amber" : "fresh";
}

function callsOf(accounts: readonly AccountSync[]): Freshness["calls"] {
  const known = accounts.flatMap(({ calls_left, calls_burst }) =>
    calls_left === null || calls_burst === null ? [] : [{ left: calls_left, burst: calls_burst }],
  );
  return known.toSorted((a, b) => a.left - b.left)[0] ?? null;
}

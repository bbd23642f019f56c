/** The strip on top of every page: how complete the orders are, what reading is doing, and what it may still ask. */
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { Clock, WifiOff } from "lucide-react";

import { useNow } from "~/lib/clock";
import { explain } from "~/lib/explain";
import { format } from "~/lib/format";
import { queries } from "~/lib/query";

import { freshnessOf, type Freshness } from "./freshness";
import styles from "./freshness-strip.module.css";

export function FreshnessStrip() {
  const { data: status } = useQuery(queries.sync);
  const now = useNow(status === undefined || status.accounts.length === 0 ? null : 15_000);
  if (status === undefined || status.accounts.length === 0) {
    return (
      <div className={styles.strip} data-testid="freshness">
        {status !== undefined && (
          <span className={styles.item}>
            <i className={styles.dot} /> No account connected
          </span>
        )}
      </div>
    );
  }
  const freshness = freshnessOf(status, now);
  return (
    <div className={styles.strip} data-testid="freshness">
      <Complete freshness={freshness} now={now} />
      <span role="status" className={styles.state}>
        <State freshness={freshness} now={now} />
      </span>
      <span className={styles.right}>
        <NextPull freshness={freshness} />
        {freshness.calls !== null && (
          <span className={styles.item} title="Calls of Amazon's order list that are left; they refill with time">
            Amazon calls
            <span className={styles.meter} aria-hidden>
              <i style={{ width: `${(100 * freshness.calls.left) / Math.max(1, freshness.calls.burst)}%` }} />
            </span>
            <span>
              {freshness.calls.left} of {freshness.calls.burst}
              <span className={styles.wide}> left</span>
            </span>
          </span>
        )}
      </span>
    </div>
  );
}

const AGE_WORDS: Record<Freshness["age"], string> = {
  fresh: "",
  amber: " · late",
  red: " · very late",
  unknown: "",
};

function Complete({ freshness, now }: { freshness: Freshness; now: number }) {
  const { completeUpTo, checkedAt, age } = freshness;
  if (completeUpTo === null) {
    return (
      <span className={styles.item}>
        <i className={styles.dot} /> Orders not complete yet
      </span>
    );
  }
  return (
    <span className={`${styles.item} ${styles[age]}`} title={`Complete to ${format.absolute(completeUpTo)}`}>
      <i className={styles.dot} />
      <span>
        Orders complete to <b>{format.moment(completeUpTo, now)}</b>
        {checkedAt !== null && (
          <span title={`Checked ${format.absolute(checkedAt)}`}> (checked {format.ago(checkedAt, now)})</span>
        )}
        {AGE_WORDS[age]}
      </span>
    </span>
  );
}

function State({ freshness, now }: { freshness: Freshness; now: number }) {
  const account = freshness.leading;
  if (account === null) return null;
  const { state } = account;
  switch (state.kind) {
    case "idle":
      return null;
    case "running":
      return (
        <span className={styles.item}>
          Reading · {pages(state.pages)}, {format.number(state.orders_seen)} orders
        </span>
      );
    case "throttled":
      return (
        <span className={styles.item} title={format.absolute(state.until)}>
          <Clock size={13} aria-hidden /> Waiting for Amazon’s limit until <b>{format.moment(state.until, now)}</b>
        </span>
      );
    case "offline":
      return (
        <span className={`${styles.item} ${styles.amber}`} title={`Since ${format.absolute(state.since)}`}>
          <WifiOff size={13} aria-hidden /> Offline since {format.moment(state.since, now)}
        </span>
      );
    case "refused":
      return (
        <span className={`${styles.item} ${styles.red}`} title={state.message}>
          {explain(state).title} <Link to="/settings/amazon">Open settings</Link>
        </span>
      );
    case "failed":
      return (
        <span className={`${styles.item} ${styles.amber}`} title={state.message}>
          <span className="ellipsis">{state.message}</span>
        </span>
      );
  }
}

function NextPull({ freshness }: { freshness: Freshness }) {
  const state = freshness.leading?.state;
  if (state?.kind === "running" || state?.kind === "refused" || state?.kind === "throttled") return null;
  const at = state?.kind === "offline" || state?.kind === "failed" ? state.retry_at : freshness.nextAt;
  if (at === null) return null;
  return (
    <span className={styles.item} title={format.absolute(at)}>
      {state?.kind === "offline" || state?.kind === "failed" ? "Next try in" : "Next pull in"} <Countdown to={at} />
    </span>
  );
}

function pages(count: number): string {
  return count === 1 ? "1 page" : `${format.number(count)} pages`;
}

/** The only part that changes every second, so that nothing else is drawn again with it. */
function Countdown({ to }: { to: string }) {
  return format.countdown(to, useNow(1000));
}

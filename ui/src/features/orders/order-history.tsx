/** What happened to an order: the platform's dates and what was done here, newest first. Acts here can be taken back. */
import { useQuery } from "@tanstack/react-query";

import { Button } from "~/components/button";
import { FailureNotice } from "~/components/notice";
import { useActs } from "~/components/undo";
import type { ActEntry, OrderDetail } from "~/lib/bindings";
import { format } from "~/lib/format";
import { queries } from "~/lib/query";

import { PLATFORM_NAMES } from "./columns";
import styles from "./order-drawer.module.css";

type Event = { key: string; at: string; text: string; act?: ActEntry };

function eventsOf(detail: OrderDetail, acts: readonly ActEntry[]): Event[] {
  const { row, last_update, confirmed_at, status } = detail;
  const platform = PLATFORM_NAMES[row.platform];
  const events: Event[] = acts.map((act) => ({
    key: `act-${act.batch}`,
    at: act.at,
    text: act.undone ? `${act.summary} (taken back)` : act.summary,
    act,
  }));
  if (row.order_date !== null) events.push({ key: "placed", at: row.order_date, text: `Placed on ${platform}` });
  if (last_update !== row.order_date) {
    const word = status === null ? "" : `, now ${status}`;
    events.push({ key: "updated", at: last_update, text: `Last changed by ${platform}${word}` });
  }
  if (confirmed_at !== null) events.push({ key: "confirmed", at: confirmed_at, text: "Confirmed as processed" });
  return events.toSorted((a, b) => Date.parse(b.at) - Date.parse(a.at));
}

export function OrderHistory({ detail, now }: { detail: OrderDetail; now: number }) {
  const { data: acts = [], error, refetch } = useQuery(queries.orderActs(detail.row.id));
  const { undo } = useActs();
  return (
    <section aria-labelledby="order-history">
      <h3 id="order-history" className={styles.section}>
        History
      </h3>
      {error !== null && <FailureNotice error={error} onAgain={() => void refetch()} />}
      <ol className={styles.history}>
        {eventsOf(detail, acts).map(({ key, at, text, act }) => (
          <li key={key}>
            <time dateTime={at} title={format.absolute(at)}>
              {format.moment(at, now)}
            </time>
            <bdi>{text}</bdi>
            {act !== undefined && !act.undone && !act.is_undo && (
              <Button
                small
                look="quiet"
                aria-label={`Undo: ${act.summary}`}
                onClick={() => void undo(act.batch, act.summary)}
              >
                Undo
              </Button>
            )}
          </li>
        ))}
      </ol>
    </section>
  );
}

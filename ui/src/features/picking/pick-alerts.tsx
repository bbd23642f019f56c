/**
 * Tells at once, on whatever page, that an order on an open list was cancelled: what was struck must not be shipped.
 *
 * It is read from the lists themselves, not from an event that somebody may have missed: a window that opens later tells
 * it too, until the seller has seen it or put the list away. A list that ended stays in: its last stop may be the struck one.
 */
import { useQueries, useQuery } from "@tanstack/react-query";
import { TriangleAlert } from "lucide-react";
import { useState, type ComponentType } from "react";

import { Button } from "~/components/button";
import type { PickListEntry, PickListId, PickStop } from "~/lib/bindings";
import { counted } from "~/lib/format";

import styles from "./pick-alerts.module.css";
import { pickQueries } from "./pick-queries";

type Props = { ShowRun: ComponentType<{ record: PickListId }> };

/** What the seller has seen of a list: so many units struck. */
const seenKey = ({ record, id }: PickListEntry) => `struck-seen ${record} ${id}`;
const seen = (entry: PickListEntry) => Number(localStorage.getItem(seenKey(entry)) ?? 0);

/** Orders named at most; the list has them all. */
const NAMED = 3;

export function PickAlerts({ ShowRun }: Props) {
  const { data: lists = [] } = useQuery(pickQueries.recent);
  const [, seenAgain] = useState(0);
  const struck = lists.filter((entry) => entry.state !== "discarded" && entry.struck > seen(entry));
  const runs = useQueries({ queries: struck.map(({ record }) => pickQueries.run(record)) });
  if (struck.length === 0) return null;
  return (
    <div className={styles.alerts}>
      {struck.map((entry, at) => (
        <div key={entry.record} role="alert" className={styles.alert} data-testid="pick-alert">
          <TriangleAlert size={16} aria-hidden />
          <p>
            <strong>Do not ship {ordersText(runs[at]?.data?.stops ?? [], entry)}.</strong>{" "}
            {counted(entry.struck, "unit")} on pick list <bdi className="mono">{entry.id}</bdi>{" "}
            {entry.struck === 1 ? "is" : "are"} struck: the order was cancelled or no longer wants{" "}
            {entry.struck === 1 ? "it" : "them"}.
          </p>
          <ShowRun record={entry.record} />
          <Button
            small
            look="quiet"
            onClick={() => {
              localStorage.setItem(seenKey(entry), String(entry.struck));
              seenAgain((count) => count + 1);
            }}
          >
            Seen
          </Button>
        </div>
      ))}
    </div>
  );
}

/** "order 203-1234567-1234567", "2 orders: …", by what is struck. */
function ordersText(stops: readonly PickStop[], { struck }: PickListEntry): string {
  const ids = [...new Set(stops.flatMap(({ mark, platform_order_id: id }) => (mark === "struck" ? id : [])))];
  if (ids.length === 0) return counted(struck, "unit");
  const named = ids.slice(0, NAMED).join(", ");
  return ids.length > NAMED
    ? `${named} and ${counted(ids.length - NAMED, "other order")}`
    : `${ids.length === 1 ? "order " : "orders "}${named}`;
}

/**
 * Tells at once, on whatever page, that an order on an open list was cancelled: what was struck must not be shipped.
 *
 * It is read from the core, not from an event that somebody may have missed: a window that opens later tells it too, until
 * the seller has seen it or put the list away. A list that ended stays in: its last stop may be the struck one.
 */
import { useQueries, useQuery } from "@tanstack/react-query";
import { TriangleAlert } from "lucide-react";
import type { ComponentType } from "react";

import { Button } from "~/components/button";
import { useActs } from "~/components/undo";
import type { PickListEntry, PickListId, PickStop } from "~/lib/bindings";
import { counted } from "~/lib/format";
import { backend } from "~/lib/ipc";

import styles from "./pick-alerts.module.css";
import { pickQueries } from "./pick-queries";

type Props = { ShowRun: ComponentType<{ record: PickListId }> };

/** Orders named at most; the list has them all. */
const NAMED = 3;

export function PickAlerts({ ShowRun }: Props) {
  const { data: struck = [] } = useQuery(pickQueries.struck);
  const { failed } = useActs();
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
              // What is struck from here on is news again.
              backend.seeStruck(entry.record, entry.struck).catch((thrown: unknown) => {
                failed("The list is still marked as unseen", thrown);
              });
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

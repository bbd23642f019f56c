/** What a list without rows says: why, and what to do next. */
import { useQuery } from "@tanstack/react-query";

import { Button } from "~/components/button";
import { Nothing } from "~/components/nothing";
import type { Platform } from "~/lib/bindings";
import { format } from "~/lib/format";
import { backend } from "~/lib/ipc";

/** Queries that mean good news when nothing is found. */
const GOOD_NEWS: Record<string, { title: string; deadline?: true }> = {
  "status:paid is:fbm": { title: "Nothing to pick", deadline: true },
  "status:paid is:fbm ship:today": { title: "Nothing left to ship today", deadline: true },
  "is:late is:fbm": { title: "Nothing late", deadline: true },
  "status:pending": { title: "No pending orders" },
  "is:unmatched": { title: "Every line is matched" },
  "is:no_asin": { title: "Every line has its ASIN" },
  "is:cancel_requested": { title: "No buyer asks to cancel" },
};

type Props = {
  query: string;
  platform: Platform | null;
  now: number;
  /** The filter could not be used, so there is nothing to show. */
  refused: boolean;
  onClear: () => void;
};

export default function EmptyList({ query, platform, now, refused, onClear }: Props) {
  const news = refused ? undefined : GOOD_NEWS[query];
  const reason = refused
    ? "The filter could not be used."
    : "No order matches the filter. Words are looked for in order id, SKU, ASIN and title.";
  return (
    <Nothing
      inGrid
      title={news?.title ?? (refused ? "Nothing to show" : query === "" ? "No orders yet" : "Nothing found")}
      testId="nothing-found"
    >
      {news?.deadline && <NextDeadline platform={platform} now={now} />}
      {news === undefined && query !== "" && <p>{reason}</p>}
      {query !== "" && <Button onClick={onClear}>{news === undefined ? "Clear the filter" : "Show all orders"}</Button>}
    </Nothing>
  );
}

function NextDeadline({ platform, now }: { platform: Platform | null; now: number }) {
  const { data } = useQuery({
    queryKey: ["orders", "next-deadline", platform],
    queryFn: () =>
      backend.listOrders({
        query: "status:paid is:fbm",
        platform,
        account: null,
        sort: { key: "ship_by", descending: false },
        place: "first",
        limit: 1,
      }),
  });
  const next = data?.rows[0];
  if (data === undefined) return null;
  if (next === undefined || next.ship_by === null) return <p>No order is waiting to be shipped.</p>;
  return (
    <p title={format.absolute(next.ship_by)}>
      Next deadline {format.moment(next.ship_by, now)}, order <bdi className="mono">{next.platform_order_id}</bdi>
    </p>
  );
}

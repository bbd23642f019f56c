/** What keeps new orders away, above the orders that are here: offline, refused, or a failure that is tried again. */
import { useQuery } from "@tanstack/react-query";
import { TriangleAlert, WifiOff } from "lucide-react";

import { FailureStep, Notice } from "~/components/notice";
import { useNow } from "~/lib/clock";
import { explain } from "~/lib/explain";
import { format } from "~/lib/format";
import { queries } from "~/lib/query";

import { freshnessOf } from "./freshness";
import styles from "./sync-notice.module.css";
import { useSync } from "./use-sync";

export function SyncNotice() {
  const { data: status } = useQuery(queries.sync);
  // Only the countdown of an offline shop shows time.
  const now = useNow(status?.accounts.some(({ state }) => state.kind === "offline") ? 1000 : null);
  const { start } = useSync();
  const { leading } = freshnessOf(status, now);
  if (leading === null) return null;
  const { state, label } = leading;
  if (state.kind === "offline") {
    const error = { code: "offline" as const, message: "", context: null };
    return (
      <div className={styles.place}>
        <Notice
          tone="warn"
          icon={<WifiOff size={16} aria-hidden />}
          step={<FailureStep error={error} onAgain={start} />}
        >
          <strong>No connection to Amazon since {format.moment(state.since, now)}.</strong> Orders already here stay
          readable. The next try comes by itself in {format.countdown(state.retry_at, now)}.
        </Notice>
      </div>
    );
  }
  if (state.kind === "refused") {
    const error = { code: state.code, message: state.message, context: null };
    const { title, meanwhile } = explain(error);
    return (
      <div className={styles.place}>
        <Notice
          tone="warn"
          icon={<TriangleAlert size={16} aria-hidden />}
          step={<FailureStep error={error} onAgain={start} />}
        >
          <strong>
            {title} · {label}.
          </strong>{" "}
          {state.message} {meanwhile}
        </Notice>
      </div>
    );
  }
  return null;
}

/** What the orders page shows while the very first import has not brought a row: bones, counts and Stop. */
import { useQuery } from "@tanstack/react-query";

import { Button } from "~/components/button";
import { useNow } from "~/lib/clock";
import { format } from "~/lib/format";
import { queries } from "~/lib/query";

import styles from "./first-import.module.css";
import { freshnessOf } from "./freshness";
import { useSync } from "./use-sync";

export function FirstImport() {
  const { data: status } = useQuery(queries.sync);
  const now = useNow(1000);
  const { progress, stop, start, busy } = useSync();
  const { leading, completeUpTo } = freshnessOf(status, now);
  const waiting = leading?.state.kind === "throttled" ? leading.state.until : null;
  return (
    <section className={styles.import} aria-label="First import">
      <div className={styles.words} role="status">
        {completeUpTo !== null ? (
          <>
            <strong>No orders yet</strong>
            <p>Amazon has none in the last 30 days. New ones appear here within minutes.</p>
          </>
        ) : (
          <>
            <strong>Reading the last 30 days of orders</strong>
            <p>
              {waiting !== null
                ? `Waiting for Amazon’s limit until ${format.moment(waiting, now)}; it goes on by itself.`
                : progress !== null
                  ? `${progress.pages === 1 ? "1 page" : `${format.number(progress.pages)} pages`}, ${format.number(progress.ordersSeen)} orders so far. Rows appear as they arrive.`
                  : "Rows appear as they arrive."}
            </p>
          </>
        )}
        {busy ? <Button onClick={stop}>Stop</Button> : <Button onClick={start}>Sync orders</Button>}
      </div>
      {completeUpTo === null && (
        <div className={styles.bones} aria-hidden>
          {Array.from({ length: 10 }, (_, index) => (
            <div key={index} className={styles.row}>
              <i />
              <i />
              <i />
              <i />
            </div>
          ))}
        </div>
      )}
    </section>
  );
}

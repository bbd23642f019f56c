/** The seller's own acts, newest first; each that still stands can be taken back, in any order. */
import { Undo2 } from "lucide-react";

import { Button } from "~/components/button";
import { useActs } from "~/components/undo";
import type { ActEntry } from "~/lib/bindings";
import { format } from "~/lib/format";

import styles from "./activity.module.css";

export function ActList({ entries, now }: { entries: readonly ActEntry[]; now: number }) {
  const { undo } = useActs();
  return (
    <ol className={styles.acts} data-testid="acts">
      {entries.map((entry) => (
        <li key={entry.batch} className={styles.act}>
          <time dateTime={entry.at} title={format.absolute(entry.at)}>
            {format.moment(entry.at, now)}
          </time>
          <bdi className={styles.summary}>{entry.summary}</bdi>
          {entry.undone ? (
            <span className={styles.state}>taken back</span>
          ) : (
            <Button small icon={<Undo2 size={13} />} onClick={() => void undo(entry.batch, entry.summary)}>
              {entry.is_undo ? "Redo" : "Undo"}
            </Button>
          )}
        </li>
      ))}
    </ol>
  );
}

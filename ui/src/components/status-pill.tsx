/** The seller's status as a coloured word: the word carries the meaning, the colour only helps. */
import type { UiStatus } from "~/lib/bindings";

import styles from "./status-pill.module.css";

/** An unknown word is shown as Amazon sent it. */
export function StatusPill({ status, unknown }: { status: UiStatus; unknown: string | null | undefined }) {
  const word = status === "Other" ? (unknown ?? "Unknown") : status;
  return (
    <span className={`${styles.pill} ${styles[status]}`} title={status === "Other" ? `Amazon says ${word}` : undefined}>
      <bdi>{word}</bdi>
    </span>
  );
}

/** What can be done with the picked rows, at the foot of a table; it takes its place there and moves nothing above. */
import type { ReactNode } from "react";

import { format } from "~/lib/format";

import { Button } from "./button";
import styles from "./bulk-bar.module.css";

type Props = {
  count: number;
  total: number;
  /** False where at least `total` match. */
  exact?: boolean;
  /** Buttons, the most likely first. */
  children: ReactNode;
  /** What the first of them would do. */
  preview?: ReactNode;
  onClear: () => void;
};

export function BulkBar({ count, total, exact = true, children, preview, onClear }: Props) {
  return (
    <div className={styles.bar} role="region" aria-label="Picked rows" data-testid="bulk-bar">
      <strong className={styles.count} aria-live="polite">
        {format.number(count)} of {exact ? "" : "at least "}
        {format.number(total)} selected
      </strong>
      {children}
      <span className={styles.preview} aria-live="polite">
        {preview}
      </span>
      <Button look="quiet" small onClick={onClear}>
        Clear selection
      </Button>
    </div>
  );
}

/** Said where a list is empty: what there is not, and the next step. */
import type { ReactNode } from "react";

import styles from "./nothing.module.css";

type Props = {
  title: string;
  /** It stands in place of a grid's rows. */
  inGrid?: boolean;
  children?: ReactNode;
  testId?: string;
};

export function Nothing({ title, inGrid = false, children, testId }: Props) {
  return (
    <div className={inGrid ? `${styles.nothing} ${styles.rows}` : styles.nothing} data-testid={testId}>
      <strong>{title}</strong>
      {children}
    </div>
  );
}

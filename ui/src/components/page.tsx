/** The frame of a page: its title, what stands beside it, what can be done, and below that the page itself. */
import type { ReactNode } from "react";

import styles from "./page.module.css";

type Props = {
  title: string;
  /** Beside the title: where else to look. */
  beside?: ReactNode;
  /** At the right end of the head. */
  actions?: ReactNode;
  children: ReactNode;
};

export function Page({ title, beside, actions, children }: Props) {
  return (
    <div className={styles.page}>
      <header className={styles.head}>
        <h1>{title}</h1>
        {beside}
        {actions !== undefined && <div className={styles.actions}>{actions}</div>}
      </header>
      {children}
    </div>
  );
}

/** One platform on the page of all orders: how many orders, how it stands, and the way to its own page. */
import { Link } from "@tanstack/react-router";
import { useQuery } from "@tanstack/react-query";
import type { ReactNode } from "react";

import type { Platform } from "~/lib/bindings";
import { format } from "~/lib/format";
import { queries } from "~/lib/query";

import { PLATFORM_NAMES } from "./columns";
import { ordersPlace } from "./filter";
import styles from "./platform-card.module.css";

type Props = {
  platform: Platform;
  /** Connection and last sync, or last import. */
  state: ReactNode;
  /** What can be done here. */
  action?: ReactNode;
  /** What can be done with its orders, on a line of its own. */
  children?: ReactNode;
};

export function PlatformCard({ platform, state, action, children }: Props) {
  const { data: counts } = useQuery(queries.counts(platform));
  const name = PLATFORM_NAMES[platform];
  return (
    <section className={styles.card} aria-label={name} data-testid={`platform-${platform}`}>
      <div className={styles.words}>
        <h2>
          <Link {...ordersPlace(platform, {})} className={styles.link}>
            {name}
          </Link>
          <span className={`${styles.count} num`}>
            {counts === undefined ? "–" : counts.all === 1 ? "1 order" : `${format.number(counts.all)} orders`}
          </span>
        </h2>
        <p className={styles.state}>{state}</p>
      </div>
      {action}
      {children && <div className={styles.acts}>{children}</div>}
    </section>
  );
}

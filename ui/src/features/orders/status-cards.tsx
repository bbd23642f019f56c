/** Six counts that filter: each writes its word into the query, All takes the word away. */
import type { OrderCounts } from "~/lib/bindings";
import { format } from "~/lib/format";

import type { StatusWord } from "./filter";
import styles from "./status-cards.module.css";
import { chooseStatus, useChosen } from "./use-chosen";

const CARDS: readonly { name: "all" | StatusWord; label: string }[] = [
  { name: "all", label: "All" },
  { name: "pending", label: "Pending" },
  { name: "paid", label: "Paid" },
  { name: "shipped", label: "Shipped" },
  { name: "completed", label: "Completed" },
  { name: "cancelled", label: "Cancelled" },
];

type Props = {
  /** Undefined until they have been read. */
  counts: OrderCounts | undefined;
  query: string;
  onQuery: (query: string) => void;
};

export function StatusCards({ counts, query, onQuery }: Props) {
  const { statuses: chosen } = useChosen(query);
  return (
    <div className={styles.cards} role="group" aria-label="Filter by status">
      {CARDS.map(({ name, label }) => {
        const pressed = name === "all" ? chosen.size === 0 : chosen.has(name);
        const alone = pressed && chosen.size === 1;
        return (
          <button
            key={name}
            type="button"
            className={styles.card}
            aria-pressed={pressed}
            data-testid={`card-${name}`}
            onClick={() => void chooseStatus(query, name === "all" || alone ? null : name).then(onQuery)}
          >
            <span className={styles.label}>
              {name !== "all" && <i className={`${styles.swatch} ${styles[name]}`} />}
              {label}
            </span>
            <span className={styles.count} data-count={counts?.[name]}>
              {counts === undefined ? "–" : format.number(counts[name])}
            </span>
          </button>
        );
      })}
    </div>
  );
}

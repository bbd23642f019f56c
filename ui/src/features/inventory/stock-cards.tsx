/** How much is in stock: counts that filter by status, and what the unsold units cost. */
import { useQuery } from "@tanstack/react-query";

import type { UnitStatus } from "~/lib/bindings";
import { format } from "~/lib/format";
import { queries } from "~/lib/query";

import styles from "./inventory.module.css";
import { valueOf, withValue } from "./search";

const CARDS: readonly { name: "all" | UnitStatus; label: string }[] = [
  { name: "all", label: "All" },
  { name: "in_stock", label: "In stock" },
  { name: "linked", label: "Linked" },
  { name: "sold", label: "Sold" },
];

export function StockCards({ query, onQuery }: { query: string; onQuery: (query: string) => void }) {
  const { data: counts } = useQuery(queries.stockCounts);
  const chosen = valueOf(query, "status");
  return (
    <div className={styles.cards} role="group" aria-label="Filter by status">
      {CARDS.map(({ name, label }) => {
        const pressed = name === "all" ? chosen === null : chosen === name;
        return (
          <button
            key={name}
            type="button"
            className={styles.card}
            aria-pressed={pressed}
            data-testid={`stock-${name}`}
            onClick={() => onQuery(withValue(query, "status", name === "all" || pressed ? null : name))}
          >
            <span className={styles.label}>{label}</span>
            <span className={styles.count} data-count={counts?.[name]}>
              {counts === undefined ? "–" : format.number(counts[name])}
            </span>
          </button>
        );
      })}
      <div className={styles.sum}>
        <span className={styles.label}>Cost of unsold units</span>
        <span className={styles.count}>
          {counts === undefined || counts.cost.length === 0 ? "—" : counts.cost.map(format.money).join(" + ")}
        </span>
      </div>
    </div>
  );
}

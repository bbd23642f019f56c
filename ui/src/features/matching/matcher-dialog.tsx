/**
 * Chooses a unit for one line. For an unmatched line this writes the mapping too, so that past and future lines with the
 * same number match; a matched line only takes the unit.
 */
import { Search } from "lucide-react";
import { useRef, useState } from "react";

import { Button } from "~/components/button";
import { Dialog } from "~/components/dialog";
import { FailureNotice } from "~/components/notice";
import type { OrderItem, OrderRow, UnitId } from "~/lib/bindings";
import { format } from "~/lib/format";
import { Failure } from "~/lib/ipc";

import { CandidateList } from "./candidate-list";
import { lineKey, makesMapping, numberName, numberOf } from "./match-task";
import styles from "./matching.module.css";
import { useCandidates } from "./use-candidates";

type Props = {
  order: Pick<OrderRow, "id" | "platform" | "platform_order_id">;
  item: OrderItem;
  /** Carries it out; rejects with a `Failure`. */
  onLink: (unit: UnitId) => Promise<void>;
  /** Leaves this line for the next one. */
  onSkip?: () => void;
  onClose: () => void;
};

export function MatcherDialog({ order, item, onLink, onSkip, onClose }: Props) {
  const [search, setSearch] = useState("");
  const [chosen, setChosen] = useState<UnitId | null>(null);
  const [busy, setBusy] = useState(false);
  const [refused, setRefused] = useState<Failure | null>(null);
  const field = useRef<HTMLInputElement>(null);
  const { candidates, settled, error, refetch } = useCandidates(lineKey(order.id, item), search);

  const onlyLinks = !makesMapping(order.platform, item);
  const isAmazon = order.platform === "amazon";
  const number = numberOf(order.platform, item);
  const units = candidates?.units ?? [];
  const choice = units.some(({ unit }) => unit.id === chosen) ? chosen : null;
  const left = item.quantity - item.units.length;
  const link = async () => {
    if (choice === null || busy) return;
    setBusy(true);
    setRefused(null);
    try {
      await onLink(choice);
    } catch (thrown) {
      setRefused(Failure.from(thrown));
      setChosen(null);
      void refetch();
    } finally {
      setBusy(false);
    }
  };
  const action = onlyLinks ? "Link unit" : isAmazon ? "Create ASIN Mapping" : "Create mapping";
  return (
    <Dialog
      open
      onClose={onClose}
      initialFocus={field}
      title={onlyLinks ? "Link a unit" : isAmazon ? "Link ASIN to Inventory" : "Link item to inventory"}
      description={
        onlyLinks
          ? "This line takes the unit that you choose."
          : `Future orders with this ${numberName(order.platform)} will match by themselves.`
      }
      aside={
        onSkip && (
          <Button look="quiet" onClick={onSkip}>
            Skip this line
          </Button>
        )
      }
      actions={
        <>
          <Button onClick={onClose}>Cancel</Button>
          <Button look="primary" disabled={choice === null || busy} onClick={() => void link()}>
            {action}
          </Button>
        </>
      }
    >
      <p className={styles.of}>
        Order <bdi className="mono">{order.platform_order_id}</bdi>
      </p>
      <div className={styles.item}>
        <bdi className={styles.title} title={item.title ?? undefined}>
          Item: {item.title ?? "Unknown Item"}
        </bdi>
        <span className={styles.number}>
          {numberName(order.platform)}: <bdi className="mono">{number ?? "—"}</bdi>
          {isAmazon && item.seller_sku !== null && (
            <>
              {" · "}SKU <bdi className="mono">{item.seller_sku}</bdi>
            </>
          )}
          {" · "}needs {left === 1 ? "1 unit" : `${format.number(left)} units`}
        </span>
      </div>
      <label className={styles.search}>
        <span className={styles.label}>Search Inventory:</span>
        <span className={styles.field}>
          <Search size={15} aria-hidden />
          <input
            ref={field}
            type="search"
            placeholder="Search inventory items..."
            maxLength={200}
            spellCheck={false}
            autoComplete="off"
            value={search}
            onChange={(event) => setSearch(event.target.value)}
            onKeyDown={(event) => {
              if (event.key === "Enter") {
                event.preventDefault();
                void link();
              }
              if (event.key !== "ArrowDown" && event.key !== "ArrowUp") return;
              event.preventDefault();
              const at = units.findIndex(({ unit }) => unit.id === choice);
              const next = units[Math.max(0, Math.min(units.length - 1, at + (event.key === "ArrowDown" ? 1 : -1)))];
              if (next !== undefined) setChosen(next.unit.id);
            }}
          />
        </span>
      </label>
      {refused !== null && <FailureNotice error={refused} />}
      {error !== null && <FailureNotice error={error} onAgain={() => void refetch()} />}
      <p className={styles.label}>Matching Inventory Items:</p>
      {units.length > 0 && <CandidateList units={units} chosen={choice} onChoose={setChosen} />}
      {candidates?.more && <p className={styles.calm}>More items match. Add a word to the search to see them.</p>}
      {candidates !== undefined && units.length === 0 && settled && (
        <div className={styles.nothing} role="status">
          <strong>No matching inventory items found</strong>
          <p>Try searching with different terms or check your inventory.</p>
        </div>
      )}
    </Dialog>
  );
}

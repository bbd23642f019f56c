/** The orders of a confirmation with their units and where those go; what is left alone says why. */
import { ArrowRight } from "lucide-react";
import { useMemo } from "react";

import { WindowedList } from "~/components/windowed-list";
import type { ConfirmOrder, OrderRowId } from "~/lib/bindings";
import { counted, format } from "~/lib/format";

import styles from "./confirming.module.css";
import { rowsOf, type ConfirmRow } from "./confirm-rows";
import { whyText } from "./words";

type Props = {
  label: string;
  orders: readonly ConfirmOrder[];
  /** Typed for the whole batch; otherwise each order has its own place. */
  place: string | null;
  /** Orders that are completed without stock, and the tick for it; absent where nothing can be chosen any more. */
  without?: ReadonlySet<OrderRowId>;
  onWithout?: (order: OrderRowId, on: boolean) => void;
};

const ROW = 28;

export function ConfirmList({ label, orders, place, without, onWithout }: Props) {
  const rows = useMemo(() => rowsOf(orders), [orders]);
  return (
    <WindowedList label={label} rows={rows.length} rowHeight={ROW} className={styles.list} testId="confirm-list">
      {(at) => {
        const row = rows[at];
        return row === undefined ? null : <Row row={row} place={place} without={without} onWithout={onWithout} />;
      }}
    </WindowedList>
  );
}

function Row({ row, place, without, onWithout }: { row: ConfirmRow } & Omit<Props, "label" | "orders">) {
  switch (row.kind) {
    case "order": {
      const { order, platform_order_id: id, proceeds, reason } = row.order;
      const ticked = order !== null && (without?.has(order) ?? false);
      return (
        <div className={styles.order}>
          <bdi className={`${styles.id} mono`}>{id}</bdi>
          {onWithout !== undefined && order !== null && (reason === "no_unit" || ticked) && (
            <label className={styles.without}>
              <input
                type="checkbox"
                checked={ticked}
                onChange={(event) => onWithout(order, event.target.checked)}
                aria-label={`Complete ${id} without stock`}
              />
              complete without stock
            </label>
          )}
          <span className={`${styles.money} num`}>{proceeds === null ? "" : format.money(proceeds)}</span>
        </div>
      );
    }
    case "unit": {
      const { set_number, name, condition, storage_location: from, was_linked: linked } = row.unit;
      const what = `${set_number} ${name}`;
      return (
        <div className={styles.unit}>
          <bdi className="ellipsis" title={`${what} · ${condition}${linked ? "" : " · the oldest free unit"}`}>
            {what}
          </bdi>
          <span className={`${styles.way} mono`}>
            <bdi className="ellipsis">{from ?? "no location"}</bdi>
            <ArrowRight size={12} aria-label="to" />
            <bdi className="ellipsis">{place ?? row.place ?? "—"}</bdi>
          </span>
        </div>
      );
    }
    case "short": {
      const { title, units, ordered } = row.line;
      return (
        <div className={styles.unit}>
          <bdi className="ellipsis" title={title}>
            {title}
          </bdi>
          <span className={styles.quiet}>
            {units === 0 ? "takes no unit" : `takes ${format.number(units)} of ${counted(ordered, "unit")}`}
          </span>
        </div>
      );
    }
    case "why":
      return (
        <div className={styles.unit}>
          <bdi className={`${styles.why} ellipsis`} title={whyText(row.order)}>
            {whyText(row.order)}
          </bdi>
        </div>
      );
  }
}

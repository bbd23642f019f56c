/** One line of an order, in the drawer. */
import type { OrderItem } from "~/lib/bindings";
import { format } from "~/lib/format";

import styles from "./order-drawer.module.css";

export function OrderLine({ item }: { item: OrderItem }) {
  const shipped =
    item.quantity_shipped === 0
      ? null
      : item.quantity_shipped >= item.quantity
        ? "shipped"
        : `${item.quantity_shipped} of ${item.quantity} shipped`;
  const facts = [item.condition, shipped, item.is_gift && "gift"].filter(Boolean);
  return (
    <li className={styles.line}>
      <span className={styles.quantity} title={`${item.quantity} ordered`}>
        {format.number(item.quantity)} ×
      </span>
      <div className={styles.what}>
        <bdi className={styles.itemTitle} title={item.title ?? undefined}>
          {item.title ?? "No title yet"}
        </bdi>
        <span className={styles.ids}>
          {item.asin === null ? (
            <span className={styles.bad} title="Amazon gave no ASIN for this line">
              ⚠ No ASIN
            </span>
          ) : (
            <bdi className="mono" title="ASIN">
              {item.asin}
            </bdi>
          )}
          {item.seller_sku !== null && (
            <bdi className={`mono ${styles.sku}`} title={`SKU ${item.seller_sku}`}>
              {item.seller_sku}
            </bdi>
          )}
        </span>
        {(facts.length > 0 || item.cancel_requested) && (
          <span className={styles.lineFacts}>
            {facts.join(" · ")}
            {item.cancel_requested && <span className={styles.bad}>✕ cancel asked</span>}
          </span>
        )}
      </div>
      <span className={styles.price}>
        {item.total_price === null ? "—" : format.money(item.total_price)}
        {item.quantity > 1 && item.unit_price !== null && (
          <span className={styles.aside}>{format.money(item.unit_price)} each</span>
        )}
      </span>
    </li>
  );
}

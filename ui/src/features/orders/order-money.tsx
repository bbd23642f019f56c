/** The money of an order as far as it is known. Nothing is added up here: every amount is the core's or Amazon's. */
import type { OrderDetail } from "~/lib/bindings";
import { format } from "~/lib/format";

import { unknownTotal } from "./columns";
import styles from "./order-drawer.module.css";

export function OrderMoney({ detail }: { detail: OrderDetail }) {
  const { row, items } = detail;
  const costs = items.flatMap(({ units }) => units);
  return (
    <section aria-labelledby="order-money">
      <h3 id="order-money" className={styles.section}>
        Money
      </h3>
      <dl className={styles.money}>
        {items.map((item) => (
          <div key={item.order_item_id}>
            <dt className="ellipsis" title={item.title ?? undefined}>
              <bdi>{item.title ?? "No title yet"}</bdi>
            </dt>
            <dd title={item.total_price === null ? "The platform gave no amount for this line" : undefined}>
              {item.total_price === null ? "—" : format.money(item.total_price)}
            </dd>
          </div>
        ))}
        <div className={styles.total}>
          <dt>Order total</dt>
          <dd title={row.total === null ? unknownTotal(row) : undefined}>
            {row.total === null ? "—" : format.money(row.total)}
          </dd>
        </div>
        {costs.map((unit) => (
          <div key={unit.id}>
            <dt className="ellipsis">
              <bdi>Cost of {unit.set_number}</bdi>
            </dt>
            <dd title={unit.cost === null ? "No cost was entered for this unit" : undefined}>
              {unit.cost === null ? "—" : format.money(unit.cost)}
            </dd>
          </div>
        ))}
      </dl>
    </section>
  );
}

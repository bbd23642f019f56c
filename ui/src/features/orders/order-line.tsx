/** One line of an order, in the drawer: what it is, how it matches, and the units it holds. */
import { Check, TriangleAlert } from "lucide-react";

import { Button } from "~/components/button";
import type { LinkedUnit, OrderItem, OrderRow } from "~/lib/bindings";
import { format } from "~/lib/format";

import styles from "./order-drawer.module.css";
import type { RowActions } from "./row-menu";

type Props = {
  row: OrderRow;
  item: OrderItem;
  /** The seller has confirmed the order: its units are sold and stay with it. */
  confirmed: boolean;
  actions: RowActions;
};

export function OrderLine({ row, item, confirmed, actions }: Props) {
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
          {item.asin !== null && (
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
      <Match row={row} item={item} confirmed={confirmed} actions={actions} />
    </li>
  );
}

/** How a line matches, in words with a sign; colour only helps. */
function matchWords({ match_status, mapped_to, units, quantity }: OrderItem) {
  const mapped = mapped_to === null ? null : `${mapped_to.set_number} · ${mapped_to.condition}`;
  const some = units.length > 0 && units.length < quantity ? `${units.length} of ${quantity} linked` : null;
  switch (match_status) {
    case "linked":
      return { tone: styles.ok, icon: <Check size={13} strokeWidth={3} aria-hidden />, text: "linked" };
    case "no_asin":
      return { tone: styles.bad, icon: <TriangleAlert size={13} aria-hidden />, text: "No ASIN" };
    case "unmatched":
      return { tone: styles.warn, icon: <TriangleAlert size={13} aria-hidden />, text: "unmatched" };
    case "matched":
      return {
        tone: styles.quiet,
        icon: null,
        text: [`mapped to ${mapped ?? "a set"}`, some].filter(Boolean).join(", "),
      };
  }
}

function Match({ row, item, confirmed, actions }: Props) {
  const { tone, icon, text } = matchWords(item);
  const canLink = item.match_status !== "no_asin" && item.units.length < item.quantity && row.ui_status !== "Cancelled";
  const title = item.title ?? item.order_item_id;
  return (
    <div className={styles.match}>
      <div className={styles.matchLine}>
        <span className={`${styles.matchState} ${tone}`}>
          {icon}
          <bdi>{text}</bdi>
        </span>
        {canLink && !confirmed && (
          <Button small aria-label={`Link ${title} to inventory`} onClick={() => actions.link(row, item)}>
            Link…
          </Button>
        )}
        {item.units.length > 0 && !confirmed && (
          <Button small aria-label={`Unlink ${title}`} onClick={() => actions.unlink(row, item)}>
            Unlink
          </Button>
        )}
      </div>
      {confirmed && (canLink || item.units.length > 0) && (
        <p className={styles.quiet}>Confirmed: undo the confirmation to change its units</p>
      )}
      {item.match_status === "no_asin" && (
        <p className={styles.quiet}>No ASIN on Amazon order - cannot link to inventory</p>
      )}
      {item.units.length > 0 && (
        <ul className={styles.units}>
          {item.units.map((unit) => (
            <UnitFacts key={unit.id} unit={unit} />
          ))}
        </ul>
      )}
    </div>
  );
}

function UnitFacts({ unit }: { unit: LinkedUnit }) {
  const place = unit.storage_location ?? "no location";
  return (
    <li>
      <bdi className="ellipsis" title={`${unit.set_number} ${unit.name} - ${unit.condition}`}>
        {unit.set_number} {unit.name} - {unit.condition}
      </bdi>
      <span className={styles.place}>
        <bdi className="mono">{place}</bdi>
        {unit.previous_location !== null && (
          <span className={styles.was}>
            was <bdi className="mono">{unit.previous_location}</bdi>
          </span>
        )}
      </span>
      <span className="num">{unit.listing_price === null ? "—" : format.money(unit.listing_price)}</span>
    </li>
  );
}

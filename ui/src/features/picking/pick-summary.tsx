/** What a list holds, to count before leaving, and what is not on the walk with the reason. */
import { Check, TriangleAlert } from "lucide-react";

import type { PickException, PickList } from "~/lib/bindings";
import { counted, format } from "~/lib/format";

import styles from "./picking.module.css";
import { byReason, reasonText } from "./words";

/** Exceptions of one reason that are listed at once; the paper lists them all. */
const LISTED = 50;

export function PickSummary({ list }: { list: PickList }) {
  const { totals, zones, exceptions } = list;
  return (
    <section className={styles.summary} aria-label="What is on the list">
      <p className={styles.total} data-testid="pick-totals">
        <strong className="num">{counted(totals.units, "unit")}</strong> to pick for {counted(totals.orders, "order")},{" "}
        {counted(totals.lines, "line")}
      </p>
      {zones.length > 1 && (
        <ul className={styles.zones} aria-label="Units by zone">
          {zones.map(({ zone, units }) => (
            <li key={zone}>
              <bdi>{zone}</bdi> <span className="num">{format.number(units)}</span>
            </li>
          ))}
        </ul>
      )}
      <Exceptions exceptions={exceptions} units={totals.exception_units} />
    </section>
  );
}

export function Exceptions({ exceptions, units }: { exceptions: readonly PickException[]; units: number }) {
  if (exceptions.length === 0) {
    return (
      <p className={styles.fine}>
        <Check size={14} strokeWidth={3} aria-hidden /> Everything that is still to ship is on the walk
      </p>
    );
  }
  return (
    <div className={styles.exceptions} data-testid="exceptions">
      <p className={styles.warnLine}>
        <TriangleAlert size={14} aria-hidden /> {counted(units, "unit")} cannot be picked
      </p>
      {byReason(exceptions).map(({ reason, of }) => (
        <details key={reason}>
          <summary>
            {reasonText(reason)} <span className="num">{format.number(of.length)}</span>
          </summary>
          <ul>
            {of.slice(0, LISTED).map((one) => (
              <li key={`${one.order_item_id} ${one.detail}`}>
                <bdi className="ellipsis" title={one.name}>
                  {one.quantity > 1 ? `${format.number(one.quantity)} × ` : ""}
                  {one.name}
                </bdi>
                <span className={styles.about}>
                  <bdi className="mono">{one.platform_order_id}</bdi>
                  {one.detail !== "" && <bdi>{one.detail}</bdi>}
                </span>
              </li>
            ))}
            {of.length > LISTED && <li>and {format.number(of.length - LISTED)} more, on the last page</li>}
          </ul>
        </details>
      ))}
    </div>
  );
}

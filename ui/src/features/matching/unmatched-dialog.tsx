/** The lines of one order that are not linked to inventory, each leading to the choice of a unit. */
import { useQuery } from "@tanstack/react-query";
import { TriangleAlert } from "lucide-react";
import { useEffect, useRef } from "react";

import { Button } from "~/components/button";
import { Dialog } from "~/components/dialog";
import { FailureNotice } from "~/components/notice";
import type { OrderItem, OrderRow } from "~/lib/bindings";
import { queries } from "~/lib/query";

import { isLeft, numberName, numberOf } from "./match-task";
import styles from "./matching.module.css";

type Props = { order: OrderRow; onLine: (item: OrderItem) => void; onClose: () => void };

export function UnmatchedDialog({ order, onLine, onClose }: Props) {
  const { data, error, refetch } = useQuery(queries.order(order.id));
  // The order before may still stand in until this one is read.
  const items = data?.row.id === order.id ? data.items.filter(isLeft) : undefined;
  const list = useRef<HTMLUListElement>(null);
  // The keys begin where the work is: at the first item that can be linked.
  const isRead = items !== undefined;
  useEffect(() => {
    if (isRead) list.current?.querySelector("button")?.focus();
  }, [isRead]);
  return (
    <Dialog
      open
      onClose={onClose}
      icon={<TriangleAlert size={17} className={styles.warn} aria-hidden />}
      title="Unmatched Items"
      description="These items need to be linked to inventory"
      actions={<Button onClick={onClose}>Close</Button>}
    >
      {error !== null && <FailureNotice error={error} onAgain={() => void refetch()} />}
      <p className={styles.of}>
        Order <bdi className="mono">{order.platform_order_id}</bdi>
      </p>
      {items?.length === 0 && <p className={styles.calm}>Every item of this order is matched.</p>}
      <ul ref={list} className={styles.lines}>
        {items?.map((item) => (
          <li key={item.order_item_id}>
            <Line order={order} item={item} onChoose={() => onLine(item)} />
          </li>
        ))}
      </ul>
    </Dialog>
  );
}

function Line({ order, item, onChoose }: { order: OrderRow; item: OrderItem; onChoose: () => void }) {
  const number = numberOf(order.platform, item);
  const title = (
    <bdi className={styles.title} title={item.title ?? undefined}>
      {item.title ?? "Unknown Item"}
    </bdi>
  );
  if (item.match_status === "no_asin") {
    return (
      <div className={styles.line}>
        {title}
        <span className={styles.bad}>No ASIN on Amazon order - cannot link to inventory</span>
      </div>
    );
  }
  return (
    <button type="button" className={`${styles.line} ${styles.choice}`} onClick={onChoose}>
      {title}
      <span className={styles.number}>
        {number === null ? (
          `No ${numberName(order.platform)}: only this line is linked`
        ) : (
          <>
            {numberName(order.platform)}: <bdi className="mono">{number}</bdi>
          </>
        )}
      </span>
      <span className={styles.lead}>Click to link to inventory</span>
    </button>
  );
}

/**
 * One order beside the table: its facts, lines, parcels and the seller's note. Not modal: the table goes on working, Esc
 * closes, and focus returns to where it was.
 */
import { useQuery } from "@tanstack/react-query";
import { Copy, ExternalLink, PackageCheck, X } from "lucide-react";
import { useEffect, useEffectEvent, useRef } from "react";

import { Button, IconButton } from "~/components/button";
import { FailureNotice } from "~/components/notice";
import { StatusPill } from "~/components/status-pill";
import type { OrderDetail, OrderRow, OrderRowId } from "~/lib/bindings";
import { counted, format } from "~/lib/format";
import { queries } from "~/lib/query";

import { BUYER_NAMES, PLATFORM_NAMES, ShipBy } from "./columns";
import styles from "./order-drawer.module.css";
import { OrderHistory } from "./order-history";
import { OrderLine } from "./order-line";
import { OrderMoney } from "./order-money";
import { OrderNote } from "./order-note";
import { canConfirm, type RowActions } from "./row-menu";

type Props = {
  id: OrderRowId;
  now: number;
  actions: RowActions;
  /** Whether the keys go to the drawer; otherwise the table keeps them. */
  takeFocus: boolean;
  onClose: () => void;
};

export default function OrderDrawer({ id, now, actions, takeFocus, onClose }: Props) {
  const order = useQuery(queries.order(id));
  const panel = useRef<HTMLElement>(null);

  useEffect(() => {
    if (!takeFocus) return undefined;
    const before = document.activeElement;
    const drawer = panel.current;
    drawer?.focus();
    return () => {
      // Only a focus that was here is given back.
      const isOurs = drawer?.contains(document.activeElement) || document.activeElement === document.body;
      if (isOurs && before instanceof HTMLElement && before.isConnected) before.focus();
    };
  }, [takeFocus]);

  const close = useEffectEvent(onClose);
  useEffect(() => {
    // At the window, so that what is typed into may keep its Escape to itself first.
    const pressed = (event: KeyboardEvent) => {
      const inside = event.target instanceof Node && panel.current?.contains(event.target);
      if (event.key !== "Escape" || event.defaultPrevented || !inside) return;
      event.preventDefault();
      close();
    };
    window.addEventListener("keydown", pressed);
    return () => window.removeEventListener("keydown", pressed);
  }, []);

  const detail = order.data;
  return (
    <aside
      ref={panel}
      className={styles.drawer}
      aria-label={detail ? `Order ${detail.row.platform_order_id}` : "Order"}
      tabIndex={-1}
      data-testid="order-drawer"
    >
      <header className={styles.head}>
        {detail && <Heading row={detail.row} actions={actions} />}
        <IconButton label="Close the order" className={styles.close} onClick={onClose}>
          <X size={16} />
        </IconButton>
      </header>
      <div className={styles.body}>
        {order.error && <FailureNotice error={order.error} onAgain={() => void order.refetch()} />}
        {detail && (
          <>
            <Confirmed detail={detail} now={now} />
            <Facts detail={detail} now={now} />
            <OrderNote key={detail.row.id} id={detail.row.id} note={detail.notes ?? ""} />
            <Lines detail={detail} actions={actions} />
            <Packages detail={detail} />
            <OrderMoney detail={detail} />
            <OrderHistory detail={detail} now={now} />
          </>
        )}
      </div>
    </aside>
  );
}

function Heading({ row, actions }: { row: OrderRow; actions: RowActions }) {
  return (
    <div className={styles.heading}>
      <div className={styles.title}>
        <h2 className="mono">
          <bdi>{row.platform_order_id}</bdi>
        </h2>
        <IconButton label="Copy order id" onClick={() => actions.copyId(row)}>
          <Copy size={14} />
        </IconButton>
        <StatusPill status={row.ui_status} unknown={row.unknown_status} />
      </div>
      <div className={styles.headActs}>
        {row.platform === "amazon" && (
          <Button small icon={<ExternalLink size={13} />} onClick={() => actions.openOnAmazon(row)}>
            View on Amazon
          </Button>
        )}
        {canConfirm(row) && (
          <Button small icon={<PackageCheck size={13} />} onClick={() => actions.confirm(row)}>
            Confirm as processed…
          </Button>
        )}
      </div>
    </div>
  );
}

/** Where the order stands with the seller's own confirmation; what Amazon cancelled after it needs a hand. */
function Confirmed({ detail, now }: { detail: OrderDetail; now: number }) {
  const { confirmed_at: at, row, items } = detail;
  const units = items.flatMap((item) => item.units);
  if (row.flags.includes("cancelled_after_confirmation")) {
    return (
      <div className={styles.alarm} role="status" data-testid="cancelled-after">
        <p>✕ Cancelled after confirmation</p>
        <p className={styles.alarmDetail}>
          {units.length === 0
            ? "It took no unit out of stock."
            : `${counted(units.length, "unit")} of it ${units.length === 1 ? "is" : "are"} still archived. If the stock is still here, undo the confirmation below: it goes back to where it lay.`}
        </p>
      </div>
    );
  }
  if (at === null || row.ui_status === "Cancelled") return null;
  return (
    <p className={styles.confirmed}>
      ✓ Confirmed as processed <span title={format.absolute(at)}>{format.moment(at, now)}</span>
    </p>
  );
}

const CHANNELS: Record<string, string> = { AFN: "Amazon ships it (AFN)", MFN: "You ship it (MFN)" };

function Facts({ detail, now }: { detail: OrderDetail; now: number }) {
  const { row } = detail;
  const flags = [
    row.flags.includes("part_shipped") && "part shipped",
    detail.is_prime && "Prime",
    detail.is_business && "business order",
  ].filter((flag) => flag !== false);
  return (
    <>
      {row.flags.includes("cancel_requested") && <p className={styles.alarm}>✕ The buyer asked to cancel</p>}
      <dl className={styles.facts}>
        <Fact name="Placed">
          <Instant at={row.order_date} now={now} />
        </Fact>
        <Fact name="Ship by">
          <ShipBy row={row} now={now} />
          {row.ship_by !== null && <span className={styles.aside}>{format.moment(row.ship_by, now)}</span>}
        </Fact>
        <Fact name="Deliver by">
          <Instant at={detail.deliver_by} now={now} />
        </Fact>
        <Fact name="Total">{row.total === null ? "—" : format.money(row.total)}</Fact>
        <Fact name="Buyer">{BUYER_NAMES[row.platform]}</Fact>
        <Fact name="From">{PLATFORM_NAMES[row.platform]}</Fact>
        <Fact name="Shipping">
          {[
            detail.fulfillment_channel && (CHANNELS[detail.fulfillment_channel] ?? detail.fulfillment_channel),
            detail.service_level,
          ]
            .filter(Boolean)
            .join(" · ") || "—"}
        </Fact>
        <Fact name={`${PLATFORM_NAMES[row.platform]} says`}>
          <bdi>{detail.status ?? "—"}</bdi>
          {flags.length > 0 && <span className={styles.aside}>{flags.join(" · ")}</span>}
        </Fact>
        <Fact name="Changed">
          <Instant at={detail.last_update} now={now} />
        </Fact>
      </dl>
    </>
  );
}

function Fact({ name, children }: { name: string; children: React.ReactNode }) {
  return (
    <div className={styles.fact}>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  );
}

function Instant({ at, now }: { at: string | null; now: number }) {
  return at === null ? "—" : <span title={format.absolute(at)}>{format.moment(at, now)}</span>;
}

function Lines({ detail, actions }: { detail: OrderDetail; actions: RowActions }) {
  return (
    <section aria-labelledby="order-lines">
      <h3 id="order-lines" className={styles.section}>
        {detail.items.length === 1 ? "1 line" : `${format.number(detail.items.length)} lines`}
      </h3>
      {detail.row.flags.includes("missing_items") && (
        <p className={styles.quiet}>Amazon has not told the items of this order yet.</p>
      )}
      <ul className={styles.lines}>
        {detail.items.map((item) => (
          <OrderLine
            key={item.order_item_id}
            row={detail.row}
            item={item}
            confirmed={detail.confirmed_at !== null}
            actions={actions}
          />
        ))}
      </ul>
    </section>
  );
}

function Packages({ detail }: { detail: OrderDetail }) {
  if (detail.packages.length === 0) return null;
  return (
    <section aria-labelledby="order-packages">
      <h3 id="order-packages" className={styles.section}>
        Packages
      </h3>
      <ul className={styles.packages}>
        {detail.packages.map((parcel) => (
          <li key={parcel.reference}>
            <bdi className="mono">{parcel.reference}</bdi>
            <bdi>{parcel.status ?? "no state yet"}</bdi>
          </li>
        ))}
      </ul>
    </section>
  );
}

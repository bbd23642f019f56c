/** The columns of the order table and how each cell reads. Titles and ids are the world's text: isolated, never markup. */
import { MessageSquareText, TriangleAlert, X, Check } from "lucide-react";

import type { Column } from "~/components/data-grid";
import { StatusPill } from "~/components/status-pill";
import type { OrderRow, Platform, SortKey } from "~/lib/bindings";
import { format } from "~/lib/format";

import styles from "./columns.module.css";
import { RowMenuButton } from "./row-menu";

export const PLATFORM_NAMES: Record<Platform, string> = { amazon: "Amazon", ebay: "eBay", bricqer: "Bricqer" };

/** Columns that fold away in narrower windows, with the width from which they are shown. */
const SHOWN_FROM: Record<string, number> = { buyer: 1400, platform: 1200, ship_by: 1080 };

type OpenMenu = (row: OrderRow, button: HTMLElement) => void;

export function columnsFor(windowWidth: number, now: number, onMenu: OpenMenu): Column<OrderRow, SortKey>[] {
  const columns: Column<OrderRow, SortKey>[] = [
    {
      id: "order",
      header: "Order",
      width: "158px",
      sort: "order_id",
      cell: (row) => (
        <bdi className={`${styles.id} mono`} title={row.platform_order_id}>
          {row.platform_order_id}
        </bdi>
      ),
    },
    { id: "platform", header: "Platform", width: "74px", cell: (row) => PLATFORM_NAMES[row.platform] },
    { id: "date", header: "Date", width: "82px", sort: "date", cell: (row) => <Day at={row.order_date} now={now} /> },
    {
      id: "ship_by",
      header: "Ship by",
      width: "106px",
      sort: "ship_by",
      cell: (row) => <ShipBy row={row} now={now} />,
    },
    { id: "buyer", header: "Buyer", width: "136px", cell: (row) => row.buyer_name },
    { id: "description", header: "Description", width: "minmax(140px, 1fr)", cell: (row) => <Description row={row} /> },
    { id: "items", header: "Items", width: "188px", cell: (row) => <Items row={row} /> },
    {
      id: "status",
      header: "Status",
      width: "108px",
      cell: (row) => <StatusPill status={row.ui_status} unknown={row.unknown_status} />,
    },
    {
      id: "total",
      header: "Total",
      width: "102px",
      align: "end",
      sort: "total",
      cell: (row) =>
        row.total === null ? (
          <span title="Amazon tells the total once the payment has cleared">—</span>
        ) : (
          <span className={styles.main}>{format.money(row.total)}</span>
        ),
    },
    { id: "menu", header: "", width: "44px", align: "end", cell: (row) => <RowMenuButton row={row} onMenu={onMenu} /> },
  ];
  return columns.filter(({ id }) => windowWidth >= (SHOWN_FROM[id] ?? 0));
}

function Day({ at, now }: { at: string | null; now: number }) {
  return at === null ? "—" : <span title={format.absolute(at)}>{format.day(at, now)}</span>;
}

/** A deadline counts while something is left to ship. */
export function ShipBy({ row, now }: { row: OrderRow; now: number }) {
  if (row.ui_status === "Pending") return "—";
  if (row.ui_status !== "Paid" || row.units_left === 0) return null;
  if (row.ship_by === null) return "—";
  const { text, urgency } = format.deadline(row.ship_by, now);
  return (
    <span className={styles[urgency]} title={`Ship by ${format.absolute(row.ship_by)}`}>
      {text}
    </span>
  );
}

function Description({ row }: { row: OrderRow }) {
  return (
    <span className={styles.description}>
      <bdi className={`${styles.main} ellipsis`} title={row.description}>
        {row.description}
      </bdi>
      {row.has_note && (
        <span title="Has a note" className={styles.note}>
          <MessageSquareText size={13} aria-hidden />
          <span className="visually-hidden">Has a note</span>
        </span>
      )}
    </span>
  );
}

/**
 * Lines and what is wrong with them, the most pressing first, since a narrow window cuts the end. A match badge shows
 * only where stock is linked: there is nothing to match yet.
 */
export function Items({ row }: { row: OrderRow }) {
  const { total, linked, no_asin } = row.matches;
  return (
    <span className={styles.items}>
      {row.missing_items ? (
        <span title="Amazon has not told the items of this order yet">not read yet</span>
      ) : (
        <span>{format.number(row.lines)}</span>
      )}
      {row.cancel_requested && (
        <Badge tone="bad" icon={<X size={13} strokeWidth={3} />} title="The buyer asked to cancel">
          cancel asked
        </Badge>
      )}
      {no_asin > 0 && (
        <Badge tone="bad" icon={<TriangleAlert size={13} />} title="Amazon gave no ASIN for these lines">
          {format.number(no_asin)} No ASIN
        </Badge>
      )}
      {row.part_shipped && (
        <Badge tone="info" title="Some units are shipped, some are not">
          part shipped
        </Badge>
      )}
      {total > 0 && linked === total && (
        <Badge tone="ok" icon={<Check size={13} strokeWidth={3} />}>
          linked
        </Badge>
      )}
    </span>
  );
}

function Badge(props: {
  tone: "ok" | "bad" | "info";
  icon?: React.ReactNode;
  title?: string;
  children: React.ReactNode;
}) {
  return (
    <span className={`${styles.badge} ${styles[props.tone]}`} title={props.title}>
      {props.icon}
      <span>{props.children}</span>
    </span>
  );
}

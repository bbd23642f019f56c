/** The columns of the order table and how each cell reads. Titles and ids are the world's text: isolated, never markup. */
import { MessageSquareText } from "lucide-react";

import type { Column } from "~/components/data-grid";
import { StatusPill } from "~/components/status-pill";
import type { OrderRow, Platform, SortKey } from "~/lib/bindings";
import { format } from "~/lib/format";

import { Items } from "./columns-items";
import styles from "./columns.module.css";
import { RowMenuButton, type RowActions } from "./row-menu";

export const PLATFORM_NAMES: Record<Platform, string> = { amazon: "Amazon", ebay: "eBay", bricqer: "Bricqer" };

/** What a buyer is called; no name of anybody is known. */
export const BUYER_NAMES: Record<Platform, string> = {
  amazon: "Amazon Customer",
  ebay: "eBay customer",
  bricqer: "Bricqer customer",
};

/** Columns that fold away in narrower windows, with the width from which they are shown. */
const SHOWN_FROM: Record<string, number> = { buyer: 1400, platform: 1200, ship_by: 1080 };

/** The columns that can be chosen; the order id and the menu are always there. */
export const CHOICES = [
  { id: "platform", label: "Platform" },
  { id: "date", label: "Date" },
  { id: "ship_by", label: "Ship by" },
  { id: "buyer", label: "Buyer" },
  { id: "description", label: "Description" },
  { id: "items", label: "Items" },
  { id: "status", label: "Status" },
  { id: "total", label: "Total" },
] as const;

/** The columns shown: those chosen, or as many as the window has room for. */
export function shownColumns(windowWidth: number, chosen: readonly string[] | null): ReadonlySet<string> {
  const ids = CHOICES.map(({ id }) => id);
  return new Set(ids.filter((id) => chosen?.includes(id) ?? windowWidth >= (SHOWN_FROM[id] ?? 0)));
}

type OpenMenu = (row: OrderRow, button: HTMLElement) => void;

export function columnsFor(
  shown: ReadonlySet<string>,
  now: number,
  actions: RowActions,
  onMenu: OpenMenu,
): Column<OrderRow, SortKey>[] {
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
      width: "112px",
      sort: "ship_by",
      cell: (row) => <ShipBy row={row} now={now} />,
    },
    { id: "buyer", header: "Buyer", width: "132px", cell: (row) => BUYER_NAMES[row.platform] },
    {
      id: "description",
      header: "Description",
      width: "minmax(120px, 1.2fr)",
      cell: (row) => <Description row={row} />,
    },
    {
      id: "items",
      header: "Items",
      width: "minmax(150px, 1fr)",
      cell: (row) => <Items row={row} actions={actions} />,
    },
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
          <span title={unknownTotal(row)}>—</span>
        ) : (
          <span className={styles.main}>{format.money(row.total)}</span>
        ),
    },
    { id: "menu", header: "", width: "44px", align: "end", cell: (row) => <RowMenuButton row={row} onMenu={onMenu} /> },
  ];
  const kept = columns.filter(({ id }) => id === "order" || id === "menu" || shown.has(id));
  // Without its widest column the table still fills the window.
  const [order] = kept;
  if (order !== undefined && !shown.has("description")) order.width = "minmax(158px, 1fr)";
  return kept;
}

export function unknownTotal({ platform }: Pick<OrderRow, "platform">): string {
  return platform === "amazon"
    ? "Amazon tells the total once the payment has cleared"
    : "The imported file gave no total";
}

function Day({ at, now }: { at: string | null; now: number }) {
  return at === null ? "—" : <span title={format.absolute(at)}>{format.day(at, now)}</span>;
}

/** A deadline counts while something is left to ship; of what Amazon has not told yet, all is. */
export function ShipBy({ row, now }: { row: OrderRow; now: number }) {
  if (row.ui_status === "Pending") return "—";
  const isLeft = row.units_left > 0 || row.flags.includes("missing_items");
  if (row.ui_status !== "Paid" || !isLeft) return null;
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
      {row.flags.includes("has_note") && (
        <span title="Has a note" className={styles.note}>
          <MessageSquareText size={13} aria-hidden />
          <span className="visually-hidden">Has a note</span>
        </span>
      )}
    </span>
  );
}

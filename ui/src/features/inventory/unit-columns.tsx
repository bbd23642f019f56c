/** The columns of the stock and how each cell reads. Names and places are the seller's text: isolated, never markup. */
import { Ellipsis } from "lucide-react";

import { IconButton } from "~/components/button";
import type { Column } from "~/components/data-grid";
import type { Unit, UnitSortKey, UnitStatus } from "~/lib/bindings";
import { format } from "~/lib/format";

import styles from "./inventory.module.css";

export const STATUS_NAMES: Record<UnitStatus, string> = { in_stock: "In stock", linked: "Linked", sold: "Sold" };

/** Columns that fold away in narrower windows, with the width from which they are shown. */
const SHOWN_FROM: Record<string, number> = { asin: 1500, sku: 1300, price: 1080, bought: 1160 };

type OpenMenu = (unit: Unit, button: HTMLElement) => void;

const text = (value: string | null) =>
  value === null ? <span className={styles.none}>—</span> : <bdi title={value}>{value}</bdi>;

export function unitColumns(windowWidth: number, onMenu: OpenMenu): Column<Unit, UnitSortKey>[] {
  const columns: Column<Unit, UnitSortKey>[] = [
    {
      id: "set",
      header: "Set",
      width: "96px",
      sort: "set_number",
      cell: (unit) => (
        <bdi className={`${styles.set} mono`} title={unit.set_number}>
          {unit.set_number}
        </bdi>
      ),
    },
    {
      id: "name",
      header: "Name",
      width: "minmax(140px, 1fr)",
      sort: "name",
      cell: (unit) => (
        <bdi
          className={`${styles.name} ellipsis`}
          title={unit.notes === null ? unit.name : `${unit.name}\n${unit.notes}`}
        >
          {unit.name}
        </bdi>
      ),
    },
    { id: "condition", header: "Condition", width: "112px", cell: (unit) => text(unit.condition) },
    {
      id: "location",
      header: "Location",
      width: windowWidth >= 1280 ? "188px" : "128px",
      sort: "location",
      cell: (unit) => <Place unit={unit} />,
    },
    { id: "status", header: "Status", width: "226px", cell: (unit) => <Status unit={unit} /> },
    { id: "sku", header: "SKU", width: "112px", cell: (unit) => text(unit.sku) },
    { id: "asin", header: "ASIN", width: "108px", cell: (unit) => text(unit.asin) },
    {
      id: "bought",
      header: "Bought",
      width: "92px",
      sort: "purchase_date",
      cell: (unit) => (unit.purchase_date === null ? text(null) : format.date(unit.purchase_date)),
    },
    {
      id: "cost",
      header: "Cost",
      width: "86px",
      align: "end",
      sort: "cost",
      cell: (unit) => (unit.cost === null ? text(null) : format.money(unit.cost)),
    },
    {
      id: "price",
      header: "Price",
      width: "92px",
      align: "end",
      cell: (unit) =>
        unit.listing_price === null ? (
          text(null)
        ) : (
          <span className={styles.name}>{format.money(unit.listing_price)}</span>
        ),
    },
    {
      id: "menu",
      header: "",
      width: "44px",
      align: "end",
      cell: (unit) => (
        <IconButton
          label={`Menu of unit ${unit.set_number}, ${unit.id}`}
          aria-haspopup="menu"
          tabIndex={-1}
          data-row-menu={unit.id}
          onClick={(event) => {
            // The row opens its unit on a click; a click on its menu must not.
            event.stopPropagation();
            onMenu(unit, event.currentTarget);
          }}
        >
          <Ellipsis size={15} />
        </IconButton>
      ),
    },
  ];
  return columns.filter(({ id }) => windowWidth >= (SHOWN_FROM[id] ?? 0));
}

/** Where it lies; of an archived unit also where it lay. */
function Place({ unit }: { unit: Unit }) {
  const { storage_location: here, previous_location: before } = unit;
  if (here === null) return text(null);
  return (
    <span className={styles.places} title={before === null ? here : `${here}, was at ${before}`}>
      <bdi className={styles.name}>{here}</bdi>
      {before !== null && (
        <span className={styles.was}>
          was <bdi>{before}</bdi>
        </span>
      )}
    </span>
  );
}

function Status({ unit }: { unit: Unit }) {
  return (
    <span className={styles.status}>
      <span className={`${styles.chip} ${styles[unit.status]}`}>{STATUS_NAMES[unit.status]}</span>
      {unit.claim !== null && (
        <bdi className="mono ellipsis" title={`Order ${unit.claim.platform_order_id}`}>
          {unit.claim.platform_order_id}
        </bdi>
      )}
    </span>
  );
}

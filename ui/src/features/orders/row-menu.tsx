/** What can be done with one order, by the ⋯ of its row, by key and from the drawer. */
import { Copy, ExternalLink, Link2, PackageCheck, PanelRight } from "lucide-react";

import { IconButton } from "~/components/button";
import { Mark } from "~/components/mark";
import type { MenuEntry } from "~/components/menu";
import type { OrderItem, OrderRow } from "~/lib/bindings";

/** What matching does for the pages of orders; it lives in a feature of its own. */
export type MatchActions = {
  /** Shows the lines of an order that are not matched. */
  match: (row: OrderRow) => void;
  /** Goes through unmatched lines one after the other, from this order on. */
  triage: (row: OrderRow) => void;
  /** Chooses a unit for one line. */
  link: (row: OrderRow, item: OrderItem) => void;
  /** Frees the units of one line. */
  unlink: (row: OrderRow, item: OrderItem) => void;
  /** Shows the units that an order holds. */
  showLinked: (row: OrderRow, anchor: HTMLElement) => void;
};

export type RowActions = MatchActions & {
  open: (row: OrderRow) => void;
  openOnAmazon: (row: OrderRow) => void;
  copyId: (row: OrderRow) => void;
  /** Shows what confirming the order would do. */
  confirm: (row: OrderRow) => void;
};

/** Whether the seller can confirm an order: paid or shipped, and not yet confirmed. */
export const canConfirm = ({ ui_status }: OrderRow) => ui_status === "Paid" || ui_status === "Shipped";

/** The commands for an order; those of Amazon only for Amazon's. */
export function rowCommands(row: OrderRow, actions: RowActions): MenuEntry[] {
  const entries: MenuEntry[] = [
    { id: "open", label: "View details", keys: "Enter", icon: <PanelRight size={14} />, run: () => actions.open(row) },
  ];
  if (row.platform === "amazon") {
    entries.push({
      id: "amazon",
      label: "View on Amazon",
      keys: "O",
      icon: <ExternalLink size={14} />,
      run: () => actions.openOnAmazon(row),
    });
  }
  entries.push({
    id: "copy",
    label: "Copy order id",
    keys: "Y",
    icon: <Copy size={14} />,
    run: () => actions.copyId(row),
  });
  if (row.matches.unmatched + row.matches.no_asin > 0) {
    entries.push({
      id: "match",
      label: "Link items",
      keys: "M",
      icon: <Link2 size={14} />,
      run: () => actions.match(row),
    });
  }
  if (canConfirm(row)) {
    entries.push({
      id: "confirm",
      label: "Confirm as processed…",
      icon: <PackageCheck size={14} />,
      run: () => actions.confirm(row),
    });
  }
  return entries;
}

/** The button of a row; the menu itself exists once, for the row it was opened on. */
export function RowMenuButton({
  row,
  onMenu,
}: {
  row: OrderRow;
  onMenu: (row: OrderRow, button: HTMLElement) => void;
}) {
  return (
    <IconButton
      label={`Menu of order ${row.platform_order_id}`}
      aria-haspopup="menu"
      tabIndex={-1}
      data-row-menu={row.id}
      onClick={(event) => {
        // The row opens its order on a click; a click on its menu must not.
        event.stopPropagation();
        onMenu(row, event.currentTarget);
      }}
    >
      <Mark shape="dots" />
    </IconButton>
  );
}

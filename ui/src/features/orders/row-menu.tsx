/** What can be done with one order, by the ⋯ of its row. */
import { Copy, Ellipsis, ExternalLink, PanelRight } from "lucide-react";

import { IconButton } from "~/components/button";
import type { MenuEntry } from "~/components/menu";
import type { OrderRow } from "~/lib/bindings";

export type RowActions = {
  open: (row: OrderRow) => void;
  openOnAmazon: (row: OrderRow) => void;
  copyId: (row: OrderRow) => void;
};

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
      <Ellipsis size={15} />
    </IconButton>
  );
}

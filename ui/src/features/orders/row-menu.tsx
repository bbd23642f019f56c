/** What can be done with one order, by the ⋯ of its row. */
import { Copy, Ellipsis, ExternalLink, PanelRight } from "lucide-react";

import { IconButton } from "~/components/button";
import { Menu, type MenuEntry } from "~/components/menu";
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

export function RowMenu({ row, actions }: { row: OrderRow; actions: RowActions }) {
  return (
    // The row opens its order on a click; a click on its menu must not.
    // oxlint-disable-next-line jsx-a11y/click-events-have-key-events, jsx-a11y/no-static-element-interactions
    <span onClick={(event) => event.stopPropagation()}>
      <Menu
        label={`Order ${row.platform_order_id}`}
        align="end"
        entries={rowCommands(row, actions)}
        trigger={
          <IconButton label={`Menu of order ${row.platform_order_id}`} tabIndex={-1} data-row-menu={row.id}>
            <Ellipsis size={15} />
          </IconButton>
        }
      />
    </span>
  );
}

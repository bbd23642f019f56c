/** The columns of the mappings, and what can be done with one. */
import { Ellipsis, List, Pencil, Trash2 } from "lucide-react";

import { Button, IconButton } from "~/components/button";
import type { Column } from "~/components/data-grid";
import type { MenuEntry } from "~/components/menu";
import type { Mapping } from "~/lib/bindings";
import { format } from "~/lib/format";

import styles from "./mappings.module.css";

/** The grid tells rows apart by a number; a mapping has none, so it is given one when it is first seen. */
export type MappingRow = Mapping & { id: number };

export type MappingActs = {
  edit: (mapping: Mapping) => void;
  remove: (mapping: Mapping) => Promise<void>;
  showOrders: (mapping: Mapping) => void;
};

export function mappingCommands(mapping: Mapping, acts: MappingActs): MenuEntry[] {
  const entries: MenuEntry[] = [
    { id: "edit", label: "Change", keys: "Enter", icon: <Pencil size={14} />, run: () => acts.edit(mapping) },
  ];
  // Where no line has the number there is nothing to show.
  if (mapping.orders_query !== null) {
    entries.push({
      id: "orders",
      label: "Show its orders",
      keys: "O",
      icon: <List size={14} />,
      run: () => acts.showOrders(mapping),
    });
  }
  entries.push({
    id: "delete",
    label: "Delete",
    keys: "Delete",
    icon: <Trash2 size={14} />,
    run: () => void acts.remove(mapping),
  });
  return entries;
}

export function mappingColumns(
  showOrders: MappingActs["showOrders"],
  onMenu: (row: MappingRow, button: HTMLElement) => void,
): Column<MappingRow, "number">[] {
  return [
    {
      id: "number",
      header: "ASIN or SKU",
      width: "150px",
      cell: (row) => (
        <bdi className={`${styles.strong} mono`} title={row.number}>
          {row.number}
        </bdi>
      ),
    },
    { id: "of", header: "Of", width: "120px", cell: (row) => (row.is_asin ? "Amazon" : "Other platforms") },
    {
      id: "set",
      header: "Set",
      width: "110px",
      cell: (row) => <bdi className={`${styles.strong} mono`}>{row.set_number}</bdi>,
    },
    { id: "condition", header: "Condition", width: "120px", cell: (row) => <bdi>{row.condition}</bdi> },
    {
      id: "title",
      header: "Newest line",
      width: "minmax(120px, 1fr)",
      cell: (row) => (
        <bdi className="ellipsis" title={row.title ?? undefined}>
          {row.title ?? "—"}
        </bdi>
      ),
    },
    { id: "free", header: "Free units", width: "90px", align: "end", cell: (row) => format.number(row.free_units) },
    {
      id: "lines",
      header: "Lines",
      width: "80px",
      align: "end",
      cell: (row) =>
        row.orders_query === null ? (
          <span className={styles.noLines} title="No order has this number yet">
            {format.number(row.lines)}
          </span>
        ) : (
          <Button
            look="quiet"
            small
            tabIndex={-1}
            title={`Show the orders with ${row.number}`}
            onClick={(event) => {
              event.stopPropagation();
              showOrders(row);
            }}
          >
            {format.number(row.lines)}
          </Button>
        ),
    },
    {
      id: "menu",
      header: "",
      width: "44px",
      align: "end",
      cell: (row) => (
        <IconButton
          label={`Menu of the mapping of ${row.number}`}
          aria-haspopup="menu"
          tabIndex={-1}
          data-row-menu={row.id}
          onClick={(event) => {
            // The row opens its mapping on a click; a click on its menu must not.
            event.stopPropagation();
            onMenu(row, event.currentTarget);
          }}
        >
          <Ellipsis size={15} />
        </IconButton>
      ),
    },
  ];
}

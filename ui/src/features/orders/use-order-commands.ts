/** The commands of a page of orders: its keys, and what the palette offers there. */
import type { RefObject } from "react";

import type { GridHandle } from "~/components/data-grid";
import { useCommands, type Command } from "~/components/keys";
import type { RowPicker } from "~/components/picked";
import type { OrderRow, SortKey } from "~/lib/bindings";

import type { RowActions } from "./row-menu";
import { chooseStatus } from "./use-chosen";

type Page = {
  grid: RefObject<GridHandle | null>;
  input: RefObject<HTMLInputElement | null>;
  query: string;
  total: number;
  active: number | null;
  row: OrderRow | undefined;
  rowAt: (position: number) => OrderRow | undefined;
  setActive: (position: number) => void;
  picker: RowPicker;
  actions: RowActions;
  isOpen: boolean;
  peek: (row: OrderRow) => void;
  close: () => void;
  onQuery: (query: string) => void;
  onSort: (key: SortKey) => void;
  pickList: () => void;
  confirm: () => void;
};

const SORTS: readonly [SortKey, string][] = [
  ["date", "Sort by date"],
  ["updated", "Sort by last change"],
  ["ship_by", "Sort by ship-by time"],
  ["total", "Sort by total"],
  ["order_id", "Sort by order id"],
];

const STATUSES = ["pending", "paid", "shipped", "completed", "cancelled"] as const;

export function useOrderCommands(page: Page): void {
  const { grid, input, row, active, picker, actions, query, onQuery } = page;
  const withRow = (act: (row: OrderRow) => void) => () => {
    if (row !== undefined) act(row);
  };
  const step = (by: number) => () => {
    if (page.total === 0) return;
    const next = Math.max(0, Math.min(page.total - 1, (active ?? -1) + by));
    grid.current?.reveal(next);
    grid.current?.focus();
    page.setActive(next);
    const there = page.rowAt(next);
    if (page.isOpen && there !== undefined) page.peek(there);
  };
  const search = () => {
    input.current?.focus();
    input.current?.select();
  };
  // One thing at a time: the drawer, then the selection, then the filter.
  const escape = () => {
    if (page.isOpen) page.close();
    else if (picker.count > 0) picker.clear();
    else onQuery("");
  };
  const some = row !== undefined;
  /** What the table does with a key of its own. */
  const inGrid = (id: string, label: string, keys: string, key = keys, when = some): Command => ({
    id,
    label,
    keys,
    group: "Orders",
    heard: true,
    when,
    run: () => grid.current?.press(key),
  });
  const commands: Command[] = [
    { id: "search", label: "Search", keys: "/", group: "Orders", run: search },
    { id: "next", label: "Next order", keys: "j or ArrowDown", group: "Orders", run: step(1) },
    { id: "previous", label: "Previous order", keys: "k or ArrowUp", group: "Orders", run: step(-1) },
    inGrid("open", "View details", "Enter"),
    inGrid("peek", "Look at the order and stay in the table", "Space", " "),
    inGrid("menu", "Menu of the order", "Shift F10 or ContextMenu", "ContextMenu"),
    inGrid("first", "First order", "Home", "Home", page.total > 0),
    inGrid("last", "Last order", "End", "End", page.total > 0),
    inGrid("cells", "Move over the cells, Enter presses", "ArrowLeft or ArrowRight", "ArrowRight", page.total > 0),
    {
      id: "pick",
      label: "Select the order",
      keys: "x",
      group: "Orders",
      when: some,
      run: withRow((there) => picker.toggle(there.id, active ?? 0)),
    },
    {
      id: "pick-range",
      label: "Select up to here",
      keys: "Shift x",
      group: "Orders",
      when: some,
      run: () => picker.extend(active ?? 0),
    },
    {
      id: "pick-all",
      label: "Select all matching orders",
      keys: "Ctrl a",
      group: "Orders",
      when: page.total > 0,
      run: picker.all,
    },
    { id: "clear", label: "Close, deselect or clear the filter", keys: "Escape", group: "Orders", run: escape },
    { id: "pick-list", label: "Pick list", keys: "p", group: "Orders", words: "print", run: page.pickList },
    {
      id: "confirm",
      label: "Confirm orders processed",
      keys: "c",
      group: "Orders",
      words: "complete archive",
      run: page.confirm,
    },
    { id: "match", label: "Link items", keys: "m", group: "Orders", when: some, run: withRow(actions.triage) },
    {
      id: "amazon",
      label: "View on Amazon",
      keys: "o",
      group: "Orders",
      when: row?.platform === "amazon",
      run: withRow(actions.openOnAmazon),
    },
    { id: "copy", label: "Copy order id", keys: "y", group: "Orders", when: some, run: withRow(actions.copyId) },
    { id: "show-all", label: "Show all orders", group: "View", run: () => onQuery("") },
    ...STATUSES.map((status): Command => ({
      id: `show-${status}`,
      label: `Show ${status} orders`,
      group: "View",
      run: () => void chooseStatus(query, status).then(onQuery),
    })),
    ...SORTS.map(([key, label]): Command => ({ id: `sort-${key}`, label, group: "View", run: () => page.onSort(key) })),
  ];
  useCommands(commands);
}

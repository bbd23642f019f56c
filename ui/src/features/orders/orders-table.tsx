/** The table of one list: its columns by choice or window width, the boxes to pick rows, and the menu of a row. */
import { useCallback, useMemo, useState, type ReactNode, type Ref } from "react";

import { DataGrid, type GridHandle } from "~/components/data-grid";
import { AnchoredMenu } from "~/components/menu";
import type { ListState, PagedList } from "~/components/paged-list";
import { isPicked, type RowPicker } from "~/components/picked";
import type { Density, OrderRow, OrderRowId, Sort, SortKey } from "~/lib/bindings";
import { format } from "~/lib/format";

import { columnsFor, shownColumns } from "./columns";
import type { TableLook } from "./filter-menus";
import { rowCommands, type RowActions } from "./row-menu";

const ROW_HEIGHTS: Record<Density, number> = { compact: 26, normal: 34, comfortable: 42 };

/** Rows drawn as bones while the very first page is read. */
const BONES = 12;

type Props = {
  list: PagedList<OrderRow> | null;
  state: ListState;
  /** The list that was asked for cannot be shown, and there is none before it. */
  refused: boolean;
  busy: boolean;
  now: number;
  look: TableLook;
  width: number;
  sort: Sort;
  onSort: (key: SortKey) => void;
  active: number | null;
  onActive: (position: number) => void;
  actions: RowActions;
  onPeek: (row: OrderRow) => void;
  picker: RowPicker;
  openId: OrderRowId | null;
  /** Shown where there are no rows. */
  empty: ReactNode;
  ref: Ref<GridHandle>;
};

const noRow = () => undefined;
const nowhere = () => {};

export function OrdersTable(props: Props) {
  const { list, state, now, look, width, actions, openId, picker } = props;
  const [menu, setMenu] = useState<{ row: OrderRow; button: HTMLElement } | null>(null);
  const openMenu = useCallback(
    (row: OrderRow, button: HTMLElement) => setMenu((open) => (open?.button === button ? null : { row, button })),
    [],
  );
  const columns = useMemo(
    () => columnsFor(shownColumns(width, look.columns), now, actions, openMenu),
    [width, look.columns, now, actions, openMenu],
  );
  const isOpen = useCallback((row: OrderRow) => row.id === openId, [openId]);
  const openMenuByKey = useCallback((row: OrderRow) => {
    document.querySelector<HTMLElement>(`[data-row-menu="${row.id}"]`)?.click();
  }, []);

  const rows = list !== null ? state.total : props.refused ? 0 : BONES;
  const all = picker.count > 0 && picker.count >= rows;
  return (
    <DataGrid<OrderRow, SortKey>
      ref={props.ref}
      testId="orders-table"
      label="Orders"
      columns={columns}
      rows={rows}
      exact={state.exact}
      rowHeight={ROW_HEIGHTS[look.density]}
      rowAt={list?.rowAt ?? noRow}
      onRange={list?.look ?? nowhere}
      sort={props.sort}
      onSort={props.onSort}
      active={props.active}
      onActive={props.onActive}
      onOpen={actions.open}
      onPeek={props.onPeek}
      isOpen={isOpen}
      onMenu={openMenuByKey}
      picking={{
        isPicked: (row) => isPicked(picker.picked, row.id),
        onToggle: (row, position) => picker.toggle(row.id, position),
        onExtend: picker.extend,
        head: picker.count === 0 ? "none" : all ? "all" : "some",
        onHead: picker.count > 0 ? picker.clear : picker.all,
        headLabel: picker.count > 0 ? "Clear the selection" : `Select all ${format.number(state.total)} orders`,
        rowLabel: (row) => `Select order ${row.platform_order_id}`,
      }}
      busy={props.busy}
      overlay={
        <>
          <AnchoredMenu
            anchor={menu?.button ?? null}
            label={menu === null ? "" : `Order ${menu.row.platform_order_id}`}
            entries={menu === null ? [] : rowCommands(menu.row, actions)}
            onClose={() => setMenu(null)}
            returnTo={() => menu?.button.closest<HTMLElement>("[role=grid]") ?? null}
          />
          {rows === 0 && props.empty}
        </>
      }
    />
  );
}

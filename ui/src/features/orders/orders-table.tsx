/** The table of one list: its columns by window width, the pill of what waits, and what to do when nothing is found. */
import { useCallback, useMemo, useState, useSyncExternalStore, type Ref } from "react";

import { Button } from "~/components/button";
import { AnchoredMenu } from "~/components/menu";
import { DataGrid, type GridHandle } from "~/components/data-grid";
import type { ListState, PagedList } from "~/components/paged-list";
import type { Density, OrderRow, OrderRowId, Sort, SortKey } from "~/lib/bindings";

import { columnsFor } from "./columns";
import styles from "./orders-page.module.css";
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
  density: Density;
  sort: Sort;
  onSort: (key: SortKey) => void;
  active: number | null;
  onActive: (position: number) => void;
  actions: RowActions;
  openId: OrderRowId | null;
  onClear: () => void;
  ref: Ref<GridHandle>;
};

function useWindowWidth(): number {
  const subscribe = useCallback((changed: () => void) => {
    window.addEventListener("resize", changed);
    return () => window.removeEventListener("resize", changed);
  }, []);
  return useSyncExternalStore(subscribe, () => window.innerWidth);
}

const noRow = () => undefined;
const nowhere = () => {};

export function OrdersTable(props: Props) {
  const { list, state, now, density, sort, actions, openId } = props;
  const width = useWindowWidth();
  const [menu, setMenu] = useState<{ row: OrderRow; button: HTMLElement } | null>(null);
  const openMenu = useCallback(
    (row: OrderRow, button: HTMLElement) => setMenu((open) => (open?.button === button ? null : { row, button })),
    [],
  );
  const columns = useMemo(() => columnsFor(width, now, openMenu), [width, now, openMenu]);
  const isOpen = useCallback((row: OrderRow) => row.id === openId, [openId]);
  const openMenuByKey = useCallback((row: OrderRow) => {
    document.querySelector<HTMLElement>(`[data-row-menu="${row.id}"]`)?.click();
  }, []);

  const rows = list !== null ? state.total : props.refused ? 0 : BONES;
  return (
    <DataGrid<OrderRow, SortKey>
      ref={props.ref}
      testId="orders-table"
      label="Orders"
      columns={columns}
      rows={rows}
      exact={state.exact}
      rowHeight={ROW_HEIGHTS[density]}
      rowAt={list?.rowAt ?? noRow}
      onRange={list?.look ?? nowhere}
      sort={sort}
      onSort={props.onSort}
      active={props.active}
      onActive={props.onActive}
      onOpen={actions.open}
      isOpen={isOpen}
      onMenu={openMenuByKey}
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
          {rows === 0 && (
            <div className={styles.nothing} data-testid="nothing-found">
              <strong>{list === null ? "Nothing to show" : "Nothing found"}</strong>
              <p>
                {list === null
                  ? "The filter could not be used."
                  : "No order matches the filter. Words are looked for in order id, SKU, ASIN and title."}
              </p>
              <Button onClick={props.onClear}>Clear the filter</Button>
            </div>
          )}
        </>
      }
    />
  );
}

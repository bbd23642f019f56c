/** The table of one list: its columns by window width, the pill of what waits, and what to do when nothing is found. */
import { useCallback, useMemo, useSyncExternalStore, type Ref } from "react";

import { Button } from "~/components/button";
import { DataGrid, type GridHandle } from "~/components/data-grid";
import type { Density, OrderRow, OrderRowId, Sort, SortKey } from "~/lib/bindings";
import { format } from "~/lib/format";

import { columnsFor } from "./columns";
import type { ListState, OrderList } from "./order-list";
import styles from "./orders-page.module.css";
import type { RowActions } from "./row-menu";

const ROW_HEIGHTS: Record<Density, number> = { compact: 26, normal: 34, comfortable: 42 };

/** Rows drawn as bones while the very first page is read. */
const BONES = 12;

type Props = {
  list: OrderList | null;
  state: ListState;
  busy: boolean;
  now: number;
  density: Density;
  sort: Sort;
  onSort: (key: SortKey) => void;
  active: number | null;
  onActive: (position: number) => void;
  actions: RowActions;
  openId: OrderRowId | null;
  onApply: () => void;
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
  const columns = useMemo(() => columnsFor(width, now, actions), [width, now, actions]);
  const isOpen = useCallback((row: OrderRow) => row.id === openId, [openId]);
  const openMenu = useCallback((row: OrderRow) => {
    document.querySelector<HTMLElement>(`[data-row-menu="${row.id}"]`)?.click();
  }, []);

  const found = list === null || state.total > 0;
  return (
    <DataGrid<OrderRow, SortKey>
      ref={props.ref}
      testId="orders-table"
      label="Orders"
      columns={columns}
      rows={list === null ? BONES : state.total}
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
      onMenu={openMenu}
      busy={props.busy}
      overlay={
        <>
          {state.waiting !== null && (
            <button type="button" className={styles.pill} onClick={props.onApply}>
              {waitingText(state.waiting)}
            </button>
          )}
          {!found && (
            <div className={styles.nothing} data-testid="nothing-found">
              <strong>Nothing found</strong>
              <p>No order matches the filter. Words are looked for in order id, SKU, ASIN and title.</p>
              <Button onClick={props.onClear}>Clear the filter</Button>
            </div>
          )}
        </>
      }
    />
  );
}

function waitingText(count: number): string {
  if (count === 0) return "↑ Show the changed list";
  return count === 1 ? "↑ 1 new order" : `↑ ${format.number(count)} new orders`;
}

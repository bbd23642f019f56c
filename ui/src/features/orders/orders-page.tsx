/**
 * Orders: cards, drop-downs and query bar write the URL, the URL is the filter, the table shows what it asks for.
 *
 * What other features add to the page (views, matching, the sync button, what to show without an account) comes in from
 * outside.
 */
import { useQuery } from "@tanstack/react-query";
import { lazy, Suspense, useCallback, useLayoutEffect, useMemo, useRef, useState, type ReactNode } from "react";

import { useActiveRow } from "~/components/active-row";
import { Button } from "~/components/button";
import type { GridHandle } from "~/components/data-grid";
import { FailureNotice } from "~/components/notice";
import { useRowPicker } from "~/components/picked";
import { useWindowWidth } from "~/components/use-window-width";
import { useCalm, WaitingPill } from "~/components/waiting-rows";
import type { OrderRow, OrderSelection, Platform, SortKey } from "~/lib/bindings";
import { useNow } from "~/lib/clock";
import { counted, format } from "~/lib/format";
import { queries } from "~/lib/query";

import type { DeskActs } from "./desk-acts";
import { nextSort, readSort, writeSort, type OrdersSearch } from "./filter";
import { ColumnsMenu, MatchMenu, StatusMenu, type TableLook } from "./filter-menus";
import styles from "./orders-page.module.css";
import { OrdersTable } from "./orders-table";
import { PlatformMenu } from "./platform-menu";
import { QueryBar } from "./query-bar";
import type { MatchActions } from "./row-menu";
import { StatusCards } from "./status-cards";
import { useOrderCommands } from "./use-order-commands";
import { useOrderList } from "./use-order-list";
import { useRowActions } from "./use-row-actions";

// Loaded when the first order is opened or selected, or when there is none.
const OrderDrawer = lazy(() => import("./order-drawer"));
const EmptyList = lazy(() => import("./empty-list"));
const BulkBar = lazy(() => import("./bulk-bar"));

export type OrdersPageProps = {
  platform: Platform | null;
  search: OrdersSearch;
  /** Writes the URL; `replace` where Back should not come here. */
  onSearch: (search: OrdersSearch, replace: boolean) => void;
  /** Goes to all platforms or to one, keeping the filter. */
  onPlatform: (platform: Platform | null) => void;
  look: TableLook;
  onLook: (look: Partial<TableLook>) => void;
  matching: MatchActions;
  /** Pick list and confirmation. */
  desk: DeskActs;
  /** Buttons of the page head. */
  actions?: ReactNode;
  /** The way to the pick lists. */
  lists?: ReactNode;
  /** News above the cards. */
  notice?: ReactNode;
  /** A card for each platform. */
  platforms?: ReactNode;
  /** The row of saved views. */
  views?: ReactNode;
  /** Shown instead of the table while there is not one order. */
  empty?: ReactNode;
};

export function OrdersPage(props: OrdersPageProps) {
  const { platform, search, onSearch, look } = props;
  const query = search.q ?? "";
  const { sort: sortText } = search;
  const sort = useMemo(() => readSort(sortText), [sortText]);
  const openId = search.order === undefined ? null : Number(search.order);

  const now = useNow(30_000);
  const width = useWindowWidth();
  const grid = useRef<GridHandle>(null);
  const input = useRef<HTMLInputElement>(null);
  const [active, setActive] = useState<number | null>(null);
  /** The open order is only looked at: the keys stay with the table. */
  const [peeking, setPeeking] = useState(false);

  const { calm, pointer } = useCalm(grid, openId === null);
  const shown = useOrderList({ query, platform, sort }, calm);
  const counts = useQuery(queries.counts(platform));
  const { list, state, refused } = shown;

  useActiveRow(list, active, setActive);

  // Another list begins at its top; the same list, read again, stays where it is.
  useLayoutEffect(() => grid.current?.reveal(0), [list]);

  const set = (change: OrdersSearch, replace = false) => onSearch({ ...search, ...change }, replace);
  const filter = (text: string, typing = false) => {
    setActive(null);
    set({ q: text === "" ? undefined : text }, typing);
  };
  const sortBy = (key: SortKey) => {
    setActive(null);
    set({ sort: writeSort(nextSort(sort, key)) });
  };
  const show = useCallback(
    (row: OrderRow, peek: boolean) => {
      setPeeking(peek);
      onSearch({ ...search, order: String(row.id) }, true);
    },
    [onSearch, search],
  );
  const open = useCallback((row: OrderRow) => show(row, false), [show]);
  const close = () => set({ order: undefined }, true);
  const actions = useRowActions(open, props.matching, props.desk);
  const picker = useRowPicker(`${platform} ${sortText} ${query}`, state.total, list);
  const selection = useMemo<OrderSelection>(() => {
    const { picked } = picker;
    if (!picked.all) return { ids: [...picked.ids] };
    return { matching: { query, platform, account: null, except: [...picked.except] } };
  }, [picker, query, platform]);

  // Over what is picked, else over all that the page is about.
  const { desk } = props;
  const target = picker.count > 0 ? selection : null;
  const pickList = () => desk.pick(target);
  const confirm = () => desk.confirm(target);

  useOrderCommands({
    grid,
    input,
    query,
    total: state.total,
    active,
    row: active === null ? undefined : list?.rowAt(active),
    rowAt: (position) => list?.rowAt(position),
    setActive,
    picker,
    actions,
    isOpen: openId !== null,
    peek: (row) => show(row, true),
    close,
    onQuery: filter,
    onSort: sortBy,
    pickList,
    confirm,
  });

  const applyWaiting = () => {
    grid.current?.reveal(0);
    setActive(null);
    void list?.apply();
  };
  const clearFilter = () => {
    filter("");
    input.current?.focus();
  };

  const nothingAtAll = counts.data?.all === 0 && list !== null && state.total === 0 && query === "";
  const failure = refused !== null && refused.code !== "bad_query" ? refused : list === null ? null : state.failure;
  return (
    <div className={styles.page}>
      <header className={styles.head}>
        <PlatformMenu platform={platform} onPlatform={props.onPlatform} />
        <div className={styles.actions}>
          {counts.data !== undefined && counts.data.all > 0 && (
            <HeadButtons lists={props.lists} picked={picker.count} onPick={pickList} onConfirm={confirm} />
          )}
          {props.actions}
        </div>
      </header>
      {props.notice}
      {props.platforms}
      {nothingAtAll && props.empty !== undefined ? (
        <div className={styles.empty}>{props.empty}</div>
      ) : (
        <>
          <StatusCards counts={counts.data} query={query} onQuery={filter} />
          <div className={styles.views}>
            {props.views}
            <WaitingPill waiting={state.waiting} noun="order" onShow={applyWaiting} />
          </div>
          <QueryBar
            query={query}
            onQuery={filter}
            refused={refused}
            input={input}
            count={list === null ? null : countOf(state.total, state.exact)}
          >
            <StatusMenu query={query} onQuery={filter} />
            <MatchMenu query={query} onQuery={filter} />
            <ColumnsMenu look={look} width={width} onLook={props.onLook} />
          </QueryBar>
          {failure !== null && (
            <div className={styles.notice}>
              <FailureNotice error={failure} onAgain={refused === null ? list?.retry : shown.retry} />
            </div>
          )}
          <div className={styles.table} {...pointer(list)}>
            <OrdersTable
              ref={grid}
              list={list}
              state={state}
              refused={refused !== null}
              busy={shown.busy}
              now={now}
              look={look}
              width={width}
              sort={sort}
              onSort={sortBy}
              active={active}
              onActive={setActive}
              actions={actions}
              onPeek={(row) => (row.id === openId ? close() : show(row, true))}
              picker={picker}
              openId={openId}
              empty={
                <Suspense>
                  <EmptyList
                    query={query}
                    platform={platform}
                    now={now}
                    refused={list === null}
                    onClear={clearFilter}
                  />
                </Suspense>
              }
            />
            {openId !== null && (
              <Suspense>
                <OrderDrawer id={openId} now={now} actions={actions} takeFocus={!peeking} onClose={close} />
              </Suspense>
            )}
          </div>
          {picker.count > 0 && (
            <Suspense>
              <BulkBar
                selection={selection}
                count={picker.count}
                total={state.total}
                exact={state.exact}
                onClear={picker.clear}
                desk={desk}
              />
            </Suspense>
          )}
        </>
      )}
    </div>
  );
}

function HeadButtons(props: { lists: ReactNode; picked: number; onPick: () => void; onConfirm: () => void }) {
  const of = props.picked === 0 ? "" : ` of the ${counted(props.picked, "selected order")}`;
  return (
    <>
      {props.lists}
      <Button data-testid="pick-list" aria-keyshortcuts="p" title={`Pick list${of}`} onClick={props.onPick}>
        Pick list <kbd aria-hidden>P</kbd>
      </Button>
      <Button
        data-testid="confirm-processed"
        aria-keyshortcuts="c"
        title={`Confirm orders processed${of}`}
        onClick={props.onConfirm}
      >
        Confirm processed <kbd aria-hidden>C</kbd>
      </Button>
    </>
  );
}

function countOf(total: number, exact: boolean): string {
  const number = exact ? format.number(total) : `at least ${format.number(total)}`;
  return total === 1 && exact ? "1 order" : `${number} orders`;
}

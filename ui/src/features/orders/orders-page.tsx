/**
 * Orders: cards and query bar write the URL, the URL is the filter, the table shows what it asks for.
 *
 * What other features add to the page (the sync button, what to show without an account) comes in from outside.
 */
import { useQuery } from "@tanstack/react-query";
import { ChevronDown } from "lucide-react";
import { lazy, Suspense, useCallback, useLayoutEffect, useMemo, useRef, useState, type ReactNode } from "react";

import { IconButton } from "~/components/button";
import type { GridHandle } from "~/components/data-grid";
import { useCommands } from "~/components/keys";
import { Menu } from "~/components/menu";
import { FailureNotice } from "~/components/notice";
import { useToast } from "~/components/toast";
import type { Density, OrderRow, Platform } from "~/lib/bindings";
import { copyText } from "~/lib/clipboard";
import { useNow } from "~/lib/clock";
import { explain } from "~/lib/explain";
import { format } from "~/lib/format";
import { backend, Failure } from "~/lib/ipc";
import { queries } from "~/lib/query";

import { nextSort, readSort, withStatus, writeSort, type OrdersSearch } from "./filter";
import styles from "./orders-page.module.css";
import { OrdersTable } from "./orders-table";
import { QueryBar } from "./query-bar";
import type { RowActions } from "./row-menu";
import { StatusCards } from "./status-cards";
import { useOrderList } from "./use-order-list";

// Loaded when the first order is opened.
const OrderDrawer = lazy(() => import("./order-drawer"));

export type OrdersPageProps = {
  platform: Platform | null;
  search: OrdersSearch;
  /** Writes the URL; `replace` where Back should not come here. */
  onSearch: (search: OrdersSearch, replace: boolean) => void;
  /** Goes to all platforms or to one, keeping the filter. */
  onPlatform: (platform: Platform | null) => void;
  density: Density;
  /** Buttons of the page head. */
  actions?: ReactNode;
  /** News above the cards. */
  notice?: ReactNode;
  /** Shown instead of the table while there is not one order. */
  empty?: ReactNode;
};

export function OrdersPage(props: OrdersPageProps) {
  const { platform, search, onSearch, onPlatform, density } = props;
  const query = search.q ?? "";
  const { sort: sortText } = search;
  const sort = useMemo(() => readSort(sortText), [sortText]);
  const openId = search.order === undefined ? null : Number(search.order);

  const now = useNow(30_000);
  const toast = useToast();
  const grid = useRef<GridHandle>(null);
  const input = useRef<HTMLInputElement>(null);
  const pointerInside = useRef(false);
  const [active, setActive] = useState<number | null>(null);

  const calm = useCallback(
    () =>
      openId === null &&
      !pointerInside.current &&
      (grid.current === null || (grid.current.isAtTop() && !grid.current.hasFocus())),
    [openId],
  );
  const shown = useOrderList({ query, platform, sort }, calm);
  const counts = useQuery(queries.counts(platform));
  const { list, state, refused } = shown;

  // Another list begins at its top; the same list, read again, stays where it is.
  useLayoutEffect(() => grid.current?.reveal(0), [list]);

  const set = (change: OrdersSearch, replace = false) => onSearch({ ...search, ...change }, replace);
  const filter = (text: string, typing = false) => {
    setActive(null);
    set({ q: text === "" ? undefined : text }, typing);
  };
  const actions = useMemo<RowActions>(
    () => ({
      open: (row) => onSearch({ ...search, order: String(row.id) }, true),
      openOnAmazon: (row) =>
        void backend.openOnAmazon(row.id).catch((thrown: unknown) => {
          const failure = Failure.from(thrown);
          toast({
            text: "The order could not be opened",
            detail: `${explain(failure).title}. ${failure.message}`,
            tone: "bad",
          });
        }),
      copyId: (row) => void copyText(row.platform_order_id).then(() => toast({ text: "Order id copied" })),
    }),
    [onSearch, search, toast],
  );

  const withRow = (act: (row: OrderRow) => void) => {
    const row = active === null ? undefined : list?.rowAt(active);
    if (row !== undefined) act(row);
  };
  const step = (by: number) => {
    if (state.total === 0) return;
    const next = Math.max(0, Math.min(state.total - 1, (active ?? -1) + by));
    grid.current?.reveal(next);
    grid.current?.focus();
    setActive(next);
    const row = list?.rowAt(next);
    if (openId !== null && row !== undefined) actions.open(row);
  };
  const focusSearch = () => {
    input.current?.focus();
    input.current?.select();
  };
  useCommands([
    { id: "search", label: "Search", keys: "/", group: "Orders", run: focusSearch },
    { id: "next", label: "Next order", keys: "j or ArrowDown", group: "Orders", run: () => step(1) },
    { id: "previous", label: "Previous order", keys: "k or ArrowUp", group: "Orders", run: () => step(-1) },
    { id: "open", label: "View details", keys: "Enter", group: "Orders" },
    { id: "ends", label: "First or last order", keys: "Home or End", group: "Orders" },
    { id: "amazon", label: "View on Amazon", keys: "o", group: "Orders", run: () => withRow(actions.openOnAmazon) },
    { id: "copy", label: "Copy order id", keys: "y", group: "Orders", run: () => withRow(actions.copyId) },
    { id: "show-all", label: "Show all orders", group: "View", run: () => filter("") },
    { id: "show-paid", label: "Show paid orders", group: "View", run: () => filter(withStatus(query, "paid")) },
  ]);

  const applyWaiting = () => {
    grid.current?.reveal(0);
    setActive(null);
    void list?.apply();
  };
  const clearFilter = () => {
    filter("");
    input.current?.focus();
  };

  const name = platform === "amazon" ? "Amazon orders" : "All orders";
  const nothingAtAll = counts.data?.all === 0 && list !== null && state.total === 0 && query === "";
  const wrongQuery = refused?.code === "bad_query" ? refused : null;
  return (
    <div className={styles.page}>
      <header className={styles.head}>
        <h1>{name}</h1>
        <Menu
          label="Platform"
          trigger={
            <IconButton label="Choose the platform">
              <ChevronDown size={15} />
            </IconButton>
          }
          entries={[
            { id: "all", label: "All platforms", chosen: platform === null, run: () => onPlatform(null) },
            { id: "amazon", label: "Amazon", chosen: platform === "amazon", run: () => onPlatform("amazon") },
          ]}
        />
        <div className={styles.actions}>{props.actions}</div>
      </header>
      {props.notice}
      {nothingAtAll && props.empty !== undefined ? (
        <div className={styles.empty}>{props.empty}</div>
      ) : (
        <>
          <StatusCards counts={counts.data} query={query} onQuery={filter} />
          <QueryBar
            query={query}
            onQuery={filter}
            refused={refused}
            input={input}
            count={list === null ? null : countOf(state.total, state.exact)}
            waiting={
              state.waiting !== null && (
                <button type="button" className={styles.pill} onClick={applyWaiting} data-testid="new-orders">
                  {waitingText(state.waiting)}
                </button>
              )
            }
          />
          {refused !== null && wrongQuery === null && (
            <div className={styles.notice}>
              <FailureNotice error={refused} onAgain={shown.retry} />
            </div>
          )}
          {state.failure !== null && list !== null && (
            <div className={styles.notice}>
              <FailureNotice error={state.failure} onAgain={list.retry} />
            </div>
          )}
          <div
            className={styles.table}
            onPointerEnter={() => (pointerInside.current = true)}
            onPointerLeave={() => {
              pointerInside.current = false;
              if (state.waiting !== null && calm()) void list?.apply();
            }}
          >
            <OrdersTable
              list={list}
              state={state}
              refused={refused !== null}
              busy={shown.busy}
              now={now}
              density={density}
              sort={sort}
              onSort={(key) => {
                setActive(null);
                set({ sort: writeSort(nextSort(sort, key)) });
              }}
              active={active}
              onActive={setActive}
              actions={actions}
              openId={openId}
              onClear={clearFilter}
              ref={grid}
            />
            {openId !== null && (
              <Suspense>
                <OrderDrawer id={openId} now={now} actions={actions} onClose={() => set({ order: undefined }, true)} />
              </Suspense>
            )}
          </div>
        </>
      )}
    </div>
  );
}

function waitingText(count: number): string {
  if (count === 0) return "↑ Show the changed list";
  return count === 1 ? "↑ 1 new order" : `↑ ${format.number(count)} new orders`;
}

function countOf(total: number, exact: boolean): string {
  const number = exact ? format.number(total) : `over ${format.number(total)}`;
  return total === 1 && exact ? "1 order" : `${number} orders`;
}

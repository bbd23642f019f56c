/**
 * Puts the pages of orders together: the list from `orders`, its views from `views`, matching from `matching`, its buttons
 * and news from `sync`, `accounts` and `demo`.
 */
import { useQuery } from "@tanstack/react-query";
import { Link, useNavigate, useSearch } from "@tanstack/react-router";
import { lazy, Suspense, useCallback, useMemo } from "react";

import { buttonClass } from "~/components/button";
import { NotConfiguredNotice } from "~/features/accounts/not-configured";
import { useMatching } from "~/features/matching/use-matching";
import { ordersPlace, readSort, writeSort, type OrdersSearch } from "~/features/orders/filter";
import { OrdersPage } from "~/features/orders/orders-page";
import { usePreferences } from "~/features/settings/use-preferences";
import { SyncButton } from "~/features/sync/sync-button";
import { SyncNotice } from "~/features/sync/sync-notice";
import { ViewsRow } from "~/features/views/views-row";
import type { AppInfo, Platform } from "~/lib/bindings";
import { queries } from "~/lib/query";

import { useDeskActs } from "./use-desk-acts";

// The window opens on Amazon's orders; what only the other pages show is loaded there.
const PlatformCards = lazy(() => import("./platform-cards"));
const NoAmazonOrders = lazy(() => import("./no-orders"));
const NoFileOrders = lazy(() => import("./no-file-orders"));
const ImportOrders = lazy(() => import("./import-orders"));

/** Nothing to sync, nothing configured: the page says so. */
const isUnconnected = (app: AppInfo | undefined) => app !== undefined && app.accounts === 0 && !app.demo;

/** The orders of the page at `/orders` are those of all platforms, or of the one that has no page of its own. */
export function OrdersRoute({ page }: { page: Extract<Platform, "amazon" | "ebay"> | null }) {
  const search = useSearch({ strict: false }) as OrdersSearch;
  const navigate = useNavigate();
  const { data: app } = useQuery(queries.app);
  const { preferences, set } = usePreferences();

  const platform = page ?? search.platform ?? null;
  const query = search.q ?? "";
  const { sort: sortText } = search;
  const sort = useMemo(() => readSort(sortText), [sortText]);
  const matching = useMatching({ query, platform, sort });
  const desk = useDeskActs();
  const { actsOf } = desk;
  const acts = useMemo(() => actsOf(platform), [actsOf, platform]);
  const onSearch = useCallback(
    (next: OrdersSearch, replace: boolean) => void navigate({ ...ordersPlace(platform, next), replace }),
    [navigate, platform],
  );
  const unconnected = isUnconnected(app);
  const look = useMemo(
    () => ({ density: preferences.density, columns: preferences.columns }),
    [preferences.density, preferences.columns],
  );
  const syncs = platform === null || platform === "amazon";
  return (
    <>
      <OrdersPage
        key={platform ?? "all"}
        platform={platform}
        search={search}
        onSearch={onSearch}
        onPlatform={(next) => void navigate(ordersPlace(next, { ...search, order: undefined }))}
        look={look}
        onLook={(change) =>
          set({
            ...change,
            columns: change.columns === undefined ? preferences.columns : (change.columns?.slice() ?? null),
          })
        }
        matching={matching.actions}
        desk={acts}
        actions={<HeadActions app={app} platform={platform} />}
        lists={
          <Link to="/orders/pick-lists" className={buttonClass("quiet")}>
            Pick lists
          </Link>
        }
        notice={!syncs ? null : unconnected ? <NoticeIfOrders platform={platform} /> : <SyncNotice />}
        platforms={
          platform === null && (
            <Suspense>
              <PlatformCards desk={actsOf("amazon")} />
            </Suspense>
          )
        }
        views={
          <ViewsRow
            platform={platform}
            query={query}
            sort={sort}
            onChoose={(q, chosen) =>
              onSearch({ ...search, q: q === "" ? undefined : q, sort: writeSort(chosen) }, false)
            }
          />
        }
        empty={<NoOrders app={app} platform={platform} />}
      />
      {matching.dialogs}
      {desk.dialogs}
    </>
  );
}

/** Orders come by sync, or from files. */
function HeadActions({ app, platform }: { app: AppInfo | undefined; platform: Platform | null }) {
  if (platform === "ebay" || platform === "bricqer") {
    return (
      <Suspense>
        <ImportOrders platform={platform} />
      </Suspense>
    );
  }
  return isUnconnected(app) ? null : <SyncButton disabled={app?.problem?.code === "read_only"} />;
}

/** What stands on a page without one order. */
function NoOrders({ app, platform }: { app: AppInfo | undefined; platform: Platform | null }) {
  if (app === undefined) return null;
  if (platform === "ebay" || platform === "bricqer") {
    return (
      <Suspense>
        <NoFileOrders platform={platform} />
      </Suspense>
    );
  }
  return (
    <Suspense>
      <NoAmazonOrders connected={!isUnconnected(app)} />
    </Suspense>
  );
}

/** Without an account and without orders the page says it all; with orders one line above them does. */
function NoticeIfOrders({ platform }: { platform: Platform | null }) {
  const { data: counts } = useQuery(queries.counts(platform));
  // Part of the first picture, so not loaded later: what came then would push the rows down.
  return counts !== undefined && counts.all > 0 ? <NotConfiguredNotice /> : null;
}

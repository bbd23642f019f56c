/** Puts the orders page together: its list from `orders`, its buttons and news from `sync`, `accounts` and `demo`. */
import { useQuery } from "@tanstack/react-query";
import { useCallback } from "react";
import { useNavigate, useSearch } from "@tanstack/react-router";

import { FirstRun, NotConfiguredNotice } from "~/features/accounts/first-run";
import { StartDemoButton } from "~/features/demo/demo-box";
import type { OrdersSearch } from "~/features/orders/filter";
import { OrdersPage } from "~/features/orders/orders-page";
import { usePreferences } from "~/features/settings/use-preferences";
import { FirstImport } from "~/features/sync/first-import";
import { SyncButton } from "~/features/sync/sync-button";
import { SyncNotice } from "~/features/sync/sync-notice";
import type { Platform } from "~/lib/bindings";
import { queries } from "~/lib/query";

export function OrdersRoute({ platform }: { platform: Extract<Platform, "amazon"> | null }) {
  const search = useSearch({ strict: false }) as OrdersSearch;
  const navigate = useNavigate();
  const { data: app } = useQuery(queries.app);
  const { preferences } = usePreferences();

  const to = platform === null ? "/orders" : "/orders/amazon";
  const onSearch = useCallback(
    (next: OrdersSearch, replace: boolean) => void navigate({ to, search: next, replace }),
    [navigate, to],
  );
  const unconnected = app !== undefined && app.accounts === 0 && !app.demo;
  return (
    <OrdersPage
      key={to}
      platform={platform}
      search={search}
      onSearch={onSearch}
      onPlatform={(next) =>
        void navigate({ to: next === null ? "/orders" : "/orders/amazon", search: { ...search, order: undefined } })
      }
      density={preferences.density}
      actions={unconnected ? null : <SyncButton disabled={app?.problem?.code === "read_only"} />}
      notice={unconnected ? <NoticeIfOrders platform={platform} /> : <SyncNotice />}
      empty={app === undefined ? null : unconnected ? <FirstRun demo={<StartDemoButton />} /> : <FirstImport />}
    />
  );
}

/** Without an account and without orders the page says it all; with orders one line above them does. */
function NoticeIfOrders({ platform }: { platform: Platform | null }) {
  const { data: counts } = useQuery(queries.counts(platform));
  return counts !== undefined && counts.all > 0 ? <NotConfiguredNotice /> : null;
}

/**
 * The cache of what the core answered: its keys, and the one place where a tag of the core meets the keys it makes stale.
 *
 * The data is local, so nothing is re-read by time or by focus: only the core's news do that. Secrets never come
 * here: they are arguments of a command and no answer carries one.
 */
import { keepPreviousData, QueryClient, queryOptions, type QueryKey } from "@tanstack/react-query";
import { useEffect, useEffectEvent } from "react";

import type { AppInfo, CacheTag, FirstLook, FirstOrders, OrderCounts, OrderRowId, Platform } from "./bindings";
import type { Preferences, SavedView, SyncStatus } from "./bindings";
import { backend, onNews, type Failure, type Unlisten } from "./ipc";

declare module "@tanstack/react-query" {
  interface Register {
    defaultError: Failure;
  }
}

/** The keys; a shorter key stands for all that begin with it. */
export const keys = {
  app: ["app"],
  order: (id: OrderRowId) => ["orders", "one", id],
  counts: (platform: Platform | null) => ["counts", platform],
  sync: ["sync"],
  accounts: ["accounts"],
  marketplaces: ["marketplaces"],
  preferences: ["preferences"],
  stockCounts: ["inventory", "counts"],
  locations: ["inventory", "locations"],
  homeCurrency: ["settings", "home-currency"],
  acts: ["acts"],
  runs: ["runs"],
  /** As of which turn the cache was filled, and the rows that the page was given: `firstOrders`. */
  turn: ["first", "turn"],
  firstOrders: ["first", "orders"],
  views: ["views"],
  viewCounts: (platform: Platform | null) => ["counts", "views", platform],
  orderActs: (id: OrderRowId) => ["orders", "acts", id],
  queryHelp: (text: string) => ["query-help", text],
} as const;

/** Which keys a tag makes stale; a tag of the core that is missing here does not compile. */
export const staleBy: Record<CacheTag, readonly QueryKey[]> = {
  orders: [["orders"], keys.acts, ["pick_lists", "preview"]],
  counts: [["counts"]],
  sync: [keys.sync, keys.runs],
  accounts: [keys.accounts, keys.app, keys.sync],
  inventory: [["inventory"], ["candidates"], keys.acts, ["orders", "confirm"], ["pick_lists", "preview"]],
  mappings: [["mappings"], ["candidates"], keys.acts],
  jobs: [["jobs"], keys.runs],
  settings: [["settings"], keys.views, ["counts", "views"], keys.acts, ["orders", "confirm"]],
  pick_lists: [["pick_lists"], keys.acts],
};

/** What the screens ask for. */
export const queries = {
  app: queryOptions({ queryKey: keys.app, queryFn: () => backend.appInfo() }),
  /** The order before stays until the next is there, so that stepping through orders does not flicker. */
  order: (id: OrderRowId) =>
    queryOptions({
      queryKey: keys.order(id),
      queryFn: () => backend.getOrder(id),
      placeholderData: keepPreviousData,
    }),
  counts: (platform: Platform | null) =>
    queryOptions({ queryKey: keys.counts(platform), queryFn: () => backend.orderCounts(platform) }),
  sync: queryOptions({ queryKey: keys.sync, queryFn: () => backend.syncStatus() }),
  accounts: queryOptions({ queryKey: keys.accounts, queryFn: () => backend.listAccounts() }),
  marketplaces: queryOptions({ queryKey: keys.marketplaces, queryFn: () => backend.marketplaces() }),
  preferences: queryOptions({ queryKey: keys.preferences, queryFn: () => backend.preferences() }),
  stockCounts: queryOptions({ queryKey: keys.stockCounts, queryFn: () => backend.stockCounts() }),
  locations: queryOptions({ queryKey: keys.locations, queryFn: () => backend.storageLocations() }),
  homeCurrency: queryOptions({ queryKey: keys.homeCurrency, queryFn: () => backend.homeCurrency() }),
  views: queryOptions({ queryKey: keys.views, queryFn: () => backend.savedViews() }),
  /** The counts before stay until the next are there, so that the row of views does not jump. */
  viewCounts: (platform: Platform | null) =>
    queryOptions({
      queryKey: keys.viewCounts(platform),
      queryFn: () => backend.viewCounts(platform),
      placeholderData: keepPreviousData,
    }),
  orderActs: (id: OrderRowId) => queryOptions({ queryKey: keys.orderActs(id), queryFn: () => backend.orderActs(id) }),
  /** What the core understood of a filter. The one before stays until the next is there. */
  queryHelp: (text: string) =>
    queryOptions({
      queryKey: keys.queryHelp(text),
      queryFn: () => backend.queryHelp(text, 0),
      placeholderData: keepPreviousData,
      enabled: text !== "",
    }),
};

/** A cache for one window, filled with what its page was given. */
export function createQueryClient(look: FirstLook | null = null): QueryClient {
  const client = emptyClient();
  if (look === null) return client;
  client.setQueryData<number>([...keys.turn], look.turn);
  client.setQueryData<AppInfo>([...keys.app], look.app);
  client.setQueryData<Preferences>([...keys.preferences], look.preferences);
  if (look.orders === null) return client;
  const { request, counts, all_counts: allCounts, views, sync } = look.orders;
  client.setQueryData<OrderCounts>([...keys.counts(request.platform)], counts);
  client.setQueryData<OrderCounts>([...keys.counts(null)], allCounts);
  client.setQueryData<SavedView[]>([...keys.views], views);
  client.setQueryData<SyncStatus>([...keys.sync], sync);
  client.setQueryData<FirstOrders>([...keys.firstOrders], look.orders);
  return client;
}

/** The rows that the page was given, for the list that it opens with. They are of the start: afterwards nobody gets them. */
export function firstOrders(client: QueryClient): FirstOrders | undefined {
  return client.getQueryData<FirstOrders>([...keys.firstOrders]);
}

/** From now on lists are read from the core. */
export function forgetFirstOrders(client: QueryClient): void {
  client.removeQueries({ queryKey: keys.firstOrders });
}

function emptyClient(): QueryClient {
  return new QueryClient({
    defaultOptions: {
      queries: {
        staleTime: Number.POSITIVE_INFINITY,
        gcTime: 5 * 60_000,
        networkMode: "always",
        refetchOnWindowFocus: false,
        retry: (failures, error) => error.code === "busy" && failures < 3,
      },
      mutations: { networkMode: "always" },
    },
  });
}

/** Who wants to know which data changed, beside the cache. */
const readers = new Set<(tags: readonly CacheTag[]) => void>();

/** Keeps the cache true to the core for as long as the window lives. */
export function followCore(client: QueryClient): Unlisten {
  // Without a turn all that ever changed is news, and what was read before the first answer is read again.
  return onNews(client.getQueryData<number>([...keys.turn]) ?? 0, ({ tags, sync }) => {
    for (const queryKey of tags.flatMap((tag) => staleBy[tag] ?? [])) void client.invalidateQueries({ queryKey });
    if (sync !== null) client.setQueryData<SyncStatus>([...keys.sync], sync);
    for (const tell of readers) tell(tags);
  });
}

/** Runs `changed` whenever data with one of `tags` changed. */
export function useDataChanged(tags: readonly CacheTag[], changed: () => void): void {
  const heard = useEffectEvent((changedTags: readonly CacheTag[]) => {
    if (changedTags.some((tag) => tags.includes(tag))) changed();
  });
  useEffect(() => {
    const tell = (changedTags: readonly CacheTag[]) => heard(changedTags);
    readers.add(tell);
    return () => void readers.delete(tell);
  }, []);
}

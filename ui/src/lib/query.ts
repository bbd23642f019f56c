/**
 * The cache of what the core answered: its keys, and the one place where a tag of the core meets the keys it makes stale.
 *
 * The data is local, so nothing is re-read by time or by focus: only the core's events do that. Secrets never come
 * here: they are arguments of a command and no answer carries one.
 */
import { keepPreviousData, QueryClient, queryOptions, type QueryKey } from "@tanstack/react-query";
import { useEffect, useEffectEvent } from "react";

import type { CacheTag, OrderRowId, Platform, SyncStatus } from "./bindings";
import { backend, onDataChanged, onSyncChanged, type Failure, type Unlisten } from "./ipc";

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
} as const;

/** Which keys a tag makes stale; a tag of the core that is missing here does not compile. */
export const staleBy: Record<CacheTag, readonly QueryKey[]> = {
  orders: [["orders"], keys.acts],
  counts: [["counts"]],
  sync: [keys.sync, keys.runs],
  accounts: [keys.accounts, keys.app, keys.sync],
  inventory: [["inventory"], ["candidates"], keys.acts],
  mappings: [["mappings"], ["candidates"], keys.acts],
  jobs: [["jobs"]],
  settings: [["settings"]],
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
};

/** A cache for one window. */
export function createQueryClient(): QueryClient {
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

/** Keeps the cache true to the core for as long as the window lives. */
export function followCore(client: QueryClient): Unlisten {
  const stopData = onDataChanged(({ tags }) => {
    for (const queryKey of tags.flatMap((tag) => staleBy[tag] ?? [])) void client.invalidateQueries({ queryKey });
  });
  const stopSync = onSyncChanged((status: SyncStatus) => client.setQueryData<SyncStatus>([...keys.sync], status));
  return () => {
    stopData();
    stopSync();
  };
}

/** Runs `changed` whenever data with one of `tags` changed. */
export function useDataChanged(tags: readonly CacheTag[], changed: () => void): void {
  const heard = useEffectEvent((changedTags: readonly CacheTag[]) => {
    if (changedTags.some((tag) => tags.includes(tag))) changed();
  });
  useEffect(() => onDataChanged((change) => heard(change.tags)), []);
}

/** The answers of a connected core whose orders are those of a made-up shop. */
import type {
  AccountReport,
  AccountSync,
  AccountView,
  AppInfo,
  Licences,
  MarketplaceView,
  Preferences,
  SyncState,
  SyncReport,
  UpdateSource,
} from "~/lib/bindings";

import { confirmingHandlers } from "./confirming-handlers";
import type { Handlers } from "./fake-backend";
import { madeUpEdit, madeUpHelp, matchingHandlers, viewHandlers } from "./made-up-desk";
import type { MadeUpShop } from "./made-up-orders";
import { MadeUpPicking } from "./made-up-picking";
import { pickingHandlers } from "./picking-handlers";
import { stockHandlers } from "./stock-handlers";

export const MARKETPLACES: MarketplaceView[] = [
  { id: "ATVPDKIKX0DER", country: "US", name: "United States", region: "na", currency: "USD" },
  { id: "A2EUQ1WTGCTBG2", country: "CA", name: "Canada", region: "na", currency: "CAD" },
  { id: "A1F83G8C2ARO7P", country: "GB", name: "United Kingdom", region: "eu", currency: "GBP" },
  { id: "A1PA6795UKMFR9", country: "DE", name: "Germany", region: "eu", currency: "EUR" },
  { id: "A13V1IB3VIYZZH", country: "FR", name: "France", region: "eu", currency: "EUR" },
  { id: "A1RKKUPIHCS9HS", country: "ES", name: "Spain", region: "eu", currency: "EUR" },
  { id: "APJ6JRA9NG5V4", country: "IT", name: "Italy", region: "eu", currency: "EUR" },
  { id: "A1VC38T7YXB528", country: "JP", name: "Japan", region: "fe", currency: "JPY" },
];

export const INFO: AppInfo = {
  version: "0.1.0",
  demo: false,
  data_folder: "/home/me/packlight",
  problem: null,
  accounts: 1,
  settings_notice: null,
};

export const LICENCES: Licences = {
  parts: [
    { name: "a-crate", version: "1.2.3", licence: "MIT OR Apache-2.0", home: "https://example.org/a", texts: [0, 1] },
    { name: "another", version: "0.4.0", licence: null, home: null, texts: [] },
  ],
  texts: ["Permission is hereby granted to everybody.", "Notice of a-crate."],
};

export function madeUpAccount(now: number): AccountView {
  return {
    id: 1,
    label: "My shop",
    platform: "amazon",
    region: "eu",
    marketplaces: ["A1F83G8C2ARO7P", "A1PA6795UKMFR9"],
    days: [
      { id: "A1F83G8C2ARO7P", zone: "Europe/London" },
      { id: "A1PA6795UKMFR9", zone: "Europe/Berlin" },
    ],
    orders_api: "2026-01-01",
    client_id_tail: "1a2b",
    secrets: "keychain",
    secrets_since: new Date(now - 40 * 86_400_000).toISOString(),
    last_check_at: new Date(now - 2 * 3_600_000).toISOString(),
    last_check_problem: null,
    complete_up_to: new Date(now - 3 * 60_000).toISOString(),
    connected: true,
  };
}

export function accountSync(now: number, state: SyncState = { kind: "idle" }): AccountSync {
  const at = (minutes: number) => new Date(now + minutes * 60_000).toISOString();
  return {
    account: 1,
    label: "My shop",
    complete_up_to: at(-3),
    checked_at: at(-1.5),
    next_at: new Date(now + 130_000).toISOString(),
    state,
    calls_left: 14,
    calls_burst: 20,
  };
}

/** What a run found; nothing unless told otherwise. */
export function syncReport(found: Partial<AccountReport>): SyncReport {
  const report: AccountReport = {
    label: "My shop",
    orders_seen: 4,
    orders_new: 0,
    orders_changed: 0,
    items_written: 0,
    pages: 1,
    calls: 1,
    throttled: 0,
    complete_up_to: "2026-01-18T14:05:00Z",
    duration_ms: 240,
    ...found,
  };
  return { ...report, accounts: [report] };
}

/** Handlers of the commands that every page needs. */
export function shopHandlers(
  shop: MadeUpShop,
  now: () => number = Date.now,
  picking = new MadeUpPicking(shop, now),
): Partial<Handlers> {
  let updates: UpdateSource = { endpoint: null, public_key: null };
  let preferences: Preferences = { theme: "system", density: "normal", columns: null };
  return {
    ...matchingHandlers(shop),
    ...stockHandlers(shop.stock),
    ...viewHandlers(shop),
    ...pickingHandlers(shop, picking),
    ...confirmingHandlers(shop, now),
    queryHelp: madeUpHelp,
    editQuery: madeUpEdit,
    appInfo: () => INFO,
    licences: () => LICENCES,
    openAgain: () => null,
    repairReport: () => null,
    backupStatus: () => ({ folder: `${INFO.data_folder}/backups`, files: [], problem: null, failed_at: null }),
    networkRequests: () => [],
    retention: () => ({ order_years: null, trace_days: 90 }),
    previewRetention: () => ({ orders: 0, staying: 0, orders_before: null, runs: 0, requests: 0 }),
    listOrders: (request) => shop.page(request),
    countOrders: (request) => shop.page(request).total,
    orderCounts: (platform) => shop.counts(platform),
    getOrder: (id) => shop.detail(id),
    setNote: (id, note) => {
      const before = shop.notes.get(id);
      const write = (text: string | undefined) => {
        if (text === undefined || text === "") shop.notes.delete(id);
        else shop.notes.set(id, text);
      };
      write(note);
      return shop.stock.act(
        "Changed a note",
        id,
        () => write(before),
        () => write(note),
      );
    },
    openOnAmazon: () => null,
    syncStatus: () => ({ accounts: [accountSync(now())] }),
    syncNow: () => syncReport({}),
    stopSync: () => null,
    listAccounts: () => [madeUpAccount(now())],
    marketplaces: () => MARKETPLACES,
    waitsUntil: () => null,
    connectAccount: ({ label }) => ({ ...madeUpAccount(now()), label }),
    checkAccount: () => ({
      label: "My shop",
      orders: { granted: true, missing_role: null },
      finances: { granted: true, missing_role: null },
      listings: { granted: true, missing_role: null },
      traffic: { granted: false, missing_role: "Brand Analytics" },
    }),
    replaceSecrets: () => ({ account: madeUpAccount(now()), left: null }),
    disconnectAccount: () => null,
    unlockVault: () => null,
    unlockKeychain: () => null,
    editAccount: (_id, { label }) => ({ ...madeUpAccount(now()), label }),
    forgetPreview: () => ({
      label: "My shop",
      orders: 302,
      lines: 340,
      notes: 4,
      confirmed: 248,
      freed_units: 12,
      sold_units: 260,
      pick_lists: 3,
      open_lists: [],
      backups: 7,
      copies: ["packlight.db.before-6", "packlight.db.damaged-20260118T130000Z"],
    }),
    forgetAccount: () => ({ orders: 302, left: null }),
    updateSource: () => updates,
    setUpdateSource: (source) => {
      updates = source;
      return source;
    },
    checkForUpdate: () => null,
    installUpdate: () => null,
    restart: () => null,
    startDemo: () => ({ ...INFO, demo: true, accounts: 0 }),
    leaveDemo: () => ({ ...INFO, demo: false, accounts: 0 }),
    preferences: () => preferences,
    setPreferences: (next) => {
      preferences = next;
      return null;
    },
  };
}

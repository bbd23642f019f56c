/**
 * `vite --mode demo`: the window in a browser, with a made-up core. The part of the URL behind `?` chooses what to look
 * at: `orders=1000000`, `demo`, `empty`, `importing`, `state=offline|throttled|refused|locked|late`, `problem=<code>`,
 * `repaired` (a damaged database was replaced), `quiet` (no orders arrive), `cancels` (orders on open pick lists are cancelled), `theme=dark`, `density=compact`.
 */
import type { AppInfo, Code, Preferences, SyncState } from "~/lib/bindings";

import { dataHandlers, madeUpRepair } from "./data-handlers";
import { refusal, startFakeBackend } from "./fake-backend";
import { MadeUpShop } from "./made-up-orders";
import { MadeUpPicking } from "./made-up-picking";
import { accountSync, INFO, shopHandlers, syncReport } from "./shop-handlers";

const ARRIVAL = 12_000;

function pause(milliseconds: number): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, milliseconds);
  });
}

function stateOf(name: string | null): SyncState {
  const at = (minutes: number) => new Date(Date.now() + minutes * 60_000).toISOString();
  switch (name) {
    case "offline":
      return { kind: "offline", since: at(-7), retry_at: at(1) };
    case "throttled":
      return { kind: "throttled", until: at(4) };
    case "refused":
      return { kind: "refused", code: "credentials_refused", message: "The refresh token is not valid any more." };
    case "locked":
      return { kind: "refused", code: "vault_locked", message: "The vault file needs its passphrase." };
    case "running":
      return { kind: "running", pages: 3, orders_seen: 300, new: 300, changed: 0, started_at: at(-1) };
    default:
      return { kind: "idle" };
  }
}

/** What to look at. Taken out of the URL, where the router keeps its own, and remembered for a reload. */
function wishes(): URLSearchParams {
  const { pathname, search, hash } = window.location;
  if (search !== "") {
    sessionStorage.setItem("wishes", search);
    window.history.replaceState(null, "", pathname + hash);
  }
  return new URLSearchParams(sessionStorage.getItem("wishes") ?? "");
}

export function startBrowserDemo(): void {
  const wish = wishes();
  const empty = wish.has("empty") || wish.has("importing");
  const shop = new MadeUpShop(empty ? 0 : Number(wish.get("orders") ?? 312));
  const picking = new MadeUpPicking(shop);
  const handlers = shopHandlers(shop, Date.now, picking);
  let info: AppInfo = {
    ...INFO,
    demo: wish.has("demo"),
    accounts: wish.has("demo") || wish.has("empty") ? 0 : 1,
    problem: wish.has("problem")
      ? refusal(wish.get("problem") as Code, "Its format is 9; this Packlight knows 1.")
      : null,
  };
  let preferences: Preferences = {
    theme: (wish.get("theme") as Preferences["theme"] | null) ?? "system",
    density: (wish.get("density") as Preferences["density"] | null) ?? "normal",
    columns: null,
  };
  let stopped = false;
  const status = (state: SyncState) => {
    const account = accountSync(Date.now(), state);
    if (wish.has("importing")) Object.assign(account, { complete_up_to: null, checked_at: null });
    if (wish.get("state") === "late") account.checked_at = new Date(Date.now() - 20 * 60_000).toISOString();
    return { accounts: info.demo || info.accounts > 0 ? [account] : [] };
  };
  const present = stateOf(wish.has("importing") ? "running" : wish.get("state"));

  const core = startFakeBackend({
    ...handlers,
    ...dataHandlers(Date.now),
    repairReport: () => (wish.has("repaired") ? madeUpRepair(Date.now()) : null),
    dismissRepairReport: () => null,
    appInfo: () => info,
    preferences: () => preferences,
    setPreferences: (next) => {
      preferences = next;
      return null;
    },
    syncStatus: () => status(present),
    listAccounts: () => (info.accounts > 0 ? (handlers.listAccounts?.() ?? []) : []),
    startDemo: () => {
      info = { ...info, demo: true };
      shop.newest = 312;
      return info;
    },
    leaveDemo: () => {
      info = { ...info, demo: false };
      shop.newest = 0;
      return info;
    },
    stopSync: () => {
      stopped = true;
      return null;
    },
    syncNow: async () => {
      stopped = false;
      for (let page = 1; page <= 4; page += 1) {
        if (stopped) break;
        await core.synced(
          status({
            kind: "running",
            pages: page,
            orders_seen: page * 100,
            new: page,
            changed: 0,
            started_at: new Date().toISOString(),
          }),
        );
        await pause(500);
      }
      shop.newest += 12;
      await core.synced(status({ kind: "idle" }));
      await core.changed("orders", "counts", "sync");
      return syncReport({
        orders_new: 12,
        orders_changed: 3,
        orders_seen: 400,
        complete_up_to: new Date().toISOString(),
      });
    },
  });
  if (wish.has("cancels")) {
    setInterval(() => {
      const stop = picking.lists.find(({ entry }) => entry.state === "open")?.stops.find(({ mark }) => mark === "open");
      if (stop === undefined) return;
      picking.cancel(stop.order);
      void core.changed("orders", "counts", "pick_lists");
    }, ARRIVAL);
  }
  if (!wish.has("quiet") && !empty) {
    setInterval(() => {
      shop.newest += 1;
      void core.changed("orders", "counts");
    }, ARRIVAL);
  }
}

import { screen, waitFor, within } from "@testing-library/react";
import { describe, expect, it } from "vitest";

import type { BackupFile } from "~/lib/bindings";
import { refusal } from "~/test/fake-backend";
import { openWindow } from "~/test/open-window";
import { INFO } from "~/test/shop-handlers";

const BACKUP: BackupFile = {
  path: "/home/me/packlight/backups/packlight-2026-01-18.db",
  megabytes: 12,
  made_at: "2026-01-18T02:00:04Z",
  orders: 312,
  units: 40,
  newest_order: "2026-01-17T20:00:00Z",
  accounts: ["My shop"],
  is_older: false,
};
const STATUS = { folder: "/home/me/packlight/backups", files: [BACKUP], problem: null, failed_at: null };

describe("settings, data", () => {
  it("lists the backups and restores one after showing what is in it", async () => {
    const { user, core } = openWindow({
      at: "/settings/data",
      handlers: {
        backupStatus: () => STATUS,
        previewBackup: (path) => ({ ...BACKUP, path, is_older: true }),
        restoreBackup: () => ({ backup: BACKUP, kept: "/home/me/packlight/packlight.db.before-restore-1" }),
      },
    });
    const list = await screen.findByTestId("backups");
    expect(list).toHaveTextContent("312");
    await user.click(within(list).getByRole("button", { name: "Restore…" }));
    const preview = await screen.findByTestId("backup-preview");
    expect(preview).toHaveTextContent("My shop");
    expect(screen.getByText(/An older Packlight made it/)).toBeInTheDocument();
    expect(core.callsOf("restoreBackup")).toEqual([]);
    await user.click(screen.getByRole("button", { name: "Restore" }));
    expect(await screen.findByText("The backup was restored")).toBeInTheDocument();
    expect(core.callsOf("restoreBackup")).toEqual([[BACKUP.path]]);
  });

  it("tells why a file is no backup, and offers nothing to restore", async () => {
    const { user } = openWindow({
      at: "/settings/data",
      handlers: {
        backupStatus: () => ({ ...STATUS, files: [] }),
        previewBackup: () => Promise.reject(refusal("bad_file", "/x.txt is no backup of Packlight")),
      },
    });
    expect(await screen.findByText("There is no backup yet.")).toBeInTheDocument();
    await user.type(screen.getByLabelText("Restore a backup from elsewhere"), "/x.txt");
    await user.click(screen.getByRole("button", { name: "Look into it…" }));
    expect(await screen.findByText("/x.txt is no backup of Packlight")).toBeInTheDocument();
    expect(screen.getByRole("button", { name: "Restore" })).toBeDisabled();
  });

  it("shows that the last backup failed", async () => {
    openWindow({
      at: "/settings/data",
      handlers: {
        backupStatus: () => ({ ...STATUS, problem: "there is room for 3 MB", failed_at: "2026-01-18T02:00:00Z" }),
      },
    });
    expect(await screen.findByText("The last backup failed")).toBeInTheDocument();
    expect(screen.getByText(/there is room for 3 MB/)).toBeInTheDocument();
  });

  it("erases only when the words were typed", async () => {
    const { user, core } = openWindow({
      at: "/settings/data",
      handlers: { backupStatus: () => STATUS, eraseEverything: () => [] },
    });
    await user.click(await screen.findByRole("button", { name: "Erase everything…" }));
    const erase = await screen.findByRole("button", { name: "Erase" });
    expect(erase).toBeDisabled();
    await user.type(screen.getByLabelText(/to go on/), "erase everything");
    await waitFor(() => expect(erase).toBeEnabled());
    await user.click(erase);
    expect(await screen.findByText("Everything was erased")).toBeInTheDocument();
    expect(core.callsOf("eraseEverything")).toEqual([["erase everything"]]);
  });

  it("shows what would go before it is chosen", async () => {
    const { user, core } = openWindow({
      at: "/settings/data",
      handlers: {
        backupStatus: () => STATUS,
        previewRetention: ({ order_years = null }) =>
          order_years === null
            ? { orders: 0, staying: 0, orders_before: null, runs: 0, requests: 0 }
            : { orders: 120, staying: 2, orders_before: "2020-01-18T12:00:00Z", runs: 0, requests: 1 },
        setRetention: () => 7,
      },
    });
    const preview = await screen.findByTestId("retention-preview");
    expect(preview).toHaveTextContent("Nothing that is here now would go.");
    const save = screen.getByRole("button", { name: "Keep it so" });
    expect(save).toBeDisabled();
    await user.selectOptions(screen.getByLabelText("Completed and cancelled orders"), "6 years");
    await waitFor(() =>
      expect(preview).toHaveTextContent("120 orders and 1 request would go tonight, after the backup"),
    );
    expect(preview).toHaveTextContent(/Orders from before .*2020.* are old\. 2 orders of that age stay/);
    expect(core.callsOf("setRetention")).toEqual([]);
    await user.click(save);
    expect(await screen.findByText("Saved")).toBeInTheDocument();
    expect(core.callsOf("setRetention")).toEqual([[{ order_years: 6, trace_days: 90 }]]);
  });

  it("moves the folder, and says what keeps it where it is", async () => {
    const { user, core } = openWindow({
      at: "/settings/data",
      handlers: {
        backupStatus: () => STATUS,
        moveDataFolder: () => Promise.reject(refusal("not_possible", "/disk is not empty")),
      },
    });
    await user.click(await screen.findByRole("button", { name: "Move it elsewhere…" }));
    const go = await screen.findByRole("button", { name: "Move and start again" });
    expect(go).toBeDisabled();
    await user.type(screen.getByLabelText("New folder"), " /disk ");
    await user.click(go);
    expect(await screen.findByText("/disk is not empty")).toBeInTheDocument();
    core.answer({
      moveDataFolder: (to) => ({ to, files: 9, without_secrets: ["Shop: enter them again"] }),
    });
    await user.click(go);
    // What was lost is read before the window goes.
    expect(await screen.findByText("Shop: enter them again")).toBeInTheDocument();
    expect(core.callsOf("restart")).toHaveLength(0);
    await user.click(screen.getByRole("button", { name: "Start again" }));
    await waitFor(() => expect(core.callsOf("restart")).toHaveLength(1));
    expect(core.callsOf("moveDataFolder")).toEqual([["/disk"], ["/disk"]]);
  });

  it("tells what was done about a damaged database, until it was read", async () => {
    const { user, core } = openWindow({
      at: "/settings/data",
      handlers: {
        backupStatus: () => STATUS,
        repairReport: () => ({
          quarantine: "/home/me/packlight/packlight.db.damaged-1",
          backup: BACKUP,
          from_itself: false,
          acts_kept: 3,
          acts_lost: 1,
        }),
        dismissRepairReport: () => null,
      },
    });
    const told = await screen.findByText(/The database was damaged/, undefined, { timeout: 5_000 });
    expect(told.parentElement).toHaveTextContent("3 acts came along and 1 act could not");
    await user.click(screen.getByRole("button", { name: "Understood" }));
    await waitFor(() => expect(screen.queryByText(/The database was damaged/)).toBeNull());
    expect(core.callsOf("dismissRepairReport")).toHaveLength(1);
  });

  it("begins anew only when asked to", async () => {
    const { user, core } = openWindow({
      handlers: {
        appInfo: () => ({ ...INFO, problem: refusal("corrupt_database", "There is no good backup.") }),
        beginAnew: () => {
          core.answer({ appInfo: () => INFO });
          return { quarantine: "/q", backup: null, from_itself: false, acts_kept: 0, acts_lost: 0 };
        },
      },
    });
    await user.click(await screen.findByRole("button", { name: "Keep the damaged files aside and begin empty" }));
    expect(await screen.findByRole("navigation", { name: "Main" })).toBeInTheDocument();
  });
});

describe("a database that cannot be read", () => {
  const damaged = { ...INFO, problem: refusal("corrupt_database", "There is no good backup.") };

  it("is replaced by a backup from elsewhere", async () => {
    const { user, core } = openWindow({
      handlers: {
        appInfo: () => damaged,
        previewBackup: (path) => ({ ...BACKUP, path }),
        restoreBackup: () => {
          core.answer({ appInfo: () => INFO });
          return { backup: BACKUP, kept: null };
        },
      },
    });
    await user.type(await screen.findByLabelText("Restore a backup from elsewhere"), "/usb/good.db");
    await user.click(screen.getByRole("button", { name: "Look into it…" }));
    expect(await screen.findByTestId("backup-preview")).toHaveTextContent("/usb/good.db");
    await user.click(screen.getByRole("button", { name: "Restore" }));
    expect(await screen.findByRole("navigation", { name: "Main" })).toBeInTheDocument();
    expect(core.callsOf("restoreBackup")).toEqual([["/usb/good.db"]]);
  });

  it("can be erased with everything else", async () => {
    const { user, core } = openWindow({
      handlers: {
        appInfo: () => damaged,
        eraseEverything: () => {
          core.answer({ appInfo: () => ({ ...INFO, accounts: 0 }) });
          return ["the keychain could not be asked"];
        },
      },
    });
    await user.click(await screen.findByRole("button", { name: "Erase everything…" }));
    await user.type(await screen.findByLabelText(/to go on/), "erase everything");
    await user.click(screen.getByRole("button", { name: "Erase" }));
    expect(await screen.findByText("the keychain could not be asked")).toBeInTheDocument();
  });
});

describe("settings, diagnostics", () => {
  it("lists what left this computer", async () => {
    openWindow({
      at: "/settings/diagnostics",
      handlers: {
        networkRequests: () => [
          {
            at: "2026-01-18T12:00:00Z",
            host: "sellingpartnerapi-eu.amazon.com",
            purpose: "searchOrders",
            method: "GET",
            status: 200,
            bytes_out: 812,
            bytes_in: 70_000,
            milliseconds: 431,
          },
          {
            at: "2026-01-18T11:59:00Z",
            host: "api.amazon.com",
            purpose: "token",
            method: "POST",
            status: null,
            bytes_out: 400,
            bytes_in: 0,
            milliseconds: 10_000,
          },
        ],
      },
    });
    const list = await screen.findByTestId("network");
    expect(list).toHaveTextContent("sellingpartnerapi-eu.amazon.comsearchOrdersGET200812 B68 kB431 ms");
    expect(list).toHaveTextContent("tokenPOSTnone");
  });

  it("exports one file and says where it is", async () => {
    const { user } = openWindow({
      at: "/settings/diagnostics",
      handlers: {
        networkRequests: () => [],
        exportDiagnostics: () => ({ path: "/home/me/Downloads/packlight-diagnostics-2026-01-18.zip", rows: 6 }),
      },
    });
    expect(await screen.findByText("Nothing has left this computer yet.")).toBeInTheDocument();
    await user.click(screen.getByRole("button", { name: "Export diagnostics" }));
    expect(await screen.findByText("6 files in one")).toBeInTheDocument();
    expect(screen.getByText(/packlight-diagnostics-2026-01-18\.zip/)).toBeInTheDocument();
  });
});

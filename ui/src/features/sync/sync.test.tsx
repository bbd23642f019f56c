import "~/components/toasts";

import { act, screen, waitFor, within } from "@testing-library/react";
import { describe, expect, it } from "vitest";

import type { SyncReport, SyncState } from "~/lib/bindings";
import { refusal } from "~/test/fake-backend";
import { openWindow } from "~/test/open-window";
import { accountSync, syncReport } from "~/test/shop-handlers";

import { freshnessOf } from "./freshness";
import { resultText } from "./use-sync";

const result = (added: number, changed: number) => syncReport({ orders_new: added, orders_changed: changed });
const inState = (state: SyncState) => ({
  handlers: { syncStatus: () => ({ accounts: [accountSync(Date.now(), state)] }) },
});
const soon = (minutes: number) => new Date(Date.now() + minutes * 60_000).toISOString();

describe("what a run brought", () => {
  it("is told in a seller's words", () => {
    expect(resultText(result(12, 3))).toBe("12 new, 3 updated");
    expect(resultText(result(1, 0))).toBe("1 new");
    expect(resultText(result(0, 2))).toBe("2 updated");
    expect(resultText(result(0, 0))).toBe("No changes");
    expect(resultText(result(1234, 0))).toMatch(/^1.234 new$/);
  });

  it("comes as a toast", async () => {
    const { user } = openWindow({ handlers: { syncNow: () => result(12, 3) } });
    await user.click(await screen.findByTestId("sync-button"));
    const toast = await screen.findByTestId("toast");
    expect(toast).toHaveTextContent("12 new, 3 updated");
    expect(toast).toHaveTextContent("Orders complete to 14:05");
  });
});

describe("a run", () => {
  it("shows pages and orders while it goes on, and can be stopped", async () => {
    let finish: (brought: SyncReport) => void = () => {};
    const { user, core } = openWindow({
      handlers: { syncNow: () => new Promise<SyncReport>((resolve) => (finish = resolve)) },
    });
    const button = await screen.findByTestId("sync-button");
    await user.click(button);
    expect(button).toBeDisabled();
    const running: SyncState = {
      kind: "running",
      pages: 3,
      orders_seen: 300,
      new: 5,
      changed: 1,
      started_at: soon(-1),
    };
    await act(() => core.synced({ accounts: [accountSync(Date.now(), running)] }));
    expect(await screen.findByText("3 pages · 300 orders")).toBeInTheDocument();
    await user.click(screen.getByRole("button", { name: "Stop" }));
    expect(core.callsOf("stopSync")).toHaveLength(1);
    await act(() => core.synced({ accounts: [accountSync(Date.now())] }));
    finish(result(0, 0));
    expect(await screen.findByTestId("toast")).toHaveTextContent("No changes");
    await waitFor(() => expect(button).toBeEnabled());
  });

  it("that was stopped is no error", async () => {
    const { user } = openWindow({ handlers: { syncNow: () => Promise.reject(refusal("stopped", "Stopped.")) } });
    await user.click(await screen.findByTestId("sync-button"));
    const toast = await screen.findByTestId("toast");
    expect(toast).toHaveTextContent("Sync stopped");
    expect(toast).toHaveAttribute("data-type", "plain");
  });

  it("that waits for Amazon's limit says until when", async () => {
    const { user, core } = openWindow({ handlers: { syncNow: () => new Promise<SyncReport>(() => {}) } });
    await user.click(await screen.findByTestId("sync-button"));
    await act(() => core.synced({ accounts: [accountSync(Date.now(), { kind: "throttled", until: soon(3) })] }));
    expect(await screen.findByText(/^Waiting for Amazon’s limit until \d\d:\d\d$/)).toBeInTheDocument();
    expect(screen.getByRole("button", { name: "Stop" })).toBeEnabled();
  });

  it("that the core began by itself shows as well", async () => {
    openWindow(inState({ kind: "running", pages: 1, orders_seen: 100, new: 5, changed: 1, started_at: soon(-1) }));
    expect(await screen.findByText("1 page · 100 orders")).toBeInTheDocument();
    expect(screen.getByTestId("sync-button")).toBeDisabled();
  });

  it("that fails says what failed, what still works and the next step", async () => {
    const { user, href } = openWindow({
      handlers: {
        syncNow: () => Promise.reject(refusal("credentials_refused", "The refresh token is not valid any more.")),
      },
    });
    await user.click(await screen.findByTestId("sync-button"));
    const toast = await screen.findByTestId("toast");
    expect(toast).toHaveTextContent("Amazon refused the credentials");
    expect(toast).toHaveTextContent("The refresh token is not valid any more.");
    expect(toast).toHaveTextContent("Orders already here stay readable.");
    await user.click(within(toast).getByRole("button", { name: "Replace secrets" }));
    await waitFor(() => expect(href()).toBe("/settings/amazon"));
  });

  it("that fails offline can be tried again from the toast", async () => {
    const { user, core } = openWindow({
      handlers: { syncNow: () => Promise.reject(refusal("offline", "No network.")) },
    });
    await user.click(await screen.findByTestId("sync-button"));
    await user.click(await screen.findByRole("button", { name: "Try again" }));
    await waitFor(() => expect(core.callsOf("syncNow")).toHaveLength(2));
  });
});

describe("the freshness strip", () => {
  const strip = () => screen.findByTestId("freshness");

  it("says how complete the orders are, when the next call comes and what is left", async () => {
    openWindow();
    await screen.findByText(/Orders complete to/);
    expect(await strip()).toHaveTextContent(/Orders complete to \d\d:\d\d \(checked 1 min ago\)/);
    expect(await strip()).toHaveTextContent(/Next pull in 2:\d\d/);
    expect(await strip()).toHaveTextContent("14 of 20 left");
    expect(document.querySelector("[title^='Complete to']")).toHaveAttribute(
      "title",
      expect.stringMatching(/\d{4}, \d\d:\d\d:\d\d/),
    );
  });

  it("shows no meter while the calls left are not known", async () => {
    const account = { ...accountSync(Date.now()), calls_left: null, calls_burst: null };
    openWindow({ handlers: { syncStatus: () => ({ accounts: [account] }) } });
    await screen.findByText(/Orders complete to/);
    expect(await strip()).not.toHaveTextContent("Amazon calls");
  });

  it("waits for Amazon's limit calmly", async () => {
    openWindow(inState({ kind: "throttled", until: soon(4) }));
    await screen.findByText(/Waiting for Amazon’s limit until/);
    expect(await strip()).toHaveTextContent(/until \d\d:\d\d/);
    expect(screen.queryByRole("alert")).toBeNull();
  });

  it("is offline with the time of the next try, and the orders stay", async () => {
    openWindow(inState({ kind: "offline", since: soon(-7), retry_at: soon(1) }));
    expect(await screen.findByText(/No connection to Amazon since/)).toBeInTheDocument();
    expect(await strip()).toHaveTextContent(/Offline since \d\d:\d\d/);
    expect(await strip()).toHaveTextContent(/Next try in [01]:\d\d/);
    expect(await screen.findByTestId("orders-table")).toBeInTheDocument();
  });

  it("leads to the settings when Amazon refuses", async () => {
    const { user, href } = openWindow(inState({ kind: "refused", code: "credentials_refused", message: "Revoked." }));
    await user.click(await screen.findByRole("link", { name: "Open settings" }));
    await waitFor(() => expect(href()).toBe("/settings/amazon"));
  });

  it("leads to the passphrase when the vault is locked", async () => {
    const { user, core } = openWindow(inState({ kind: "refused", code: "vault_locked", message: "Locked." }));
    await user.click(await screen.findByRole("link", { name: "Unlock" }));
    await user.type(await screen.findByLabelText("Passphrase"), "correct horse");
    await user.click(within(screen.getByRole("dialog")).getByRole("button", { name: "Unlock" }));
    await waitFor(() => expect(core.callsOf("unlockVault")).toEqual([["correct horse"]]));
    expect(await screen.findByText("Vault unlocked")).toBeInTheDocument();
  });

  it("gets amber after two polls and red after ten, by the account that is furthest behind", () => {
    const now = Date.parse("2026-01-18T14:00:00Z");
    const checked = (minutes: number) => ({
      ...accountSync(now),
      checked_at: new Date(now - minutes * 60_000).toISOString(),
      next_at: new Date(now - (minutes - 5) * 60_000).toISOString(),
    });
    const age = (...minutes: number[]) => freshnessOf({ accounts: minutes.map(checked) }, now).age;
    expect(age(9)).toBe("fresh");
    expect(age(11)).toBe("amber");
    expect(age(49)).toBe("amber");
    expect(age(51)).toBe("red");
    expect(age(1, 51)).toBe("red");
    expect(freshnessOf(undefined, now).age).toBe("unknown");
  });
});

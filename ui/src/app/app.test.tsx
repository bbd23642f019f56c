import "~/components/dialog-box";
import "~/components/menu-popup";

import { act, fireEvent, screen, waitFor, within } from "@testing-library/react";
import axe from "axe-core";
import { describe, expect, it } from "vitest";

import type { Code, SyncState } from "~/lib/bindings";
import { dataHandlers } from "~/test/data-handlers";
import { refusal } from "~/test/fake-backend";
import { MadeUpShop } from "~/test/made-up-orders";
import { openWindow } from "~/test/open-window";
import { accountSync, INFO, madeUpAccount } from "~/test/shop-handlers";

import { showLastTheme } from "./theme";

const rowsShown = () => screen.findAllByText(/^\d{3}-\d{7}-\d{7}$/);
const unconnected = {
  appInfo: () => ({ ...INFO, accounts: 0 }),
  listAccounts: () => [],
  syncStatus: () => ({ accounts: [] }),
};

describe("first run", () => {
  it("says that Amazon is not configured, in the owner's words, and leads to connecting", async () => {
    const { user, href } = openWindow({ orders: 0, handlers: unconnected });
    const page = await screen.findByTestId("first-run");
    expect(page).toHaveTextContent("Amazon not configured");
    expect(page).toHaveTextContent("Connect your Amazon Seller account to view and manage orders.");
    expect(screen.queryByTestId("sync-button")).toBeNull();
    await user.click(within(page).getByRole("link", { name: "Configure" }));
    await waitFor(() => expect(href()).toBe("/settings/amazon/connect"));
  });

  it("offers the demo seller, and the demo leads back out", async () => {
    const shop = new MadeUpShop(0);
    let demo = false;
    const info = () => ({ ...INFO, accounts: 0, demo });
    const { user, href, core } = openWindow({
      shop,
      handlers: {
        ...unconnected,
        appInfo: info,
        startDemo: () => {
          demo = true;
          shop.newest = 40;
          return info();
        },
        leaveDemo: () => {
          demo = false;
          shop.newest = 0;
          return info();
        },
      },
    });
    await user.click(await screen.findByRole("button", { name: "Open the demo" }));
    expect(await screen.findByText("Demo seller")).toBeInTheDocument();
    await act(() => core.changed("orders", "counts"));
    await rowsShown();
    await user.click(screen.getByRole("button", { name: "Connect Amazon…" }));
    const dialog = await screen.findByRole("dialog", { name: "Leave the demo seller?" });
    expect(dialog).toHaveTextContent("The demo’s orders and notes are deleted.");
    await user.click(within(dialog).getByRole("button", { name: "Leave and connect Amazon" }));
    await waitFor(() => expect(href()).toBe("/settings/amazon/connect"));
    await waitFor(() => expect(screen.queryByText("Demo seller")).toBeNull());
  });

  it("offers no account in the demo, only the way out", async () => {
    const handlers = { ...unconnected, appInfo: () => ({ ...INFO, accounts: 0, demo: true }) };
    const { user } = openWindow({ at: "/settings/amazon/connect", handlers });
    expect(await screen.findByText("This is the demo seller")).toBeInTheDocument();
    expect(screen.queryByLabelText("Refresh token")).toBeNull();
    await user.click(within(screen.getByRole("main")).getByRole("button", { name: "Connect Amazon…" }));
    expect(await screen.findByRole("dialog", { name: "Leave the demo seller?" })).toBeInTheDocument();
  });

  it("keeps orders readable after the last account was disconnected", async () => {
    openWindow({ handlers: unconnected });
    await rowsShown();
    expect(await screen.findByText("Amazon not configured.")).toBeInTheDocument();
    expect(screen.queryByTestId("first-run")).toBeNull();
  });

  it("shows how far the first import is", async () => {
    const state: SyncState = {
      kind: "running",
      pages: 4,
      orders_seen: 400,
      new: 400,
      changed: 0,
      started_at: new Date().toISOString(),
    };
    const account = { ...accountSync(Date.now(), state), complete_up_to: null, checked_at: null };
    openWindow({ orders: 0, handlers: { syncStatus: () => ({ accounts: [account] }) } });
    expect(await screen.findByText("Reading the last 30 days of orders")).toBeInTheDocument();
    expect(screen.getByText(/4 pages, 400 orders so far/)).toBeInTheDocument();
    expect(screen.getAllByRole("button", { name: "Stop" }).length).toBeGreaterThan(0);
  });
});

describe("problems of the data folder", () => {
  const broken = (code: Code, message: string) => ({
    handlers: { appInfo: () => ({ ...INFO, problem: refusal(code, message) }) },
  });

  it.each([
    ["newer_database", "These data are from a newer Packlight"],
    ["corrupt_database", "The database is damaged"],
    ["disk", "The disk refused"],
  ] as const)("%s takes the whole window, with a way on", async (code, title) => {
    const { user, core } = openWindow(broken(code, "What the core found."));
    const alert = await screen.findByRole("alert");
    expect(alert).toHaveTextContent(title);
    expect(alert).toHaveTextContent("What the core found.");
    expect(screen.getByText(/Data folder: /)).toBeInTheDocument();
    expect(screen.queryByRole("navigation")).toBeNull();
    core.answer({ appInfo: () => INFO });
    await user.click(screen.getByRole("button", { name: "Try again" }));
    await rowsShown();
  });

  it("another Packlight that writes leaves everything readable", async () => {
    openWindow(broken("read_only", "Held."));
    await rowsShown();
    expect(screen.getByText("Another Packlight is writing here.")).toBeInTheDocument();
    expect(screen.getByTestId("sync-button")).toBeDisabled();
  });

  it("a core that does not answer is told, not hidden", async () => {
    openWindow({ handlers: { appInfo: () => Promise.reject(new Error("panicked at state.rs")) } });
    expect(await screen.findByRole("alert")).toHaveTextContent("Packlight met an error of its own");
    expect(screen.getByRole("alert")).toHaveTextContent("panicked at state.rs");
  });
});

describe("the frame", () => {
  it("leads only to what exists", async () => {
    openWindow();
    await rowsShown();
    const links = within(screen.getByRole("navigation", { name: "Main" })).getAllByRole("link");
    expect(links.map((link) => link.getAttribute("title"))).toEqual(["Orders", "Inventory", "Activity", "Settings"]);
    expect(links[0]).toHaveTextContent(/^Orders\d+$/);
  });

  it("folds", async () => {
    const { user } = openWindow();
    await rowsShown();
    await user.click(screen.getByRole("button", { name: "Fold the navigation" }));
    expect(screen.getByRole("button", { name: "Unfold the navigation" })).toHaveAttribute("aria-expanded", "false");
  });

  it("keeps theme and density", async () => {
    const { user, core } = openWindow({ at: "/settings/appearance" });
    await user.click(await screen.findByLabelText("Dark"));
    await waitFor(() => expect(document.documentElement).toHaveAttribute("data-theme", "dark"));
    await user.click(screen.getByRole("radio", { name: /Compact/ }));
    await waitFor(() =>
      expect(core.callsOf("setPreferences").at(-1)?.[0]).toEqual({ theme: "dark", density: "compact", columns: null }),
    );
    await user.click(screen.getByRole("link", { name: /Orders/ }));
    await rowsShown();
    expect(screen.getByTestId("orders-table").style.getPropertyValue("--row")).toBe("26px");
  });

  it("begins in the theme that was shown last", async () => {
    const { user } = openWindow({ at: "/settings/appearance" });
    await user.click(await screen.findByLabelText("Dark"));
    await waitFor(() => expect(document.documentElement).toHaveAttribute("data-theme", "dark"));
    document.documentElement.removeAttribute("data-theme");
    showLastTheme();
    expect(document.documentElement).toHaveAttribute("data-theme", "dark");
  });

  it("says that there is no such page", async () => {
    openWindow({ at: "/nowhere" });
    expect(await screen.findByText("There is no such page.")).toBeInTheDocument();
  });

  it("reads again what the core says has changed", async () => {
    const { core } = openWindow({ at: "/settings/amazon" });
    await screen.findByRole("region", { name: "My shop" });
    core.answer({ listAccounts: () => [{ ...madeUpAccount(Date.now()), label: "Another name" }] });
    await act(() => core.changed("accounts"));
    expect(await screen.findByRole("region", { name: "Another name" })).toBeInTheDocument();
  });
});

describe("the web view's own menu", () => {
  it("opens over text fields alone", async () => {
    openWindow();
    const [row] = await rowsShown();
    const isOpened = (target: Element) => fireEvent.contextMenu(target);
    for (const target of [row, screen.getByTestId("orders-table"), screen.getByRole("main"), document.body]) {
      expect(isOpened(target as Element)).toBe(false);
    }
    expect(isOpened(screen.getByTestId("query-bar"))).toBe(true);
  });
});

describe("accessibility", () => {
  const rules = { rules: { "color-contrast": { enabled: false } } };
  async function faults() {
    const { violations } = await axe.run(document.body, rules);
    return violations
      .filter(({ impact }) => impact === "serious" || impact === "critical")
      .map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(" | ")}`);
  }

  it.each([
    ["orders with an order open", "/orders/amazon?order=311", {}],
    ["all orders, nothing found", "/orders?q=nothinglikethis", {}],
    ["all orders with a card for each platform", "/orders", {}],
    ["eBay before its first file", "/orders/ebay", {}],
    ["orders, a wrong word", "/orders/amazon?q=status:piad", {}],
    ["connect Amazon", "/settings/amazon/connect", {}],
    ["Amazon settings", "/settings/amazon", {}],
    ["appearance", "/settings/appearance", {}],
    ["the stock", "/inventory", {}],
    ["mappings", "/inventory/mappings", {}],
    ["activity", "/activity", {}],
    ["what was done here", "/activity?tab=acts", {}],
    ["pick lists", "/orders/pick-lists", {}],
    ["stock and picking", "/settings/picking", {}],
    ["background and alerts", "/settings/background", {}],
    ["data", "/settings/data", dataHandlers(Date.now)],
    ["diagnostics", "/settings/diagnostics", dataHandlers(Date.now)],
    ["about", "/settings/about", {}],
    ["first run", "/orders/amazon", unconnected],
  ])("finds nothing serious: %s", async (_, at, handlers) => {
    openWindow({ at, handlers, orders: handlers === unconnected ? 0 : 312 });
    await screen.findByRole("heading", { level: 1 });
    await waitFor(() => expect(screen.queryByText("…")).toBeNull());
    if (at.includes("order=")) await screen.findByRole("textbox", { name: "Note" });
    expect(await faults()).toEqual([]);
  });

  it("finds nothing serious in matching, picking and completing", async () => {
    const shop = new MadeUpShop(1);
    shop.special.set(1, {
      description: "Walnut desk organiser 1042",
      matches: { total: 2, linked: 0, unmatched: 1, no_asin: 1 },
    });
    const { user } = openWindow({ shop });
    await rowsShown();
    await user.keyboard("{Control>}a{/Control}");
    await screen.findByTestId("bulk-bar");
    await user.click(screen.getByTestId("query-bar"));
    await user.keyboard("st");
    await screen.findByRole("listbox");
    expect(await faults()).toEqual([]);
    await user.keyboard("{Escape}{Escape}{Escape}");
    await user.click(screen.getByRole("button", { name: "1 unmatched" }));
    await screen.findByRole("dialog", { name: "Unmatched Items" });
    await user.click(await screen.findByRole("button", { name: /Click to link/ }));
    const matcher = await screen.findByRole("dialog", { name: "Link ASIN to Inventory" });
    await user.type(within(matcher).getByRole("searchbox"), "1042");
    await within(matcher).findAllByRole("radio");
    expect(await faults()).toEqual([]);
  });

  async function openStock() {
    const opened = openWindow({ at: "/inventory", orders: 5 });
    await screen.findByRole("grid", { name: "Stock" });
    await waitFor(() => expect(screen.getAllByRole("row")[1]).toHaveTextContent(/\d{4}/));
    screen.getByRole("grid", { name: "Stock" }).focus();
    return opened;
  }

  it("finds nothing serious in the menu of a unit", async () => {
    const { user } = await openStock();
    await user.keyboard("{ArrowDown}{Shift>}{F10}{/Shift}");
    await screen.findByRole("menu");
    expect(await faults()).toEqual([]);
  });

  it("finds nothing serious in the dialogs of units", async () => {
    const { user } = await openStock();
    await user.keyboard("n");
    await screen.findByRole("dialog", { name: "Add units" });
    expect(await faults()).toEqual([]);
    await user.keyboard("{Escape}");
    await waitFor(() => expect(screen.queryByRole("dialog")).toBeNull());
    screen.getByRole("grid", { name: "Stock" }).focus();
    await user.keyboard("{ArrowDown}l");
    await screen.findByRole("dialog", { name: "Move 1 unit" });
    expect(await faults()).toEqual([]);
  });

  it("finds nothing serious in the menu of a mapping", async () => {
    const shop = new MadeUpShop(5);
    shop.stock.mappings.set("B07JPLG4BS", { set_number: "75192", condition: "New" });
    const { user } = openWindow({ at: "/inventory/mappings", shop });
    const mappings = await screen.findByRole("grid", { name: "Mappings" });
    await within(mappings).findByText("B07JPLG4BS");
    mappings.focus();
    await user.keyboard("{ArrowDown}{Shift>}{F10}{/Shift}");
    await screen.findByRole("menu");
    expect(await faults()).toEqual([]);
  });

  it("finds nothing serious in dialogs and menus", async () => {
    const { user } = openWindow({ orders: 60 });
    await rowsShown();
    await user.keyboard("?");
    await screen.findByRole("dialog");
    expect(await faults()).toEqual([]);
    await user.keyboard("{Escape}{Control>}k{/Control}");
    await screen.findByRole("combobox", { name: "Find a command" });
    expect(await faults()).toEqual([]);
  });
});

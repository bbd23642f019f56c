/** The owner's journey through the page of Amazon orders, step by step as the brief numbers them. */
// What is loaded on demand is loaded before, so that no test waits for it.
import "~/components/dialog-box";
import "~/components/menu-popup";
import "~/features/matching/match-dialogs";

import { screen, waitFor, within } from "@testing-library/react";
import { describe, expect, it } from "vitest";

import { MadeUpShop } from "~/test/made-up-orders";
import { openWindow } from "~/test/open-window";
import { accountSync, madeUpAccount, syncReport } from "~/test/shop-handlers";

const bodyRows = async () =>
  within(await screen.findByTestId("orders-table"))
    .getAllByRole("row")
    .slice(1);
const rowOf = async (id: string) => {
  const found = (await bodyRows()).find((row) => row.textContent.includes(id));
  if (found === undefined) throw new Error(`order ${id} is not in the table`);
  return found;
};

/** A shop of six orders of which the newest has a line to link and one without ASIN. */
function shopToMatch() {
  const shop = new MadeUpShop(6);
  shop.special.set(6, {
    description: "Walnut desk organiser 1042, 6 compartments",
    matches: { total: 2, linked: 0, unmatched: 1, no_asin: 1 },
  });
  for (const id of [1, 2, 3, 4, 5]) {
    shop.special.set(id, {
      matches: { total: 1, linked: 0, unmatched: 0, no_asin: 0 },
    });
  }
  return shop;
}

describe("the Amazon card after a start without a connection", () => {
  it("says how far the orders go instead of that there are none", async () => {
    const account = { ...accountSync(Date.now()), checked_at: null };
    openWindow({ at: "/orders", handlers: { syncStatus: () => ({ accounts: [account] }) } });
    const card = await screen.findByTestId("platform-amazon");
    await waitFor(() => expect(card).toHaveTextContent(/Connected: My shop · complete to \d\d:\d\d/));
  });
});

describe("the journey of the brief", () => {
  it("1. opens Amazon orders from the page of all orders, by the card's link", async () => {
    const { user, href } = openWindow({ at: "/orders" });
    const card = await screen.findByTestId("platform-amazon");
    await waitFor(() => expect(card).toHaveTextContent("312 orders"));
    await waitFor(() => expect(card).toHaveTextContent("Connected: My shop · last sync 1 min ago"));
    expect(within(card).getByRole("button", { name: "Sync" })).toBeEnabled();
    await user.click(within(card).getByRole("link", { name: "Amazon" }));
    await waitFor(() => expect(href()).toBe("/orders/amazon"));
    expect(await screen.findByRole("heading", { level: 1, name: "Amazon orders" })).toBeInTheDocument();
  });

  it("2. shows counts on the cards, and a card filters", async () => {
    const { user, href } = openWindow();
    await waitFor(() => expect(screen.getByTestId("card-all")).toHaveTextContent("312"));
    for (const name of ["pending", "paid", "shipped", "completed", "cancelled"]) {
      expect(screen.getByTestId(`card-${name}`)).toHaveTextContent(/\d/);
    }
    await user.click(screen.getByTestId("card-shipped"));
    expect(href()).toBe("/orders/amazon?q=status:shipped");
    await waitFor(async () => expect((await bodyRows())[0]).toHaveTextContent("Shipped"));
    expect(await screen.findByRole("button", { name: "Status: Shipped" })).toBeInTheDocument();
  });

  it("3. filters by match status from its drop-down, in the text", async () => {
    const { user, href } = openWindow({ at: "/orders/amazon?q=status:paid" });
    await user.click(await screen.findByRole("button", { name: "Match: all" }));
    const choices = (await screen.findAllByRole("menuitem")).map((item) => item.textContent);
    expect(choices).toEqual(["All match status", "Matched", "Unmatched", "No ASIN"]);
    await user.click(screen.getByRole("menuitem", { name: "Unmatched" }));
    await waitFor(() => expect(href()).toBe("/orders/amazon?q=status:paid+is:unmatched"));
    await waitFor(async () => {
      for (const row of await bodyRows()) expect(row).toHaveTextContent("unmatched");
    });
    await user.click(await screen.findByRole("button", { name: "Match: Unmatched" }));
    await user.click(await screen.findByRole("menuitem", { name: "All match status" }));
    await waitFor(() => expect(href()).toBe("/orders/amazon?q=status:paid"));
  });

  it("4. opens the unmatched items by the badge of a row", async () => {
    const shop = shopToMatch();
    const { user } = openWindow({ shop });
    const id = shop.row(6).platform_order_id;
    await screen.findByText(id);
    const row = await rowOf(id);
    expect(within(row).getByRole("button", { name: "1 No ASIN" })).toBeInTheDocument();
    await user.click(within(row).getByRole("button", { name: "1 unmatched" }));
    const dialog = await screen.findByRole("dialog", { name: "Unmatched Items" });
    expect(dialog).toHaveTextContent("These items need to be linked to inventory");
    const linkable = await within(dialog).findByRole("button", { name: /Click to link to inventory/ });
    expect(linkable).toHaveTextContent(/ASIN: B0/);
    expect(dialog).toHaveTextContent("No ASIN on Amazon order - cannot link to inventory");
    expect(within(dialog).getAllByRole("button")).toHaveLength(2);
    expect(screen.queryByTestId("order-drawer")).toBeNull();
    await user.click(within(dialog).getByRole("button", { name: "Close" }));
    await waitFor(() => expect(screen.queryByRole("dialog")).toBeNull());
  });

  it("5. links the ASIN to inventory, and one undo takes it back", async () => {
    const shop = shopToMatch();
    const { user, core } = openWindow({ shop });
    const id = shop.row(6).platform_order_id;
    await screen.findByText(id);
    await user.click(within(await rowOf(id)).getByRole("button", { name: "1 unmatched" }));
    await user.click(await screen.findByRole("button", { name: /Click to link to inventory/ }));
    const dialog = await screen.findByRole("dialog", { name: "Link ASIN to Inventory" });
    const create = within(dialog).getByRole("button", { name: "Create ASIN Mapping" });
    expect(dialog).toHaveTextContent(/Item: /);
    expect(create).toBeDisabled();

    const search = within(dialog).getByRole("searchbox", { name: "Search Inventory:" });
    await waitFor(() => expect(search).toHaveFocus());
    await user.type(search, "nothinglikethis");
    expect(await within(dialog).findByText("No matching inventory items found")).toBeInTheDocument();
    expect(dialog).toHaveTextContent("Try searching with different terms or check your inventory.");
    await user.clear(search);
    await user.type(search, "1042");
    const [first] = await within(dialog).findAllByRole("radio", { name: /1042 Walnut desk organiser - New Sealed/ });
    if (first === undefined) throw new Error("no unit is offered");
    const unit = first.closest("label");
    expect(unit).toHaveTextContent("A-01");
    expect(unit).toHaveTextContent("£59.99");
    expect(create).toBeDisabled();
    await user.click(first);
    expect(create).toBeEnabled();
    await user.click(create);

    await waitFor(() => expect(core.callsOf("createMapping")).toEqual([[{ order: 6, order_item_id: "61" }, 1]]));
    expect(await screen.findByText(/mapped to 1042/)).toBeInTheDocument();
    await waitFor(() => expect(screen.queryByRole("dialog")).toBeNull());
    await waitFor(async () => expect(await rowOf(id)).not.toHaveTextContent("unmatched"));
    await user.keyboard("z");
    await waitFor(() => expect(core.callsOf("undo")).toEqual([[1]]));
    await waitFor(async () => expect(await rowOf(id)).toHaveTextContent("1 unmatched"));
  });

  it("10. syncs, and says what came", async () => {
    const { user } = openWindow({ handlers: { syncNow: () => syncReport({ orders_new: 3 }) } });
    await user.click(await screen.findByTestId("sync-button"));
    expect(await screen.findByTestId("toast")).toHaveTextContent("3 new");
  });

  it("11. opens the order on Amazon from the row's menu", async () => {
    const { user, core, shop } = openWindow();
    const id = shop.row(312).platform_order_id;
    await screen.findByText(id);
    await user.click(screen.getByRole("button", { name: `Menu of order ${id}` }));
    await user.click(await screen.findByRole("menuitem", { name: /View on Amazon/ }));
    await waitFor(() => expect(core.callsOf("openOnAmazon")).toEqual([[312]]));
  });

  it.each([
    ["All platforms", "/orders?q=status:paid", "All orders"],
    ["eBay", "/orders/ebay?q=status:paid", "eBay orders"],
    ["Bricqer", "/orders?q=status:paid&platform=bricqer", "Bricqer orders"],
  ])("12. the platform drop-down leads to %s and keeps the filter", async (name, url, heading) => {
    const { user, href } = openWindow({ at: "/orders/amazon?q=status:paid" });
    await user.click(await screen.findByRole("button", { name: "Choose the platform" }));
    const choices = (await screen.findAllByRole("menuitem")).map((item) => item.textContent);
    expect(choices).toEqual(["All platforms", "Amazon", "eBay", "Bricqer"]);
    await user.click(screen.getByRole("menuitem", { name }));
    await waitFor(() => expect(href()).toBe(url));
    expect(await screen.findByRole("heading", { level: 1, name: heading })).toBeInTheDocument();
  });
});

describe("the other platforms", () => {
  it("have a card each, with the way to import a file", async () => {
    const { user } = openWindow({ at: "/orders" });
    const ebay = await screen.findByTestId("platform-ebay");
    await waitFor(() => expect(ebay).toHaveTextContent("0 orders"));
    await waitFor(() => expect(ebay).toHaveTextContent("Nothing imported yet"));
    await user.click(within(ebay).getByRole("button", { name: "Import orders file" }));
    expect(await screen.findByRole("dialog", { name: "Import eBay orders" })).toBeInTheDocument();
  });

  it("say when a file was imported last", async () => {
    const own = madeUpAccount(Date.now());
    const imported = new Date();
    imported.setHours(0, 5, 0, 0);
    let accounts = [own];
    const { core } = openWindow({ at: "/orders", handlers: { listAccounts: () => accounts } });
    const ebay = await screen.findByTestId("platform-ebay");
    await waitFor(() => expect(ebay).toHaveTextContent("Nothing imported yet"));
    accounts = [own, { ...own, id: 2, label: "eBay", platform: "ebay", last_check_at: imported.toISOString() }];
    await core.changed("accounts");
    await waitFor(() => expect(ebay).toHaveTextContent(/Imported 0?0:05|Imported 12:05 AM/));
  });

  it("say what to do before the first file", async () => {
    openWindow({ at: "/orders?platform=bricqer" });
    expect(await screen.findByText("No Bricqer orders yet")).toBeInTheDocument();
    expect(screen.queryByTestId("sync-button")).toBeNull();
  });

  it("show their own orders only, without the way to Amazon", async () => {
    const shop = new MadeUpShop(5);
    shop.special.set(3, { platform: "ebay", platform_order_id: "14-09876-54321" });
    const { user, core } = openWindow({ shop, at: "/orders/ebay" });
    await screen.findByText("14-09876-54321");
    expect(await bodyRows()).toHaveLength(1);
    expect(core.callsOf("listOrders").at(-1)?.[0].platform).toBe("ebay");
    await user.click(screen.getByRole("button", { name: "Menu of order 14-09876-54321" }));
    expect(await screen.findByRole("menuitem", { name: /View details/ })).toBeInTheDocument();
    expect(screen.queryByRole("menuitem", { name: /View on Amazon/ })).toBeNull();
  });
});

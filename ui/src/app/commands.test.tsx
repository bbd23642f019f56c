/** One register: what `?` lists can be chosen in the palette, what the palette gives a key is listed by `?`. */
import "~/components/dialog-box";
import "~/components/menu-popup";
import "~/features/orders/bulk-bar";

import { screen, waitFor, within } from "@testing-library/react";
import { describe, expect, it } from "vitest";

import { MadeUpShop } from "~/test/made-up-orders";
import { openWindow } from "~/test/open-window";

import "./command-palette";
import "./import-orders";
import "./key-help";

type User = ReturnType<typeof openWindow>["user"];

/** What the dialog of keys lists, with the first key of each. */
async function listed(user: User): Promise<string[]> {
  await user.keyboard("?");
  const dialog = await screen.findByRole("dialog", { name: "Keys" });
  const lines = within(dialog)
    .getAllByRole("term")
    .map((term) => `${term.textContent} | ${term.nextElementSibling?.querySelector("kbd")?.textContent}`);
  await user.keyboard("{Escape}");
  await waitFor(() => expect(screen.queryByRole("dialog")).toBeNull());
  return lines;
}

/** What the palette offers, with its key where it shows one. */
async function offered(user: User): Promise<string[]> {
  await user.keyboard("{Control>}k{/Control}");
  const options = await screen.findAllByRole("option");
  const lines = options.map((option) =>
    [option.querySelector("bdi"), option.querySelector("kbd")].flatMap((part) => part?.textContent ?? []).join(" | "),
  );
  await user.keyboard("{Escape}");
  await waitFor(() => expect(screen.queryByRole("dialog")).toBeNull());
  return lines;
}

/** The palette needs no command to open itself. */
const ITSELF = "All commands | Ctrl K";

/** A shop whose newest order has everything that a command can be about. */
function shopOfAll() {
  const shop = new MadeUpShop(30);
  shop.special.set(30, { ui_status: "Paid", matches: { total: 1, linked: 0, unmatched: 1, no_asin: 0 } });
  shop.stock.mappings.set("B07JPLG4BS", { set_number: "75192", condition: "New" });
  return shop;
}

describe("the palette and the list of keys", () => {
  it.each([
    ["orders", "/orders/amazon", "orders-table"],
    ["all orders", "/orders", "orders-table"],
    ["the stock", "/inventory", "stock-table"],
    ["mappings", "/inventory/mappings", "mappings-table"],
  ])("name the same of %s", async (_, at, table) => {
    const shop = shopOfAll();
    const { user } = openWindow({ at, shop });
    const grid = await screen.findByTestId(table);
    await waitFor(() => expect(within(grid).getAllByRole("row")[1]).toHaveTextContent(/\d{4}/));
    grid.focus();
    await user.keyboard("{ArrowDown}x");
    if (table === "orders-table") await screen.findByTestId("bulk-bar");
    const keys = (await listed(user)).filter((line) => line !== ITSELF);
    const withKeys = (await offered(user)).filter((line) => line.includes(" | "));
    expect(withKeys.toSorted()).toEqual(keys.toSorted());
  });

  it.each([
    [
      "/orders/amazon",
      ["Sync orders", "Pick list", "Confirm orders processed", "Show shipped orders", "Save this view"],
    ],
    ["/orders", ["Import eBay orders", "Import Bricqer orders", "Show cancelled orders"]],
    ["/orders/ebay", ["Import eBay orders"]],
    ["/orders/pick-lists", ["New pick list"]],
    ["/inventory", ["Add units", "Import units", "Listings from Amazon", "Export units as CSV"]],
    ["/inventory/mappings", ["Add a mapping", "Search the mappings"]],
    ["/activity", ["Show Syncs and imports", "Show What was done here"]],
    ["/settings/amazon", ["Connect Amazon", "Check My shop", "Edit My shop", "Replace the secrets of My shop"]],
    ["/settings/background", ["Pause for 1 hour", "Pause until tomorrow"]],
    [
      "/settings/data",
      ["Back up now", "Export everything as CSV and JSON", "Move the data folder…", "Erase everything…"],
    ],
    ["/settings/diagnostics", ["Export diagnostics"]],
    ["/settings/about", ["Set up updates"]],
  ])("offers what the page %s can do", async (at, commands) => {
    const { user } = openWindow({ at, shop: shopOfAll() });
    await screen.findByRole("heading", { level: 1 });
    await waitFor(async () =>
      expect((await offered(user)).map((line) => line.split(" | ")[0])).toEqual(expect.arrayContaining(commands)),
    );
  });

  it("offers for a selection what its bar can do", async () => {
    const { user } = openWindow({ shop: shopOfAll() });
    await screen.findByTestId("orders-table");
    await user.keyboard("{Control>}a{/Control}");
    const bar = await screen.findByTestId("bulk-bar");
    await waitFor(() => expect(within(bar).getByRole("button", { name: "Export CSV" })).toBeEnabled());
    expect(await offered(user)).toEqual(
      expect.arrayContaining(["Export the selected orders as CSV", "Copy the ids of the selected orders"]),
    );
  });

  it("does by name what a key does in the table", async () => {
    const { user } = openWindow({ at: "/inventory/mappings", shop: shopOfAll() });
    const grid = await screen.findByTestId("mappings-table");
    await within(grid).findByText("B07JPLG4BS");
    grid.focus();
    await user.keyboard("{ArrowDown}{Control>}k{/Control}");
    await user.type(await screen.findByRole("combobox", { name: "Find a command" }), "menu of the mapping{Enter}");
    expect(await screen.findByRole("menu", { name: "Mapping of B07JPLG4BS" })).toBeInTheDocument();
  });
});

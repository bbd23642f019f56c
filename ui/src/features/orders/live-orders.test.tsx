import "~/components/dialog-box";
import "~/components/toasts";
import "~/features/matching/match-dialogs";

import { act, screen, waitFor, within } from "@testing-library/react";
import { describe, expect, it } from "vitest";

import { tellActed } from "~/components/acted";
import type { OrderPage } from "~/lib/bindings";
import { MadeUpShop } from "~/test/made-up-orders";
import { openWindow } from "~/test/open-window";
import { pointInto } from "~/test/pointer";

import "./bulk-bar";
import "./order-drawer";

const table = () => screen.findByTestId("orders-table");
const shownIds = () =>
  [...document.querySelectorAll("[data-testid=orders-table] [data-column=order]")].map((cell) => cell.textContent);
const rowsOf = async () => Number((await table()).getAttribute("aria-rowcount")) - 1;
const bar = () => screen.findByTestId("bulk-bar");

/** The seller is elsewhere: neither the pointer nor the focus is in the table. */
const leave = () => act(() => (document.activeElement as HTMLElement).blur());

async function shown(shop: MadeUpShop) {
  await screen.findByText(shop.row(shop.newest).platform_order_id);
}

const lines = (unmatched: number) => ({ total: 1, linked: 0, unmatched, no_asin: 0 });

/** A shop whose every order has one unmatched line. */
function unmatchedShop(orders: number) {
  const shop = new MadeUpShop(orders);
  for (let id = 1; id <= orders; id += 1) {
    shop.special.set(id, { description: "Walnut desk organiser 1042, 6 compartments", matches: lines(1) });
  }
  return shop;
}

describe("what the seller does", () => {
  it("shows at once in the table, however far it is scrolled", async () => {
    const shop = unmatchedShop(120);
    const { user, core } = openWindow({ shop, at: "/orders/amazon?q=is:unmatched" });
    await shown(shop);
    const grid = await table();
    act(() => (grid.scrollTop = 1500));
    const { platform_order_id: name } = shop.row(70);
    const row = (await screen.findByText(name)).closest<HTMLElement>("[role=row]");
    await user.click(within(row ?? grid).getByRole("button", { name: /1 unmatched/ }));
    const unmatched = await screen.findByRole("dialog", { name: "Unmatched Items" });
    await user.click((await within(unmatched).findAllByRole("button", { name: /ASIN/ }))[0] ?? unmatched);
    const dialog = await screen.findByRole("dialog", { name: "Link ASIN to Inventory" });
    await waitFor(() => expect(within(dialog).getByRole("searchbox")).toHaveFocus());
    await user.keyboard("1042");
    await within(dialog).findAllByRole("radio");
    await user.keyboard("{ArrowDown}{Enter}");
    await waitFor(() => expect(core.callsOf("createMapping")).toHaveLength(1));
    await waitFor(async () => expect(await rowsOf()).toBe(119));
    await waitFor(() => expect(shownIds()).not.toContain(name));
    expect(screen.queryByTestId("waiting-rows")).toBeNull();
  });

  it("leaves the rows that wait where it moves none, as a note that is saved by a click on a row", async () => {
    const shop = new MadeUpShop(312);
    const id = [312, 311, 310, 309].find((own) => shop.row(own).flags.length === 0) ?? 0;
    const { user, core } = openWindow({ shop, at: `/orders/amazon?order=${id}` });
    const note = await screen.findByRole("textbox", { name: "Note" });
    shop.newest += 3;
    await act(() => core.changed("orders"));
    await screen.findByRole("button", { name: "↑ 3 new orders" });
    await user.type(note, "Two bows");
    await user.keyboard("{Control>}{Enter}{/Control}");
    expect(await screen.findByTestId("toast")).toHaveTextContent("Note saved");
    const row = screen.getByText(shop.row(id).platform_order_id, { selector: "[role=row] *" }).closest("[role=row]");
    await waitFor(() => expect(row).toHaveTextContent("Has a note"));
    expect(screen.getByRole("button", { name: "↑ 3 new orders" })).toBeInTheDocument();
  });
});

describe("what others do", () => {
  it("moves no row under the pointer, and no row says what is not so any more", async () => {
    const shop = unmatchedShop(12);
    const { user, core } = openWindow({ shop, at: "/orders/amazon?q=is:unmatched" });
    await shown(shop);
    await pointInto(user, await table());
    const before = shownIds();
    const row = screen.getByText(shop.row(9).platform_order_id).closest("[role=row]");
    expect(row).toHaveTextContent("1 unmatched");
    shop.special.set(9, { ...shop.special.get(9), matches: lines(0), ui_status: "Shipped" });
    await act(() => core.changed("orders"));
    await waitFor(() => expect(row).toHaveTextContent("Shipped"));
    expect(row).not.toHaveTextContent("unmatched");
    expect(shownIds()).toEqual(before);
    expect(screen.getByRole("button", { name: "↑ Show the changed list" })).toBeInTheDocument();
    expect(core.callsOf("getOrder")).toEqual([[9]]);
  });

  it("is in the list that was being read meanwhile", async () => {
    const shop = new MadeUpShop(30);
    const paid = shop.counts().paid;
    let release = () => {};
    const { user, core } = openWindow({ shop });
    await shown(shop);
    core.answer({
      // What is read is what was so at the time of the question.
      listOrders: (request) => {
        const page = shop.page(request);
        if (request.query === "") return page;
        return new Promise<OrderPage>((resolve) => (release = () => resolve(page)));
      },
    });
    await user.click(screen.getByTestId("card-paid"));
    await waitFor(() => expect(core.callsOf("listOrders").at(-1)?.[0].query).toBe("status:paid"));
    const [first] = shop.page({ ...core.callsOf("listOrders").at(-1)![0], limit: 1 }).rows;
    shop.special.set(first?.id ?? 0, { ui_status: "Shipped" });
    await user.hover(screen.getByTestId("card-paid"));
    await act(() => core.changed("orders"));
    core.answer({ listOrders: (request) => shop.page(request) });
    act(release);
    await waitFor(async () => expect(await rowsOf()).toBe(paid - 1));
    expect(shownIds()).not.toContain(first?.platform_order_id);
  });
});

describe("the keys", () => {
  it("act on the order that they acted on before others came above it", async () => {
    const { user, core, shop } = openWindow();
    await shown(shop);
    await user.keyboard("jj");
    leave();
    shop.newest += 3;
    await act(() => core.changed("orders", "counts"));
    await screen.findByText(shop.row(315).platform_order_id);
    await user.keyboard("y");
    await screen.findByText("Order id copied");
    expect(await navigator.clipboard.readText()).toBe(shop.row(311).platform_order_id);
    await user.keyboard("k");
    await user.keyboard("o");
    await waitFor(() => expect(core.callsOf("openOnAmazon")).toEqual([[312]]));
  });

  it("act on none when others took that order out of the list", async () => {
    const shop = unmatchedShop(12);
    const { user, core } = openWindow({ shop, at: "/orders/amazon?q=is:unmatched" });
    await shown(shop);
    await user.keyboard("jj");
    leave();
    shop.special.set(11, { ...shop.special.get(11), matches: lines(0) });
    await act(() => core.changed("orders"));
    await waitFor(async () => expect(await rowsOf()).toBe(11));
    await user.keyboard("o");
    await user.keyboard("jo");
    await waitFor(() => expect(core.callsOf("openOnAmazon")).toEqual([[12]]));
  });

  it("go on with the next order when the seller's own act took that one out", async () => {
    const shop = unmatchedShop(12);
    const { user, core } = openWindow({ shop, at: "/orders/amazon?q=is:unmatched" });
    await shown(shop);
    await user.keyboard("jj");
    shop.special.set(11, { ...shop.special.get(11), matches: lines(0) });
    act(tellActed);
    await waitFor(async () => expect(await rowsOf()).toBe(11));
    await user.keyboard("o");
    await waitFor(() => expect(core.callsOf("openOnAmazon")).toEqual([[10]]));
  });

  it("select from the order selected last, though others came above it", async () => {
    const { user, core, shop } = openWindow();
    await shown(shop);
    await user.keyboard("jjjx");
    expect(await bar()).toHaveTextContent("1 of 312 selected");
    leave();
    shop.newest += 2;
    await act(() => core.changed("orders", "counts"));
    await screen.findByText(shop.row(314).platform_order_id);
    await user.keyboard("jj{Shift>}X{/Shift}");
    await waitFor(async () => expect(await bar()).toHaveTextContent("3 of 314 selected"));
    const selected = [310, 309, 308].map((id) => shop.row(id).platform_order_id);
    const rows = screen.getAllByRole("row", { selected: true });
    expect(rows.map((row) => row.querySelector("[data-column=order]")?.textContent)).toEqual(selected);
  });

  it("select from it also where it has been scrolled away meanwhile", async () => {
    const { user, core, shop } = openWindow();
    await shown(shop);
    const boxOf = (id: number) =>
      screen.findByRole("checkbox", { name: `Select order ${shop.row(id).platform_order_id}` });
    await user.click(await boxOf(307));
    act(() => (screen.getByTestId("orders-table").scrollTop = 5000));
    await boxOf(160);
    shop.newest += 3;
    await act(() => core.changed("orders", "counts"));
    await screen.findByRole("button", { name: "↑ 3 new orders" });
    act(tellActed);
    await waitFor(async () => expect(await rowsOf()).toBe(315));
    await user.keyboard("{Shift>}");
    await user.click(await boxOf(160));
    await user.keyboard("{/Shift}");
    await waitFor(async () => expect(await bar()).toHaveTextContent("148 of 315 selected"));
  });

  it("begin to select anew in another sort", async () => {
    const { user, shop } = openWindow();
    await shown(shop);
    await user.keyboard("jjjx");
    await bar();
    await user.click(screen.getByRole("button", { name: "Total" }));
    await waitFor(() => expect(screen.queryByTestId("bulk-bar")).toBeNull());
    await waitFor(async () => expect(await table()).not.toHaveAttribute("aria-busy"));
    await user.keyboard("jj{Shift>}X{/Shift}");
    await waitFor(async () => expect(await bar()).toHaveTextContent("2 of 312 selected"));
  });
});

it("an order whose items are not known yet has a deadline, in the table and beside it", async () => {
  const shop = new MadeUpShop(1);
  shop.special.set(1, {
    ui_status: "Paid",
    units_left: 0,
    flags: ["missing_items"],
    ship_by: new Date(Date.now() - 2 * 3_600_000 - 1000).toISOString(),
    matches: { total: 0, linked: 0, unmatched: 0, no_asin: 0 },
  });
  openWindow({ shop, at: "/orders/amazon?order=1" });
  const drawer = await screen.findByTestId("order-drawer");
  expect(await within(drawer).findByText("2 h late")).toBeInTheDocument();
  expect(document.querySelector("[role=row] [data-column=ship_by]:not([role=columnheader])")).toHaveTextContent(
    "2 h late",
  );
});

/** A morning's work at the desk without a mouse, and the palette that leads everywhere. */
import "~/components/dialog-box";
import "~/components/menu-popup";
import "~/components/toasts";
import "~/features/matching/match-dialogs";
import "~/features/orders/bulk-bar";
import "~/features/orders/order-drawer";

import { screen, waitFor, within } from "@testing-library/react";
import { describe, expect, it } from "vitest";

import { MadeUpShop } from "~/test/made-up-orders";
import { openWindow } from "~/test/open-window";

import "./command-palette";

const palette = () => screen.findByRole("combobox", { name: "Find a command" });
const found = async () =>
  (await screen.findAllByRole("option")).map((option) => option.querySelector("bdi")?.textContent);

describe("the page of orders by keys alone", () => {
  it("filters, looks, links, picks, copies and takes back", async () => {
    const shop = new MadeUpShop(40);
    shop.special.set(40, {
      description: "Walnut desk organiser 1042, 6 compartments",
      ui_status: "Paid",
      matches: { total: 1, linked: 0, unmatched: 1, no_asin: 0 },
    });
    const { user, href, core } = openWindow({ shop });
    const id = shop.row(40).platform_order_id;
    await screen.findByText(id);

    await user.keyboard("5");
    await waitFor(() => expect(href()).toBe("/orders/amazon?q=is:unmatched"));
    await screen.findByText(id);
    await user.keyboard("j ");
    expect(await screen.findByTestId("order-drawer")).not.toHaveFocus();
    await waitFor(() => expect(screen.getByTestId("orders-table")).toHaveFocus());
    await user.keyboard("{Escape}");
    await waitFor(() => expect(screen.queryByTestId("order-drawer")).toBeNull());

    await user.keyboard("m");
    const matcher = await screen.findByRole("dialog", { name: "Link ASIN to Inventory" });
    await within(matcher).findAllByRole("radio");
    await user.keyboard("{ArrowDown}{Enter}");
    await waitFor(() => expect(core.callsOf("createMapping")).toHaveLength(1));
    await user.keyboard("{Escape}");
    await waitFor(() => expect(screen.queryByRole("dialog")).toBeNull());

    await user.keyboard("7");
    await waitFor(() => expect(href()).toBe("/orders/amazon"));
    await screen.findByText(id);
    await user.keyboard("jxy");
    await waitFor(async () => expect(await navigator.clipboard.readText()).toBe(id));
    expect(await screen.findByTestId("bulk-bar")).toHaveTextContent("1 of 40 selected");
    await user.keyboard("{Escape}z");
    await waitFor(() => expect(core.callsOf("undo")).toHaveLength(1));
  });

  it("goes to pages by two keys, one after the other", async () => {
    const { user, href } = openWindow();
    await screen.findByTestId("orders-table");
    await user.keyboard("gp");
    await waitFor(() => expect(href()).toBe("/orders"));
    await user.keyboard("gs");
    await waitFor(() => expect(href()).toBe("/settings/amazon"));
    await user.keyboard("go");
    await waitFor(() => expect(href()).toBe("/orders/amazon"));
    // The first key alone does nothing, and does not swallow what follows it in vain.
    await user.keyboard("gj");
    await waitFor(() => expect(screen.getByTestId("orders-table")).toHaveFocus());
  });

  it("undo says so when nothing was done here", async () => {
    const { user, core } = openWindow();
    await screen.findByTestId("orders-table");
    await user.keyboard("z");
    expect(await screen.findByText("Nothing to undo")).toBeInTheDocument();
    expect(core.callsOf("undo")).toEqual([]);
  });
});

describe("the palette", () => {
  it("finds commands by some of their letters and shows their keys", async () => {
    const { user } = openWindow();
    await screen.findByTestId("orders-table");
    await user.keyboard("{Control>}k{/Control}");
    await user.type(await palette(), "sync");
    const option = (await screen.findAllByRole("option"))[0];
    expect(option).toHaveTextContent("Sync ordersR");
  });

  it("has what was chosen last on top", async () => {
    const { user } = openWindow();
    await screen.findByTestId("orders-table");
    await user.keyboard("{Control>}k{/Control}");
    await user.type(await palette(), "comfortable{Enter}");
    await waitFor(() => expect(screen.queryByRole("dialog")).toBeNull());
    await user.keyboard("{Control>}k{/Control}");
    await palette();
    expect((await found())[0]).toBe("Comfortable rows");
  });

  it("leads to views, and to an order by its id", async () => {
    const { user, href, shop } = openWindow();
    await screen.findByTestId("view-Late");
    await user.keyboard("{Control>}k{/Control}");
    await user.type(await palette(), "view late");
    await waitFor(async () => expect((await found())[0]).toBe("View: Late"));
    await user.keyboard("{Enter}");
    await waitFor(() => expect(href()).toBe("/orders/amazon?q=is:late+is:fbm&sort=ship_by"));

    await waitFor(() => expect(screen.queryByRole("dialog")).toBeNull());
    const id = shop.row(100).platform_order_id;
    await user.keyboard("{Control>}k{/Control}");
    await user.type(await palette(), id);
    await waitFor(async () => expect((await found())[0]).toBe(id));
    await user.keyboard("{Enter}");
    await waitFor(() => expect(href()).toBe("/orders/amazon?order=100"));
  });
});

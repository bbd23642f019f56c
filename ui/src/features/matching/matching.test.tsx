import "~/components/dialog-box";
import "~/components/menu-popup";
import "~/features/orders/order-drawer";

import { screen, waitFor, within } from "@testing-library/react";
import { describe, expect, it } from "vitest";

import { refusal } from "~/test/fake-backend";
import { MadeUpShop } from "~/test/made-up-orders";
import { openWindow } from "~/test/open-window";

import "./linked-units";
import "./match-dialogs";

const TITLE = "Walnut desk organiser 1042, 6 compartments";

/** Orders with as many unmatched lines as named, the first one the newest. */
function shopWith(...unmatched: number[]) {
  const shop = new MadeUpShop(unmatched.length);
  for (const [index, lines] of unmatched.entries()) {
    const total = Math.max(1, lines);
    shop.special.set(unmatched.length - index, {
      description: TITLE,
      matches: { total, linked: 0, unmatched: lines, no_asin: 0 },
    });
  }
  return shop;
}

const matcher = () => screen.findByRole("dialog", { name: "Link ASIN to Inventory" });

async function chooseFirst(user: ReturnType<typeof openWindow>["user"]) {
  const dialog = await matcher();
  await waitFor(() => expect(within(dialog).getByRole("searchbox")).toHaveFocus());
  await user.keyboard("1042");
  await within(dialog).findAllByRole("radio");
  await user.keyboard("{ArrowDown}{Enter}");
}

describe("going through unmatched lines by key", () => {
  it("leads from line to line and from order to order, without the mouse", async () => {
    const shop = shopWith(2, 0, 1);
    const { user, core } = openWindow({ shop });
    await screen.findByText(shop.row(3).platform_order_id);
    await user.keyboard("jm");
    await chooseFirst(user);
    await waitFor(() => expect(core.callsOf("createMapping")).toHaveLength(1));
    await waitFor(async () => expect(await matcher()).toHaveTextContent("SKU SHOP-4"));
    await chooseFirst(user);
    await waitFor(() => expect(core.callsOf("createMapping")).toHaveLength(2));
    await waitFor(async () => expect(await matcher()).toHaveTextContent("SKU SHOP-1"));
    await chooseFirst(user);
    await waitFor(() => expect(screen.queryByRole("dialog")).toBeNull());
    expect(core.callsOf("createMapping").map(([line]) => line.order)).toEqual([3, 3, 1]);
  });

  it("passes over a line that is skipped", async () => {
    const shop = shopWith(1, 1);
    const { user } = openWindow({ shop });
    await screen.findByText(shop.row(2).platform_order_id);
    await user.keyboard("jm");
    await waitFor(async () => expect(await matcher()).toHaveTextContent("SKU SHOP-2"));
    await user.click(within(await matcher()).getByRole("button", { name: "Skip this line" }));
    await waitFor(async () => expect(await matcher()).toHaveTextContent("SKU SHOP-1"));
    await user.click(within(await matcher()).getByRole("button", { name: "Skip this line" }));
    await waitFor(() => expect(screen.queryByRole("dialog")).toBeNull());
  });
});

describe("choosing a unit", () => {
  it("shows why units are proposed, and what is known of them", async () => {
    const shop = shopWith(1);
    const { user } = openWindow({ shop });
    await screen.findByText(shop.row(1).platform_order_id);
    await user.keyboard("jm");
    const [first] = await within(await matcher()).findAllByRole("radio");
    expect(first?.closest("label")).toHaveTextContent("number in title");
    expect(first?.closest("label")).toHaveTextContent(/bought .+ · cost £31.00/);
  });

  it("says that another order took the unit, and offers the rest", async () => {
    const shop = shopWith(1);
    const { user } = openWindow({
      shop,
      handlers: {
        createMapping: () => Promise.reject(refusal("busy", "unit 1 (1042) is held by order 203-1111111-1111111")),
      },
    });
    await screen.findByText(shop.row(1).platform_order_id);
    await user.keyboard("jm");
    await chooseFirst(user);
    const dialog = await matcher();
    expect(await within(dialog).findByRole("alert")).toHaveTextContent(
      "unit 1 (1042) is held by order 203-1111111-1111111",
    );
    expect(within(dialog).getByRole("button", { name: "Create ASIN Mapping" })).toBeDisabled();
  });

  it("of another platform's line speaks of its SKU", async () => {
    const shop = shopWith(1);
    shop.special.set(1, { ...shop.special.get(1), platform: "ebay", platform_order_id: "14-09876-54321" });
    const { user } = openWindow({ shop, at: "/orders/ebay" });
    await screen.findByText("14-09876-54321");
    await user.keyboard("jm");
    const dialog = await screen.findByRole("dialog", { name: "Link item to inventory" });
    expect(dialog).toHaveTextContent("SKU or item number: SHOP-1");
    expect(within(dialog).getByRole("button", { name: "Create mapping" })).toBeDisabled();
  });
});

describe("what is linked", () => {
  function linkedShop() {
    const shop = new MadeUpShop(1);
    shop.special.set(1, {
      matches: { total: 1, linked: 1, unmatched: 0, no_asin: 0 },
    });
    return shop;
  }

  it("is shown by the badge, and can be unlinked there", async () => {
    const shop = linkedShop();
    const { user, core } = openWindow({ shop });
    await user.click(await screen.findByRole("button", { name: "linked" }));
    const popover = await screen.findByRole("dialog", { name: "Linked inventory" });
    await waitFor(() => expect(popover).toHaveTextContent("chosen by hand"));
    expect(popover).toHaveTextContent(/£\d/);
    await user.click(within(popover).getByRole("button", { name: "Unlink" }));
    await waitFor(() => expect(core.callsOf("unlinkLine")).toEqual([[{ order: 1, order_item_id: "10" }]]));
    expect(await screen.findByText("1 unit unlinked")).toBeInTheDocument();
    await waitFor(() => expect(screen.queryByRole("button", { name: "linked" })).toBeNull());
  });

  it("is in the drawer with its history, and a matched line takes a unit there", async () => {
    const shop = linkedShop();
    const { user, core } = openWindow({ shop, at: "/orders/amazon?order=1" });
    const drawer = await screen.findByTestId("order-drawer");
    await user.click(await within(drawer).findByRole("button", { name: /^Unlink / }));
    expect(await within(drawer).findByText(/mapped to 1042 · New Sealed/)).toBeInTheDocument();
    expect(await within(drawer).findByText(/^Unlinked a line of/)).toBeInTheDocument();

    await user.click(within(drawer).getByRole("button", { name: /^Link .+ to inventory$/ }));
    const dialog = await screen.findByRole("dialog", { name: "Link a unit" });
    await user.type(within(dialog).getByRole("searchbox"), "1042");
    await user.click((await within(dialog).findAllByRole("radio"))[0] ?? dialog);
    await user.click(within(dialog).getByRole("button", { name: "Link unit" }));
    await waitFor(() => expect(core.callsOf("linkUnit")).toHaveLength(1));
    await waitFor(() => expect(within(drawer).getByText("linked")).toBeInTheDocument());

    await user.click(await within(drawer).findByRole("button", { name: /^Undo: Linked 1 unit/ }));
    await waitFor(() => expect(within(drawer).getByText(/mapped to 1042/)).toBeInTheDocument());
  });
});

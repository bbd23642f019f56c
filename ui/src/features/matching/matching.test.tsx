import "~/components/dialog-box";
import "~/components/menu-popup";
import "~/components/toasts";
import "~/features/orders/order-drawer";

import { screen, waitFor, within } from "@testing-library/react";
import { describe, expect, it } from "vitest";

import type { UiStatus } from "~/lib/bindings";
import { refusal } from "~/test/fake-backend";
import { MadeUpShop } from "~/test/made-up-orders";
import { openWindow } from "~/test/open-window";

import "./linked-units";
import "./match-dialogs";
import "./triage";

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

const MATCHER = { name: "Link ASIN to Inventory" };
const matcher = () => screen.findByRole("dialog", MATCHER);
/** A toast is a dialog, too, and may stay. */
const matcherGone = () => waitFor(() => expect(screen.queryByRole("dialog", MATCHER)).toBeNull());

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
    await matcherGone();
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
    await matcherGone();
  });
});

describe("the way through unmatched lines", () => {
  const skip = async (user: ReturnType<typeof openWindow>["user"]) =>
    user.click(within(await matcher()).getByRole("button", { name: "Skip this line" }));
  const showsLineOf = (order: number) =>
    waitFor(async () => expect(await matcher()).toHaveTextContent(new RegExp(`SKU SHOP-${order}\\b`)));

  it("goes down from where it began, in the sort of the page, and says at the end what is above", async () => {
    const shop = shopWith(1, 1, 1, 1);
    // By total: 2, 4, 1, 3.
    for (const [id, total] of [
      [2, "40.00"],
      [4, "30.00"],
      [1, "20.00"],
      [3, "10.00"],
    ] as const) {
      shop.special.set(id, { ...shop.special.get(id), total: { amount: total, currency: "GBP" } });
    }
    const { user } = openWindow({ shop, at: "/orders/amazon?sort=-total" });
    await screen.findByText(shop.row(4).platform_order_id);
    await user.keyboard("jjm");
    await showsLineOf(4);
    await skip(user);
    await showsLineOf(1);
    await chooseFirst(user);
    await showsLineOf(3);
    await skip(user);
    await matcherGone();
    expect(await screen.findByText("This is the end of the list")).toBeInTheDocument();
    expect(screen.getByText("3 orders further up or passed over have unmatched lines.")).toBeInTheDocument();
  });

  it("says that none is left only when none is", async () => {
    const shop = shopWith(1);
    const { user } = openWindow({ shop });
    await screen.findByText(shop.row(1).platform_order_id);
    await user.keyboard("jm");
    await chooseFirst(user);
    expect(await screen.findByText("No unmatched line is left in this list")).toBeInTheDocument();
  });

  it("reads on behind fifty orders of which nothing is to be chosen", async () => {
    const shop = shopWith(...Array.from({ length: 120 }, () => 1));
    const { user, core } = openWindow({ shop });
    const detail = core.handled("getOrder");
    core.answer({
      getOrder: async (id) => {
        const order = await detail(id);
        const items = order.items.map((item) => Object.assign({}, item, { match_status: "matched" }));
        return id === 120 || id === 1 ? order : { ...order, items };
      },
    });
    await screen.findByText(shop.row(120).platform_order_id);
    await user.keyboard("jm");
    await showsLineOf(120);
    await skip(user);
    await showsLineOf(1);
    expect(core.callsOf("getOrder").map(([id]) => id)).toContain(60);
  });
});

describe("m on an order that has no unmatched line", () => {
  /** The newest order has this one line, the one before has an unmatched one. */
  function shopOf(line: { linked: number; no_asin?: number }, status: UiStatus = "Paid") {
    const shop = shopWith(0, 1);
    const matches = { total: 1, unmatched: 0, no_asin: 0, ...line };
    shop.special.set(2, { ...shop.special.get(2), ui_status: status, matches });
    return shop;
  }
  async function press(shop: MadeUpShop) {
    const opened = openWindow({ shop });
    await screen.findByText(shop.row(2).platform_order_id);
    await opened.user.keyboard("jm");
    return opened;
  }
  /** What is said instead of a dialog. */
  const said = async () => {
    const title = await screen.findByText("Nothing to link here");
    expect(screen.queryByRole("dialog", { name: /Link/ })).toBeNull();
    return title.closest("[data-testid=toast]");
  };

  it("chooses a unit for its matched line, and ends there", async () => {
    const shop = shopOf({ linked: 0 });
    const { user, core } = await press(shop);
    const dialog = await screen.findByRole("dialog", { name: "Link a unit" });
    expect(dialog).toHaveTextContent(`Order ${shop.row(2).platform_order_id}`);
    await waitFor(() => expect(within(dialog).getByRole("searchbox")).toHaveFocus());
    await user.keyboard("1042");
    await within(dialog).findAllByRole("radio");
    await user.keyboard("{ArrowDown}{Enter}");
    await waitFor(() => expect(core.callsOf("linkUnit").map(([line]) => line.order)).toEqual([2]));
    await waitFor(() => expect(screen.queryByRole("dialog", { name: "Link a unit" })).toBeNull());
    expect(screen.queryByRole("dialog", MATCHER)).toBeNull();
  });

  it("says so where all is linked, and stays there", async () => {
    const shop = shopOf({ linked: 1 });
    await press(shop);
    expect(await said()).toHaveTextContent(`Order ${shop.row(2).platform_order_id} has all its units.`);
  });

  it("says so where the order is cancelled", async () => {
    const shop = shopOf({ linked: 0 }, "Cancelled");
    await press(shop);
    expect(await said()).toHaveTextContent(`Order ${shop.row(2).platform_order_id} is cancelled.`);
  });

  it("says so where it is confirmed", async () => {
    const shop = shopOf({ linked: 0 }, "Completed");
    shop.confirmed.set(2, "2026-01-18T14:05:00Z");
    await press(shop);
    expect(await said()).toHaveTextContent(
      `Order ${shop.row(2).platform_order_id} is confirmed: undo the confirmation to change its units.`,
    );
  });

  it("shows a line without an ASIN, which cannot be linked", async () => {
    await press(shopOf({ linked: 0, no_asin: 1 }));
    expect(await screen.findByRole("dialog", { name: "Unmatched Items" })).toHaveTextContent("No ASIN");
  });
});

describe("lines of files, whose ids are unique in their order only", () => {
  it("are passed over one by one, and each begins with an empty search", async () => {
    const shop = shopWith(1, 1);
    const { user, core } = openWindow({ shop });
    const [detail, candidates] = [core.handled("getOrder"), core.handled("matchCandidates")];
    core.answer({
      getOrder: async (id) => {
        const order = await detail(id);
        return { ...order, items: order.items.map((item) => Object.assign({}, item, { order_item_id: "line 1" })) };
      },
      matchCandidates: async (line, search, limit) => {
        const found = await candidates({ ...line, order_item_id: `${line.order}0` }, search, limit);
        return { ...found, line };
      },
    });
    await screen.findByText(shop.row(2).platform_order_id);
    await user.keyboard("jm");
    const first = await matcher();
    expect(first).toHaveTextContent(`Order ${shop.row(2).platform_order_id}`);
    await user.type(within(first).getByRole("searchbox"), "mug");
    await user.click(within(first).getByRole("button", { name: "Skip this line" }));
    await waitFor(async () => expect(await matcher()).toHaveTextContent(`Order ${shop.row(1).platform_order_id}`));
    expect(within(await matcher()).getByRole("searchbox")).toHaveValue("");
    await user.click(within(await matcher()).getByRole("button", { name: "Skip this line" }));
    await matcherGone();
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

describe("a line of a file without a number", () => {
  it("is never said to lack an ASIN, and takes a unit without a mapping", async () => {
    const shop = shopWith(1);
    shop.special.set(1, { ...shop.special.get(1), platform: "bricqer", platform_order_id: "Y-1" });
    const { user, core } = openWindow({ shop, at: "/orders?platform=bricqer" });
    const detail = core.handled("getOrder");
    core.answer({
      getOrder: async (id) => {
        const order = await detail(id);
        const items = order.items.map((item) => Object.assign({}, item, { asin: null, seller_sku: null }));
        return { ...order, items };
      },
      linkUnit: () => Promise.reject(refusal("busy", "unit 1 (1042) is held by order 203-1111111-1111111")),
    });
    await user.click(await screen.findByRole("button", { name: /1 unmatched/ }));
    const unmatched = await screen.findByRole("dialog", { name: "Unmatched Items" });
    const line = await within(unmatched).findByRole("button", {
      name: /No SKU or item number: only this line is linked/,
    });
    expect(unmatched).not.toHaveTextContent("ASIN");
    await user.click(line);
    const dialog = await screen.findByRole("dialog", { name: "Link a unit" });
    await waitFor(() => expect(within(dialog).getByRole("searchbox")).toHaveFocus());
    await user.keyboard("1042");
    await within(dialog).findAllByRole("radio");
    await user.keyboard("{ArrowDown}{Enter}");
    await waitFor(() => expect(core.callsOf("linkUnit")).toHaveLength(1));
    expect(core.callsOf("createMapping")).toEqual([]);
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

  it("of a confirmed order cannot be changed before the confirmation is undone, and says so", async () => {
    const shop = linkedShop();
    shop.confirmed.set(1, "2026-01-18T14:05:00Z");
    shop.special.set(1, { ...shop.special.get(1), ui_status: "Completed" });
    const { user } = openWindow({ shop, at: "/orders/amazon?order=1" });
    const drawer = await screen.findByTestId("order-drawer");
    const why = "Confirmed: undo the confirmation to change its units";
    expect(await within(drawer).findByText(why)).toBeVisible();
    expect(within(drawer).queryByRole("button", { name: /^Unlink / })).toBeNull();
    await user.click(await screen.findByRole("button", { name: "linked" }));
    const popover = await screen.findByRole("dialog", { name: "Linked inventory" });
    expect(await within(popover).findByText(why)).toBeInTheDocument();
    expect(within(popover).queryByRole("button", { name: "Unlink" })).toBeNull();
  });

  it("of a confirmed order takes no unit for a line that went without", async () => {
    const shop = new MadeUpShop(1);
    shop.confirmed.set(1, "2026-01-18T14:05:00Z");
    const matches = { total: 1, linked: 0, unmatched: 0, no_asin: 0 };
    shop.special.set(1, { matches, ui_status: "Completed" });
    openWindow({ shop, at: "/orders/amazon?order=1" });
    const drawer = await screen.findByTestId("order-drawer");
    expect(await within(drawer).findByText(/Confirmed: undo the confirmation/)).toBeVisible();
    expect(within(drawer).queryByRole("button", { name: /to inventory$/ })).toBeNull();
  });

  it("says that it is being read, and what failed, with a way to try again", async () => {
    const { user, core } = openWindow({ shop: linkedShop() });
    const detail = core.handled("getOrder");
    let refuse = () => {};
    const refused = new Promise<never>((_, reject) => {
      refuse = () => reject(refusal("disk", "the disk did not answer"));
    });
    core.answer({ getOrder: () => refused });
    await user.click(await screen.findByRole("button", { name: "linked" }));
    const popover = await screen.findByRole("dialog", { name: "Linked inventory" });
    expect(await within(popover).findByText("Reading the order…")).toBeInTheDocument();
    refuse();
    const alert = await within(popover).findByRole("alert");
    expect(alert).toHaveTextContent("the disk did not answer");
    expect(popover).not.toHaveTextContent("Reading the order…");
    core.answer({ getOrder: detail });
    await user.click(within(alert).getByRole("button", { name: "Try again" }));
    await waitFor(() => expect(popover).toHaveTextContent("chosen by hand"));
    expect(within(popover).queryByRole("alert")).toBeNull();
  });
});

import { act, screen, waitFor, within } from "@testing-library/react";
import axe from "axe-core";
import { describe, expect, it } from "vitest";

import type { Confirmation, ConfirmOrder } from "~/lib/bindings";
import { confirmingHandlers } from "~/test/confirming-handlers";
import { refusal } from "~/test/fake-backend";
import { MadeUpShop } from "~/test/made-up-orders";
import { openWindow } from "~/test/open-window";

import "~/app/desk-dialogs";
import "~/components/dialog-box";
import "~/components/toasts";

import { effectText, moneyText } from "./words";

const JANUARY = Date.parse("2026-01-18T14:05:00Z");

/** Orders of one line each, paid, mapped to a set of which eight units are free. */
function shopOf(orders: number) {
  const shop = new MadeUpShop(orders, () => JANUARY);
  for (let id = 1; id <= orders; id += 1) {
    const matches = { total: 1, linked: 0, unmatched: 0, no_asin: 0 };
    shop.special.set(id, {
      matches,
      ui_status: "Paid",
      order_date: "2026-01-17T10:00:00Z",
      total: { amount: "10.00", currency: "GBP" },
    });
  }
  return shop;
}

async function openDialog(shop: MadeUpShop, more: Partial<Parameters<typeof openWindow>[0]> = {}) {
  const opened = openWindow({ shop, ...more });
  await screen.findByText(shop.row(shop.newest).platform_order_id);
  await opened.user.keyboard("c");
  const dialog = await screen.findByRole("dialog", { name: "Confirm orders processed" });
  await within(dialog).findByTestId("confirm-sums");
  return { ...opened, dialog };
}

/** An order that would be confirmed without a unit. */
const made = (at: number): ConfirmOrder => ({
  order: at,
  platform_order_id: `203-0000000-${String(at).padStart(7, "0")}`,
  result: "confirmed",
  reason: null,
  message: null,
  archive_location: "SOLD-2026-01",
  units: [],
  short_lines: [],
  proceeds: null,
});

/** The preview of such orders, of which so many are told. */
const planned = (orders: readonly ConfirmOrder[], most: number): Confirmation => ({
  batch: null,
  confirmed: orders.length,
  skipped: 0,
  already: 0,
  units_moved: 0,
  archive_locations: [],
  money: [],
  confirmed_orders: orders.flatMap(({ order }) => order ?? []),
  orders: orders.slice(0, most),
});

describe("Confirm orders processed", () => {
  it("shows each order's units with their place and archive, says what the button does, and does it", async () => {
    const shop = shopOf(3);
    const { user, core, dialog } = await openDialog(shop);
    const list = within(dialog).getByTestId("confirm-list");
    expect(list).toHaveTextContent(shop.row(3).platform_order_id);
    expect(list).toHaveTextContent("1042 Walnut desk organiserA-01SOLD-2026-01");
    expect(within(dialog).getByRole("textbox", { name: "Archive location" })).toHaveValue("SOLD-2026-01");
    expect(within(dialog).getByTestId("confirm-sums")).toHaveTextContent("£30.00 sold · £93.00 cost");
    expect((await axe.run(dialog, { rules: { "color-contrast": { enabled: false } } })).violations).toEqual([]);

    const button = within(dialog).getByRole("button", { name: "Confirm 3 orders" });
    await waitFor(() => expect(button).toHaveFocus());
    await user.keyboard("{Enter}");
    await waitFor(() => expect(screen.queryByRole("dialog")).toBeNull());
    // The very orders that the button counted; the place is as proposed and left to the rule.
    expect(core.callsOf("confirmOrders")).toEqual([
      [{ orders: { ids: [3, 2, 1] }, platform: "amazon", archive_location: null, without_stock: [] }],
    ]);
    const toast = await screen.findByTestId("toast");
    expect(toast).toHaveTextContent("3 orders confirmed");
    expect(toast).toHaveTextContent("3 units archived");
    expect(shop.row(3).ui_status).toBe("Completed");
    expect(shop.stock.units.filter(({ storage_location }) => storage_location === "SOLD-2026-01")).toHaveLength(3);

    await user.click(within(toast).getByRole("button", { name: "Undo" }));
    await waitFor(() => expect(shop.row(3).ui_status).toBe("Paid"));
    expect(shop.stock.units.some(({ storage_location }) => storage_location === "SOLD-2026-01")).toBe(false);
  });

  it("leaves nothing changed when it is closed, and the keys where they were", async () => {
    const { user, core, shop } = openWindow({ shop: shopOf(2) });
    await screen.findByText(shop.row(2).platform_order_id);
    await user.keyboard("j");
    const grid = screen.getByTestId("orders-table");
    await waitFor(() => expect(grid).toHaveFocus());
    await user.keyboard("c");
    await screen.findByRole("button", { name: "Confirm 2 orders" });
    await user.keyboard("{Escape}");
    await waitFor(() => expect(screen.queryByRole("dialog")).toBeNull());
    await waitFor(() => expect(grid).toHaveFocus());
    expect(core.callsOf("confirmOrders")).toEqual([]);
  });

  it("takes another archive location for the whole batch", async () => {
    const { user, core, dialog } = await openDialog(shopOf(2));
    const field = within(dialog).getByRole("textbox", { name: "Archive location" });
    await user.clear(field);
    await user.type(field, "Sold shelf");
    expect(within(dialog).getByTestId("confirm-list")).toHaveTextContent("Sold shelf");
    await user.click(within(dialog).getByRole("button", { name: "Confirm 2 orders" }));
    await waitFor(() => expect(core.callsOf("confirmOrders")[0]?.[0].archive_location).toBe("Sold shelf"));
    // The letters typed did not plan the batch anew.
    expect(core.callsOf("previewConfirm")).toHaveLength(1);
  });

  it("says what is skipped and why; a tick completes an order without stock", async () => {
    const shop = shopOf(3);
    const matches = { total: 1, linked: 0, unmatched: 1, no_asin: 0 };
    shop.special.set(2, { ...shop.special.get(2), matches });
    const { user, core, dialog } = await openDialog(shop);
    await user.click(within(dialog).getByRole("button", { name: "Skipped 1" }));
    expect(within(dialog).getByTestId("confirm-list")).toHaveTextContent("No unit in stock for");
    const tick = within(dialog).getByRole("checkbox", {
      name: `Complete ${shop.row(2).platform_order_id} without stock`,
    });
    await user.click(tick);
    const button = await within(dialog).findByRole("button", { name: "Confirm 3 orders" });
    await waitFor(() => expect(button).toBeEnabled());
    expect(within(dialog).getByTestId("confirm-list")).toHaveTextContent("takes no unit");
    await user.click(button);
    await waitFor(() => expect(core.callsOf("confirmOrders")[0]?.[0].without_stock).toEqual([2]));
  });

  it("acts on the selected orders, over the whole result", async () => {
    const shop = shopOf(5);
    const { user, core } = openWindow({ shop });
    await screen.findByText(shop.row(5).platform_order_id);
    await user.keyboard("{Control>}a{/Control}");
    const bar = await screen.findByTestId("bulk-bar");
    await user.click(within(bar).getByRole("button", { name: "Confirm 5 orders…" }));
    await screen.findByRole("button", { name: "Confirm 5 orders" });
    expect(core.callsOf("previewConfirm")[0]?.[0].orders).toEqual({
      matching: { query: "", platform: "amazon", account: null, except: [] },
    });
  });

  it("stays open and shows order by order what came out differently than planned", async () => {
    const shop = shopOf(2);
    const { user, core, dialog } = await openDialog(shop);
    const plan = await core.handled("previewConfirm")(
      {
        orders: null,
        platform: "amazon",
        archive_location: null,
        without_stock: [],
      },
      500,
    );
    const [first, second] = plan.orders;
    if (first === undefined || second === undefined) throw new Error("two orders were planned");
    core.answer({
      confirmOrders: () => ({
        ...plan,
        batch: 1,
        confirmed: 1,
        skipped: 1,
        orders: [
          first,
          { ...second, result: "skipped", reason: "cancelled", message: "Amazon cancelled it a moment ago", units: [] },
        ],
      }),
    });
    await user.click(within(dialog).getByRole("button", { name: "Confirm 2 orders" }));
    const result = await screen.findByRole("dialog", { name: "1 order confirmed" });
    expect(result).toHaveTextContent(`${second.platform_order_id}`);
    expect(result).toHaveTextContent("Amazon cancelled it a moment ago");
    await user.click(within(result).getByRole("button", { name: "Confirmed 1" }));
    expect(within(result).getByTestId("confirm-list")).toHaveTextContent(first.platform_order_id);
  });

  it("a refusal is explained in the dialog and can be tried again", async () => {
    const shop = shopOf(2);
    const { user, core, dialog } = await openDialog(shop);
    core.answer({
      confirmOrders: () => {
        throw refusal("read_only", "Another Packlight holds the lock of this folder.");
      },
    });
    await user.click(within(dialog).getByRole("button", { name: "Confirm 2 orders" }));
    const alert = await within(dialog).findByRole("alert");
    expect(alert).toHaveTextContent("Another Packlight is writing here");
    expect(shop.row(2).ui_status).toBe("Paid");
    await user.click(within(alert).getByRole("button", { name: "Try again" }));
    await waitFor(() => expect(core.callsOf("confirmOrders")).toHaveLength(2));
  });

  it("holds five thousand orders with the rows in view only", async () => {
    const orders = Array.from({ length: 5000 }, (_, at) => made(at));
    const { dialog } = await openDialog(shopOf(1), {
      handlers: { previewConfirm: () => planned(orders, orders.length) },
    });
    expect(within(dialog).getByRole("button", { name: "Confirm 5,000 orders" })).toBeEnabled();
    const list = within(dialog).getByTestId("confirm-list");
    expect(within(list).getAllByRole("listitem").length).toBeLessThan(60);
    expect(within(list).getAllByRole("listitem")[0]).toHaveAttribute("aria-setsize", "5000");
    list.scrollTop = 4990 * 28;
    await waitFor(() => expect(list).toHaveTextContent("203-0000000-0004995"));
  });

  it("holds the keys while its preview takes its time, then gives them to the button", async () => {
    const shop = shopOf(2);
    const { user, core } = openWindow({ shop });
    const answer = core.hold("previewConfirm");
    await screen.findByText(shop.row(2).platform_order_id);
    await user.keyboard("j");
    const grid = screen.getByTestId("orders-table");
    await waitFor(() => expect(grid).toHaveFocus());
    await user.keyboard("c");
    const dialog = await screen.findByRole("dialog", { name: "Confirm orders processed" });
    await waitFor(() => expect(dialog).toHaveFocus());

    await user.keyboard("xzm{Enter}");
    // Nor where something else has taken the focus away.
    act(() => grid.focus());
    await user.keyboard("xzm{Enter} ");
    expect(screen.queryByTestId("bulk-bar")).toBeNull();
    expect(screen.queryByTestId("order-drawer")).toBeNull();
    expect(screen.queryAllByRole("dialog")).toEqual([dialog]);
    expect(core.callsOf("activityActs")).toEqual([]);
    act(() => dialog.focus());

    answer();
    const button = await within(dialog).findByRole("button", { name: "Confirm 2 orders" });
    await waitFor(() => expect(button).toHaveFocus());
    await user.keyboard("{Enter}");
    await waitFor(() => expect(core.callsOf("confirmOrders")).toHaveLength(1));
    await waitFor(() => expect(screen.queryByRole("dialog")).toBeNull());
    await waitFor(() => expect(grid).toHaveFocus());
    await user.keyboard("x");
    expect(await screen.findByTestId("bulk-bar")).toBeInTheDocument();
  });

  it("says of a line that takes too few units how many it takes", async () => {
    const shop = shopOf(2);
    const plan = confirmingHandlers(shop).previewConfirm;
    const { dialog } = await openDialog(shop, {
      handlers: {
        previewConfirm: async (request, most) => {
          const whole = await plan?.(request, most);
          const [some, none] = whole?.orders ?? [];
          if (whole === undefined || some === undefined || none === undefined) throw new Error("two are planned");
          return {
            ...whole,
            orders: [
              { ...some, short_lines: [{ title: "Two mugs", units: 1, ordered: 2 }] },
              { ...none, units: [], short_lines: [{ title: "Gift wrap", units: 0, ordered: 1 }] },
            ],
          };
        },
      },
    });
    const list = within(dialog).getByTestId("confirm-list");
    expect(list).toHaveTextContent("Two mugstakes 1 of 2 units");
    expect(list).toHaveTextContent("Gift wraptakes no unit");
  });

  it("lists the first of very many orders, more when asked, and confirms all of them", async () => {
    const orders = Array.from({ length: 640 }, (_, at) => made(at + 1));
    const { user, core, dialog } = await openDialog(shopOf(1), {
      handlers: { previewConfirm: (_, most) => planned(orders, most) },
    });
    const sizeOfList = () =>
      within(within(dialog).getByTestId("confirm-list")).getAllByRole("listitem")[0]?.getAttribute("aria-setsize");
    expect(within(dialog).getByRole("button", { name: "To confirm 640" })).toBeVisible();
    expect(dialog).toHaveTextContent("The first 500 of 640 orders are listed.");
    expect(sizeOfList()).toBe("500");
    await user.click(within(dialog).getByRole("button", { name: "List 640" }));
    await waitFor(() => expect(sizeOfList()).toBe("640"));
    expect(dialog).not.toHaveTextContent("are listed");
    const button = within(dialog).getByRole("button", { name: "Confirm 640 orders" });
    await waitFor(() => expect(button).toBeEnabled());
    await user.click(button);
    await waitFor(() => expect(core.callsOf("confirmOrders")[0]?.[0].orders?.ids).toHaveLength(640));
  });

  it("with nothing to confirm says so and names what brings orders here", async () => {
    const shop = shopOf(2);
    for (const id of [1, 2]) shop.special.set(id, { ...shop.special.get(id), ui_status: "Pending" });
    const { user } = openWindow({ shop });
    await screen.findByText(shop.row(2).platform_order_id);
    await user.keyboard("c");
    const dialog = await screen.findByRole("dialog");
    expect(
      await within(dialog).findByText("No paid or shipped order is waiting. Orders come here once they are paid."),
    ).toBeVisible();
    expect(within(dialog).getByRole("button", { name: "Nothing to confirm" })).toBeDisabled();
    await waitFor(() => expect(dialog).toHaveFocus());
    await user.keyboard("x");
    expect(screen.queryByTestId("bulk-bar")).toBeNull();
    await user.keyboard("{Escape}");
    await waitFor(() => expect(screen.queryByRole("dialog")).toBeNull());
  });

  it("is offered for one order by the menu of its row, and by the Amazon card", async () => {
    const shop = shopOf(2);
    const { user, core } = openWindow({ shop, at: "/orders" });
    await screen.findByText(shop.row(2).platform_order_id);
    await user.click(screen.getByRole("button", { name: `Menu of order ${shop.row(2).platform_order_id}` }));
    await user.click(await screen.findByRole("menuitem", { name: /Confirm as processed/ }));
    await screen.findByRole("button", { name: "Confirm 1 order" });
    expect(core.callsOf("previewConfirm")[0]?.[0].orders).toEqual({ ids: [2] });
    await user.keyboard("{Escape}");
    await waitFor(() => expect(screen.queryByRole("dialog")).toBeNull());

    const card = await screen.findByTestId("platform-amazon");
    await user.click(within(card).getByRole("button", { name: "Confirm orders processed" }));
    await screen.findByRole("button", { name: "Confirm 2 orders" });
    expect(core.callsOf("previewConfirm").at(-1)?.[0]).toMatchObject({ orders: null, platform: "amazon" });
  });
});

describe("an order that was confirmed", () => {
  it("is offered for confirmation by its drawer, says so afterwards, and shows where its unit was", async () => {
    const shop = shopOf(1);
    const { user, router } = openWindow({ shop, at: "/orders/amazon?order=1" });
    const drawer = await screen.findByTestId("order-drawer");
    await user.click(await within(drawer).findByRole("button", { name: "Confirm as processed…" }));
    await user.click(await screen.findByRole("button", { name: "Confirm 1 order" }));
    expect(await within(drawer).findByText(/✓ Confirmed as processed/)).toBeVisible();
    expect(within(drawer).queryByRole("button", { name: "Confirm as processed…" })).toBeNull();
    await act(() => router.navigate({ to: "/inventory", search: { q: "status:sold" } }));
    expect(await screen.findByTitle("SOLD-2026-01, was at A-01")).toHaveTextContent("SOLD-2026-01was A-01");
  });

  it("and cancelled by Amazon afterwards is told in red with the way back", async () => {
    const shop = shopOf(1);
    shop.special.set(1, { ...shop.special.get(1), ui_status: "Cancelled", flags: ["cancelled_after_confirmation"] });
    shop.confirmed.set(1, "2026-01-18T14:05:00Z");
    openWindow({ shop, at: "/orders/amazon?order=1" });
    const alarm = await screen.findByTestId("cancelled-after");
    expect(alarm).toHaveTextContent("✕ Cancelled after confirmation");
    expect(alarm).toHaveTextContent("It took no unit out of stock.");
    expect(await screen.findByTestId("orders-table")).toHaveTextContent("cancelled after confirmation");
  });
});

describe("the archive rule", () => {
  it("is chosen in the settings and can be undone", async () => {
    const { user, core } = openWindow({ at: "/settings/picking" });
    const sale = await screen.findByRole("radio", { name: /Month of the sale/ });
    await waitFor(() => expect(sale).toBeChecked());
    await user.click(screen.getByRole("radio", { name: /Month of the confirmation/ }));
    await waitFor(() => expect(core.callsOf("setArchiveRule")).toEqual([["month_of_confirmation"]]));
    const toast = await screen.findByTestId("toast");
    await user.click(within(toast).getByRole("button", { name: "Undo" }));
    await waitFor(() => expect(sale).toBeChecked());
  });
});

describe("a confirmation in words", () => {
  it("counts units without a cost beside the sums", () => {
    const gbp = (amount: string) => ({ amount, currency: "GBP" });
    expect(moneyText({ sales: gbp("120.00"), cost: gbp("65.00"), units_without_cost: 2 })).toBe(
      "£120.00 sold · £65.00 cost · 2 units without a cost",
    );
    expect(effectText({ ...planned([], 0), skipped: 2 })).toBe("nothing to confirm; 2 orders skipped");
  });
});

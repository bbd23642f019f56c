import { act, screen, waitFor, within } from "@testing-library/react";
import axe from "axe-core";
import { afterEach, describe, expect, it } from "vitest";

import type { PickRequest } from "~/lib/bindings";
import { refusal } from "~/test/fake-backend";
import { MadeUpShop } from "~/test/made-up-orders";
import { openWindow } from "~/test/open-window";
import { PRINTERS } from "~/test/picking-handlers";

import "~/app/desk-dialogs";
import "~/app/picking-routes";
import "~/app/pick-alerts-bar";
import "~/components/dialog-box";
import "~/components/toasts";
import "./reprint-dialog";

import { keptPdf } from "./use-documents";

const ALL: PickRequest = {
  orders: null,
  platform: null,
  mode: "walk",
  singles_first: false,
  sku_barcodes: false,
  order_codes: false,
};

afterEach(() => {
  localStorage.clear();
  sessionStorage.clear();
});

/** Paid orders of one line each, mapped to a set of which eight units are free: the first in A-01, then S5 and S49. */
function shopOf(orders: number) {
  const shop = new MadeUpShop(orders);
  for (let id = 1; id <= orders; id += 1) {
    const matches = { total: 1, linked: 0, unmatched: 0, no_asin: 0 };
    shop.special.set(id, { matches, ui_status: "Paid", flags: [] });
  }
  const [, second] = shop.stock.units.filter(({ set_number }) => set_number === "1042");
  if (second !== undefined) second.storage_location = "S5";
  return shop;
}

async function openDialog(shop: MadeUpShop, more: Partial<Parameters<typeof openWindow>[0]> = {}) {
  const opened = openWindow({ shop, ...more });
  await screen.findByText(shop.row(shop.newest).platform_order_id);
  await opened.user.keyboard("p");
  const dialog = await screen.findByRole("dialog", { name: /Pick list P-/ });
  return { ...opened, dialog };
}

describe("the pick list before it is printed", () => {
  it("shows its pages as pictures, what is on them and what is not, and says what Print will do", async () => {
    const shop = shopOf(3);
    const matches = { total: 1, linked: 0, unmatched: 1, no_asin: 0 };
    shop.special.set(2, { ...shop.special.get(2), matches });
    const { core, dialog } = await openDialog(shop);
    const page = await within(dialog).findByRole("img", { name: "Page 1 of 1" });
    const source = decodeURIComponent(page.getAttribute("src") ?? "");
    expect(source).toMatch(/^data:image\/svg\+xml/);
    expect(source).toContain("2 units · data as of 2026-01-18 14:05 GMT");
    expect(within(dialog).getByTestId("pick-totals")).toHaveTextContent("2 units to pick for 2 orders");
    const exceptions = within(dialog).getByTestId("exceptions");
    expect(exceptions).toHaveTextContent("1 unit cannot be picked");
    expect(exceptions).toHaveTextContent("Not linked to inventory");
    expect(exceptions).toHaveTextContent(shop.row(2).platform_order_id);
    expect(await within(dialog).findByTestId("printer-state")).toHaveTextContent("ready");
    await waitFor(() => expect(within(dialog).getByRole("button", { name: "Print 1 page" })).toHaveFocus());
    expect((await axe.run(dialog, { rules: { "color-contrast": { enabled: false } } })).violations).toEqual([]);
    expect(core.callsOf("previewPickList")).toEqual([[{ ...ALL, platform: "amazon" }, "a4"]]);
    expect(core.callsOf("printPickList")).toEqual([]);
  });

  it("titles that are markup stay text: the page is a picture and nothing of it enters the window", async () => {
    const shop = shopOf(1);
    const svg = `<svg xmlns="http://www.w3.org/2000/svg"><script>window.broken = 1</script><foreignObject/></svg>`;
    const { dialog } = await openDialog(shop, {
      handlers: {
        previewPickList: () => ({
          list: openWindowPlan(shop),
          pages: [{ number: 1, width: 5953, height: 8419, svg }],
        }),
      },
    });
    await within(dialog).findByRole("img", { name: "Page 1 of 1" });
    expect(dialog.querySelector("svg script, foreignObject")).toBeNull();
  });

  it("prints with the chosen printer, paper and copies; the toast leads to the run", async () => {
    const { user, core, dialog, href } = await openDialog(shopOf(3));
    await user.selectOptions(await within(dialog).findByRole("combobox", { name: "Printer" }), "Zebra-GK420d");
    expect(within(dialog).getByTestId("printer-state")).toHaveTextContent("needs a hand: out of paper");
    await user.selectOptions(within(dialog).getByRole("combobox", { name: "Paper" }), "4x6");
    await user.clear(within(dialog).getByRole("spinbutton", { name: "Copies" }));
    await user.type(within(dialog).getByRole("spinbutton", { name: "Copies" }), "2");
    await user.click(within(dialog).getByRole("radio", { name: /Order sheets/ }));
    const print = await within(dialog).findByRole("button", { name: "Print 2 × 1 page" });
    await waitFor(() => expect(print).toBeEnabled());
    await user.click(print);
    await waitFor(() => expect(screen.queryByRole("dialog")).toBeNull());
    expect(core.callsOf("printPickList")).toEqual([
      [
        { ...ALL, platform: "amazon", mode: "order_sheets" },
        { printer: "Zebra-GK420d", paper: "4x6", copies: 2, reverse: false },
      ],
    ]);
    const toast = await screen.findByTestId("toast");
    expect(toast).toHaveTextContent("2 × 1 page sent to Zebra-GK420d");
    expect(toast).toHaveTextContent("out of paper; the job waits in its queue");
    await user.click(within(toast).getByRole("button", { name: "Show the run" }));
    await waitFor(() => expect(href()).toBe("/orders/pick-lists/1"));
  });

  it("saves and opens the PDF without recording the list", async () => {
    const { user, core, dialog, picking } = await openDialog(shopOf(2));
    await user.click(within(dialog).getByRole("button", { name: "Save as PDF" }));
    const toast = await screen.findByTestId("toast");
    expect(toast).toHaveTextContent(/PDF saved.*\/home\/me\/Downloads\/P-[0-9a-f]{8}\.pdf/);
    await user.click(within(dialog).getByRole("button", { name: "Open" }));
    await waitFor(() => expect(core.callsOf("openDocument")).toHaveLength(1));
    expect(core.callsOf("openDocument")[0]?.[0]).toMatch(/^\/home\/me\/Downloads\/P-/);
    expect(picking.lists).toEqual([]);
  });

  it("starts a run without paper, which can be undone", async () => {
    const { user, dialog, href, picking } = await openDialog(shopOf(2));
    await user.click(within(dialog).getByRole("button", { name: "Start pick run" }));
    await waitFor(() => expect(href()).toBe("/orders/pick-lists/1"));
    const toast = await screen.findByTestId("toast");
    expect(toast).toHaveTextContent(/Pick run P-[0-9a-f]{8} started/);
    await user.click(within(toast).getByRole("button", { name: "Undo" }));
    await waitFor(() => expect(picking.lists[0]?.entry.state).toBe("discarded"));
  });

  it("a list that is open already says so and is reprinted, not made twice", async () => {
    const shop = shopOf(2);
    const opened = await openDialog(shop);
    await opened.user.click(await within(opened.dialog).findByRole("button", { name: "Print 1 page" }));
    await waitFor(() => expect(screen.queryByRole("dialog")).toBeNull());
    await opened.user.keyboard("p");
    const dialog = await screen.findByRole("dialog", { name: /Pick list P-/ });
    expect(await within(dialog).findByText("This list is open already.")).toBeVisible();
    expect(within(dialog).queryByRole("button", { name: "Start pick run" })).toBeNull();
    expect(within(dialog).getByRole("button", { name: "Go to the pick run" })).toBeEnabled();
    await opened.user.click(await within(dialog).findByRole("button", { name: "Reprint 1 page" }));
    await waitFor(() => expect(opened.core.callsOf("reprintPickList").map(([record]) => record)).toEqual([1]));
    expect(opened.picking.lists).toHaveLength(1);
  });

  it("a printer that refuses keeps the PDF, which opens from there", async () => {
    const { user, core, dialog } = await openDialog(shopOf(2));
    const path = "/home/me/Downloads/P-00000001.pdf";
    core.answer({
      printPickList: () => {
        throw refusal("internal", `The queue takes no jobs. The document is kept as ${path}`, { context: path });
      },
    });
    await user.click(await within(dialog).findByRole("button", { name: "Print 1 page" }));
    expect(await within(dialog).findByRole("alert")).toHaveTextContent("The queue takes no jobs");
    // The path stands once, beside the button that opens it.
    expect(dialog.textContent.split(path)).toHaveLength(2);
    await user.click(within(dialog).getByRole("button", { name: "Open the PDF" }));
    await waitFor(() => expect(core.callsOf("openDocument")).toEqual([[path]]));
    await user.click(within(dialog).getByRole("button", { name: "Try again" }));
    await waitFor(() => expect(core.callsOf("printPickList")).toHaveLength(2));
  });

  it("says in the printer's place why there is none to choose, until there is", async () => {
    let runs = false;
    const { core, dialog } = await openDialog(shopOf(2), {
      handlers: {
        printers: () => {
          if (runs) return PRINTERS;
          throw refusal("printer_unavailable", "the print system is not running: start it");
        },
      },
    });
    const alert = await within(dialog).findByRole("alert");
    expect(alert).toHaveTextContent("The printer cannot be reached");
    expect(within(dialog).queryByRole("combobox", { name: "Printer" })).toBeNull();
    expect(within(dialog).getByRole("button", { name: "Save as PDF" })).toBeEnabled();
    runs = true;
    const asked = core.callsOf("printers").length;
    await waitFor(() => expect(core.callsOf("printers").length).toBeGreaterThan(asked), { timeout: 15_000 });
    expect(await within(dialog).findByRole("combobox", { name: "Printer" })).toBeEnabled();
    expect(within(dialog).queryByRole("alert")).toBeNull();
  }, 30_000);

  it("without a printer, and without anything to pick, says what can be done", async () => {
    const shop = shopOf(2);
    for (const id of [1, 2]) shop.special.set(id, { ...shop.special.get(id), ui_status: "Shipped" });
    const { user, dialog } = await openDialog(shop, { handlers: { printers: () => [] } });
    expect(await within(dialog).findByText("No printer is set up.")).toBeVisible();
    expect(await within(dialog).findByText("Nothing to pick")).toBeVisible();
    expect(within(dialog).getByRole("button", { name: /^Print/ })).toBeDisabled();
    expect(within(dialog).getByRole("button", { name: "Start pick run" })).toBeDisabled();
    await waitFor(() => expect(dialog).toHaveFocus());
    await user.keyboard("jx{Enter}");
    expect(screen.queryByTestId("bulk-bar")).toBeNull();
    expect(screen.queryByTestId("order-drawer")).toBeNull();
    await user.keyboard("{Escape}");
    await waitFor(() => expect(screen.queryByRole("dialog")).toBeNull());
  });

  it("is offered by the Amazon card, the head of each page, and for the selection", async () => {
    const shop = shopOf(3);
    const { user, core } = openWindow({ shop, at: "/orders" });
    const card = await screen.findByTestId("platform-amazon");
    await user.click(await within(card).findByRole("button", { name: "Pick list" }));
    await screen.findByRole("dialog", { name: /Pick list/ });
    expect(core.callsOf("previewPickList").at(-1)?.[0]).toMatchObject({ orders: null, platform: "amazon" });
    await user.keyboard("{Escape}");
    await waitFor(() => expect(screen.queryByRole("dialog")).toBeNull());
    await user.click(screen.getByRole("checkbox", { name: `Select order ${shop.row(3).platform_order_id}` }));
    const bar = await screen.findByTestId("bulk-bar");
    await user.click(within(bar).getByRole("button", { name: "Pick list" }));
    await screen.findByRole("dialog", { name: /Pick list/ });
    expect(core.callsOf("previewPickList").at(-1)?.[0]).toMatchObject({ orders: { ids: [3] }, platform: null });
  });
});

function openWindowPlan(shop: MadeUpShop) {
  return {
    id: "P-00000001",
    record: null,
    mode: "walk" as const,
    accounts: ["My shop"],
    data_as_of: null,
    data_as_of_text: null,
    sku_barcodes: false,
    order_codes: false,
    groups: [],
    exceptions: [],
    totals: { lines: shop.newest, units: 1, orders: 1, exceptions: 0, exception_units: 0 },
    zones: [],
    reprint: 0,
  };
}

async function openRun(orders = 3) {
  const shop = shopOf(orders);
  const opened = openWindow({ shop, at: "/orders/pick-lists" });
  opened.picking.record(ALL, 1);
  await act(() => opened.core.changed("pick_lists"));
  await opened.user.click(await screen.findByRole("link", { name: /^P-/ }));
  const stops = await screen.findByTestId("run-stops");
  await waitFor(() => expect(stops).toHaveFocus());
  const marks = () => opened.picking.lists[0]?.stops.map(({ mark }) => mark);
  return { ...opened, shop, stops, marks };
}

describe("a pick run", () => {
  it("is worked by keyboard: j and k, Space for picked, x for not found, z takes back", async () => {
    const { user, stops, marks } = await openRun();
    expect(
      within(stops)
        .getAllByRole("heading")
        .map((place) => place.textContent),
    ).toEqual(["A-011", "S51", "S491"]);
    await user.keyboard(" ");
    await waitFor(() => expect(marks()).toEqual(["picked", "open", "open"]));
    expect(await screen.findByText(/1 of 3 picked · 2 to go/)).toBeVisible();
    await waitFor(() => expect(screen.getByTestId("stop-1")).toHaveAttribute("data-active"));
    await user.keyboard("jx");
    await waitFor(() => expect(marks()).toEqual(["picked", "open", "short"]));
    await user.keyboard("z");
    await waitFor(() => expect(marks()).toEqual(["picked", "open", "open"]));
    await waitFor(() => expect(screen.getByTestId("stop-2")).toHaveAttribute("data-mark", "open"));
  });

  it("is ticked off by hand with big targets, and back", async () => {
    const { user, marks } = await openRun(1);
    await user.click(screen.getByRole("button", { name: /^Picked: / }));
    await waitFor(() => expect(marks()).toEqual(["picked"]));
    await user.click(await screen.findByRole("button", { name: /^Put .* back$/ }));
    await waitFor(() => expect(marks()).toEqual(["open"]));
    await user.click(screen.getByRole("button", { name: /^Not found: / }));
    await waitFor(() => expect(marks()).toEqual(["short"]));
  });

  it("takes what a scanner types, says where it goes, and what fits nothing", async () => {
    const { user, marks, stops, picking } = await openRun(2);
    await user.keyboard("/");
    const field = screen.getByRole("textbox", { name: "Scan a code" });
    await waitFor(() => expect(field).toHaveFocus());
    const code = picking.lists[0]?.stops[1]?.platform_order_id ?? "";
    // Letters of a code never act on the list.
    await user.keyboard("xjk{Enter}");
    expect(await screen.findByTestId("scanned")).toHaveTextContent("✕ xjk: no open stop of this list has the code xjk");
    expect(marks()).toEqual(["open", "open"]);
    await user.keyboard(`${code}{Enter}`);
    await waitFor(() => expect(marks()).toEqual(["open", "picked"]));
    await waitFor(() => expect(screen.getByTestId("scanned")).toHaveTextContent(`for ${code}`));
    await waitFor(() => expect(field).toHaveFocus());
    await waitFor(() => expect(field).toHaveValue(""));
    await user.keyboard(" ");
    await waitFor(() => expect(marks()).toEqual(["picked", "picked"]));
    await user.keyboard("{Escape}");
    await waitFor(() => expect(stops).toHaveFocus());
  });

  it("strikes what was cancelled, and tells it at once on every page", async () => {
    const { user, core, picking, shop, href } = await openRun(2);
    await user.keyboard("gi");
    await waitFor(() => expect(href()).toBe("/inventory"));
    const struck = picking.lists[0]?.stops[0];
    if (struck === undefined) throw new Error("the list has stops");
    picking.cancel(struck.order);
    await act(() => core.changed("pick_lists", "orders"));
    const alert = await screen.findByTestId("pick-alert");
    expect(alert).toHaveTextContent(`Do not ship order ${shop.row(struck.order).platform_order_id}.`);
    await user.click(within(alert).getByRole("link", { name: "Show the list" }));
    const stop = await screen.findByTestId("stop-0");
    expect(stop).toHaveAttribute("data-mark", "struck");
    expect(stop).toHaveTextContent("Struck: its order was cancelled");
    expect(within(stop).getByRole("button", { name: /Picked: / })).toBeDisabled();
    await user.click(within(screen.getByTestId("pick-alert")).getByRole("button", { name: "Seen" }));
    await waitFor(() => expect(screen.queryByTestId("pick-alert")).toBeNull());
  });

  it("tells of a struck order also where the list ended with it, until it is seen", async () => {
    const { user, core, picking } = await openRun(1);
    const [list] = picking.lists;
    const struck = list?.stops[0];
    if (list === undefined || struck === undefined) throw new Error("the list has a stop");
    picking.cancel(struck.order);
    list.entry = { ...list.entry, state: "done" };
    await act(() => core.changed("pick_lists", "orders"));
    const alert = await screen.findByTestId("pick-alert");
    await user.click(within(alert).getByRole("button", { name: "Seen" }));
    await waitFor(() => expect(screen.queryByTestId("pick-alert")).toBeNull());
    await act(() => core.changed("pick_lists"));
    expect(screen.queryByTestId("pick-alert")).toBeNull();
  });

  it("tells of a list that is older than any the overview shows", async () => {
    const { core, picking } = await openRun(2);
    core.answer({ pickLists: () => [] });
    const struck = picking.lists[0]?.stops[0];
    if (struck === undefined) throw new Error("the list has stops");
    picking.cancel(struck.order);
    await act(() => core.changed("pick_lists", "orders"));
    expect(await screen.findByTestId("pick-alert")).toHaveTextContent("1 unit on pick list");
  });

  it("keeps the news where the core cannot note that it was seen", async () => {
    const { user, core, picking } = await openRun(2);
    const struck = picking.lists[0]?.stops[0];
    if (struck === undefined) throw new Error("the list has stops");
    picking.cancel(struck.order);
    await act(() => core.changed("pick_lists", "orders"));
    core.answer({
      seeStruck: () => {
        throw refusal("busy", "another Packlight is writing");
      },
    });
    await user.click(within(await screen.findByTestId("pick-alert")).getByRole("button", { name: "Seen" }));
    expect(await screen.findByText("The list is still marked as unseen")).toBeVisible();
    expect(screen.getByTestId("pick-alert")).toBeVisible();
  });

  it("leads on to confirming what was picked", async () => {
    const { user, core } = await openRun(2);
    await user.keyboard(" ");
    await screen.findByText(/1 of 2 picked/);
    await user.keyboard(" ");
    await user.click(await screen.findByRole("button", { name: "Confirm 2 orders…" }));
    await screen.findByRole("dialog", { name: "Confirm orders processed" });
    await waitFor(() => expect(core.callsOf("previewConfirm")[0]?.[0].orders?.ids?.toSorted()).toEqual([1, 2]));
  });

  it("has no accessibility violation", async () => {
    await openRun(3);
    const { violations } = await axe.run(screen.getByRole("main"), { rules: { "color-contrast": { enabled: false } } });
    expect(violations).toEqual([]);
  });

  it("a list that is gone says so", async () => {
    openWindow({ shop: shopOf(1), at: "/orders/pick-lists/99" });
    expect(await screen.findByRole("alert")).toHaveTextContent("This pick list is not here any more.");
  });
});

describe("the overview of pick lists", () => {
  it("names what brings the first list here", async () => {
    openWindow({ shop: shopOf(1), at: "/orders/pick-lists" });
    expect(await screen.findByText("No pick list yet")).toBeVisible();
  });

  it("shows state and progress; finishing and discarding can be undone", async () => {
    const shop = shopOf(2);
    const { user, core, picking } = openWindow({ shop, at: "/orders/pick-lists" });
    const { entry } = picking.record(ALL, 1);
    await act(() => core.changed("pick_lists"));
    const list = await screen.findByRole("region", { name: `Pick list ${entry.id}` });
    expect(list).toHaveTextContent("Open");
    expect(list).toHaveTextContent("0 of 2 picked");
    expect(list).toHaveTextContent("2 units of 2 orders");
    await user.click(within(list).getByRole("button", { name: `Finish ${entry.id}` }));
    const toast = await screen.findByTestId("toast");
    expect(toast).toHaveTextContent("2 units not picked can go on the next list");
    await waitFor(() => expect(list).toHaveTextContent("Done"));
    await user.click(within(toast).getByRole("button", { name: "Undo" }));
    await waitFor(() => expect(list).toHaveTextContent("Open"));
    await user.click(within(list).getByRole("button", { name: `Discard ${entry.id}` }));
    await waitFor(() => expect(list).toHaveTextContent("Discarded"));
  });

  it("reprints a list as it was made", async () => {
    const { user, core, picking } = openWindow({ shop: shopOf(2), at: "/orders/pick-lists" });
    const { entry } = picking.record(ALL, 1);
    await act(() => core.changed("pick_lists"));
    await user.click(await screen.findByRole("button", { name: `Reprint ${entry.id}` }));
    const dialog = await screen.findByRole("dialog", { name: `Reprint ${entry.id}` });
    const button = within(dialog).getByRole("button", { name: "Reprint" });
    await waitFor(() => expect(button).toBeEnabled());
    await user.click(button);
    await waitFor(() => expect(core.callsOf("reprintPickList")[0]?.[0]).toBe(1));
    expect(await screen.findByTestId("toast")).toHaveTextContent("(reprint 1): 1 page sent to Packing-Table");
  });
});

describe("reprinting without a printer", () => {
  it("holds the keys and leads on to the PDF", async () => {
    const { user, core, picking } = openWindow({
      shop: shopOf(2),
      at: "/orders/pick-lists",
      handlers: { printers: () => [] },
    });
    const { entry } = picking.record(ALL, 1);
    await act(() => core.changed("pick_lists"));
    await user.click(await screen.findByRole("button", { name: `Reprint ${entry.id}` }));
    const dialog = await screen.findByRole("dialog", { name: `Reprint ${entry.id}` });
    await waitFor(() => expect(dialog).toHaveFocus());
    await within(dialog).findByText("No printer is set up.");
    await user.keyboard("z");
    expect(core.callsOf("activityActs")).toEqual([]);
    expect(within(dialog).getByRole("button", { name: "Reprint" })).toBeDisabled();
    await user.click(within(dialog).getByRole("button", { name: "Save as PDF" }));
    await waitFor(() => expect(core.callsOf("saveRecordedPickList")).toHaveLength(1));
  });
});

describe("the walk order", () => {
  it("is natural until a place is moved by keyboard; the move can be undone", async () => {
    const { user, core } = openWindow({ at: "/settings/picking" });
    const places = async () =>
      within(await screen.findByRole("listbox", { name: "Walk order" }))
        .getAllByRole("option")
        .map((place) => place.querySelector("bdi")?.textContent);
    await screen.findByRole("option", { name: /S49/ });
    expect(await places()).toEqual(["A-01", "B-03", "Loft-S5", "S5", "S49"]);
    screen.getByText("S5").closest<HTMLElement>("[role=option]")?.focus();
    await user.keyboard("{ArrowDown}{Shift>}{ArrowUp}{/Shift}");
    await waitFor(() => expect(core.callsOf("setWalkOrder")).toEqual([[["A-01", "B-03", "Loft-S5", "S49", "S5"]]]));
    const toast = await screen.findByTestId("toast");
    expect(toast).toHaveTextContent("S49 comes before S5");
    await waitFor(async () => expect(await places()).toEqual(["A-01", "B-03", "Loft-S5", "S49", "S5"]));
    await user.click(within(toast).getByRole("button", { name: "Undo" }));
    await waitFor(async () => expect(await places()).toEqual(["A-01", "B-03", "Loft-S5", "S5", "S49"]));
  });
});

describe("a PDF that was kept", () => {
  it("is found in the context or at the end of the sentence", () => {
    expect(keptPdf({ context: "/d/P-1.pdf", message: "" })).toBe("/d/P-1.pdf");
    expect(keptPdf({ context: null, message: "No. The document is kept as /d/my lists/P-1.pdf" })).toBe(
      "/d/my lists/P-1.pdf",
    );
    expect(keptPdf({ context: "printer", message: "The queue is stopped" })).toBeNull();
  });
});

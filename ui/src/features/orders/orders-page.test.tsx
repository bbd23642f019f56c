import { act, fireEvent, screen, waitFor, within } from "@testing-library/react";
import { describe, expect, it } from "vitest";

import { refusal } from "~/test/fake-backend";
import { MadeUpShop } from "~/test/made-up-orders";
import { openWindow } from "~/test/open-window";
import { pointInto } from "~/test/pointer";

const table = () => screen.findByTestId("orders-table");
const bodyRows = async () =>
  within(await table())
    .getAllByRole("row")
    .slice(1);
const orderIds = async () => (await bodyRows()).map((row) => row.querySelector("[data-column=order]")?.textContent);
const bar = () => screen.getByTestId<HTMLInputElement>("query-bar");
const card = (name: string) => screen.getByTestId(`card-${name}`);
const countOn = (name: string) => card(name).querySelector("[data-count]")?.textContent;

/** Waits until the table shows real rows. */
async function rowsShown() {
  await waitFor(async () => expect((await orderIds())[0]).toMatch(/^\d{3}-\d{7}-\d{7}$/));
}

describe("filter and URL", () => {
  it("a card writes its status into the URL, the query bar and the table", async () => {
    const { user, href, core } = openWindow();
    await rowsShown();
    expect(countOn("all")).toBe("312");
    await user.click(card("paid"));
    await waitFor(() => expect(href()).toBe("/orders/amazon?q=status:paid"));
    await waitFor(() => expect(bar()).toHaveValue("status:paid"));
    await waitFor(() => expect(card("paid")).toHaveAttribute("aria-pressed", "true"));
    expect(card("all")).toHaveAttribute("aria-pressed", "false");
    const paid = Number(countOn("paid"));
    await waitFor(async () => expect(await table()).toHaveAttribute("aria-rowcount", String(paid + 1)));
    for (const row of await bodyRows()) expect(row).toHaveTextContent("Paid");
    expect(core.callsOf("listOrders").at(-1)?.[0]).toMatchObject({ query: "status:paid", platform: "amazon" });

    await user.click(card("paid"));
    await waitFor(() => expect(href()).toBe("/orders/amazon"));
    await waitFor(() => expect(card("all")).toHaveAttribute("aria-pressed", "true"));
  });

  it("a card leaves the other words alone", async () => {
    const { user, href } = openWindow({ at: "/orders/amazon?q=mug" });
    await rowsShown();
    await user.click(card("shipped"));
    await waitFor(() => expect(href()).toBe("/orders/amazon?q=mug+status:shipped"));
    await user.click(card("all"));
    await waitFor(() => expect(href()).toBe("/orders/amazon?q=mug"));
  });

  it("what is typed becomes the filter after a pause, and as one step of history", async () => {
    const { user, href, router } = openWindow();
    await rowsShown();
    await user.type(bar(), "trivet");
    await waitFor(() => expect(href()).toBe("/orders/amazon?q=trivet"));
    await waitFor(async () => {
      for (const row of await bodyRows()) expect(row).toHaveTextContent("trivet");
    });

    await user.clear(bar());
    await user.type(bar(), "75192");
    await waitFor(() => expect(href()).toBe("/orders/amazon?q=75192"));
    act(() => router.history.back());
    await waitFor(() => expect(href()).toBe("/orders/amazon"));
    await waitFor(() => expect(bar()).toHaveValue(""));
    act(() => router.history.forward());
    await waitFor(() => expect(bar()).toHaveValue("75192"));
  });

  it("asks the core once for what is typed in one go", async () => {
    const { core } = openWindow();
    await rowsShown();
    const asked = core.callsOf("listOrders").length;
    for (const value of ["t", "tr", "tri"]) fireEvent.change(bar(), { target: { value } });
    await waitFor(() => expect(core.callsOf("listOrders").at(-1)?.[0].query).toBe("tri"));
    expect(core.callsOf("listOrders")).toHaveLength(asked + 1);
  });

  it("a URL that is opened sets everything", async () => {
    const { core } = openWindow({ at: "/orders/amazon?q=status:shipped&sort=total" });
    await rowsShown();
    expect(bar()).toHaveValue("status:shipped");
    await waitFor(() => expect(card("shipped")).toHaveAttribute("aria-pressed", "true"));
    expect(core.callsOf("listOrders")[0]?.[0].sort).toEqual({ key: "total", descending: false });
    expect(screen.getByRole("columnheader", { name: "Total" })).toHaveAttribute("aria-sort", "ascending");
  });

  it("a header sorts and turns round, in the URL", async () => {
    const { user, href } = openWindow();
    await rowsShown();
    await user.click(screen.getByRole("button", { name: "Total" }));
    expect(href()).toBe("/orders/amazon?sort=-total");
    await user.click(screen.getByRole("button", { name: "Total" }));
    expect(href()).toBe("/orders/amazon?sort=total");
    await user.click(screen.getByRole("button", { name: "Date" }));
    expect(href()).toBe("/orders/amazon");
  });

  it("a word that is not understood is pointed at, and the rows stay", async () => {
    const { user } = openWindow();
    await rowsShown();
    const before = await orderIds();
    await user.click(bar());
    await user.paste("status:piad");
    expect(await screen.findByRole("alert")).toHaveTextContent("unknown status 'piad'");
    expect(bar()).toHaveAttribute("aria-invalid", "true");
    expect(document.querySelector("mark")).toHaveTextContent("piad");
    expect(await orderIds()).toEqual(before);
    await user.keyboard("{Escape}");
    await waitFor(() => expect(screen.queryByRole("alert")).toBeNull());
    expect(bar()).toHaveValue("");
  });

  it("says so when nothing is found, and clears the filter", async () => {
    const { user, href } = openWindow({ at: "/orders/amazon?q=nothinglikethis" });
    expect(await screen.findByText("Nothing found")).toBeInTheDocument();
    await user.click(screen.getByRole("button", { name: "Clear the filter" }));
    await rowsShown();
    expect(href()).toBe("/orders/amazon");
  });

  it("another filter begins at the top of its list", async () => {
    const { user } = openWindow();
    await rowsShown();
    act(() => (screen.getByTestId("orders-table").scrollTop = 5000));
    expect((await bodyRows())[0]).not.toHaveAttribute("aria-rowindex", "2");
    await user.click(card("completed"));
    await waitFor(async () => expect((await bodyRows())[0]).toHaveTextContent("Completed"));
    await waitFor(async () => expect((await bodyRows())[0]).toHaveAttribute("aria-rowindex", "2"));
    expect(screen.getByTestId("orders-table").scrollTop).toBe(0);
  });

  it("the platform menu moves between all platforms and Amazon and keeps the filter", async () => {
    const { user, href } = openWindow({ at: "/orders/amazon?q=status:paid" });
    await rowsShown();
    await user.click(screen.getByRole("button", { name: "Choose the platform" }));
    await user.click(await screen.findByRole("menuitem", { name: "All platforms" }));
    await waitFor(() => expect(href()).toBe("/orders?q=status:paid"));
    expect(await screen.findByRole("heading", { name: "All orders" })).toBeInTheDocument();
  });
});

describe("keyboard", () => {
  it("moves through the table and opens an order; Esc gives the focus back", async () => {
    const { user, href, shop } = openWindow();
    await rowsShown();
    const grid = await table();
    act(() => grid.focus());
    await user.keyboard("{ArrowDown}{ArrowDown}{ArrowUp}{ArrowDown}");
    const activeRow = () => document.getElementById(grid.getAttribute("aria-activedescendant") ?? "");
    expect(activeRow()).toHaveAttribute("aria-rowindex", "3");
    await user.keyboard("{End}");
    expect(activeRow()).toHaveAttribute("aria-rowindex", "313");
    await user.keyboard("{PageUp}");
    expect(activeRow()).toHaveAttribute("aria-rowindex", "296");
    await user.keyboard("{Home}{Enter}");
    const drawer = await screen.findByTestId("order-drawer");
    await waitFor(() => expect(drawer).toHaveFocus());
    expect(href()).toBe("/orders/amazon?order=312");
    expect(await within(drawer).findByText(shop.row(312).platform_order_id)).toBeInTheDocument();
    await user.keyboard("{Escape}");
    await waitFor(() => expect(screen.queryByTestId("order-drawer")).toBeNull());
    await waitFor(() => expect(grid).toHaveFocus());
  });

  it("has one key for each thing", async () => {
    const { user, core, shop } = openWindow();
    await rowsShown();
    await user.keyboard("/");
    await waitFor(() => expect(bar()).toHaveFocus());
    await user.keyboard("j{Escape}{Escape}");
    expect(bar()).not.toHaveFocus();
    await user.keyboard("jjk");
    await user.keyboard("o");
    await waitFor(() => expect(core.callsOf("openOnAmazon")).toEqual([[312]]));
    await user.keyboard("y");
    expect(await screen.findByText("Order id copied")).toBeInTheDocument();
    expect(await navigator.clipboard.readText()).toBe(shop.row(312).platform_order_id);
    await user.keyboard("r");
    await waitFor(() => expect(core.callsOf("syncNow")).toHaveLength(1));
  });

  it("lists the keys and runs commands by name", async () => {
    const { user } = openWindow();
    await rowsShown();
    await user.keyboard("?");
    const help = await screen.findByRole("dialog", { name: "Keys" });
    expect(help).toHaveTextContent("Copy order idY");
    expect(help).toHaveTextContent("Sync ordersR");
    await user.keyboard("{Escape}");
    await waitFor(() => expect(screen.queryByRole("dialog")).toBeNull());
    await user.keyboard("{Control>}k{/Control}");
    await user.type(await screen.findByRole("combobox", { name: "Find a command" }), "dark");
    await user.keyboard("{Enter}");
    await waitFor(() => expect(document.documentElement).toHaveAttribute("data-theme", "dark"));
  });

  it("reaches the last of a million orders with few rows in the page", async () => {
    const { user } = openWindow({ orders: 1_000_000 });
    await rowsShown();
    const grid = await table();
    act(() => grid.focus());
    await user.keyboard("{End}");
    const last = () => within(grid).getAllByRole("row").at(-1);
    await waitFor(() => expect(last()).toHaveTextContent(/\d{3}-\d{7}-\d{7}/));
    expect(last()).toHaveAttribute("aria-rowindex", "1000001");
    expect(grid).toHaveAttribute("aria-rowcount", "1000001");
    expect(within(grid).getAllByRole("row").length).toBeLessThanOrEqual(80);
    await user.keyboard("{ArrowUp}{Home}");
    expect(within(grid).getAllByRole("row")[1]).toHaveAttribute("aria-rowindex", "2");
  });
});

describe("rows", () => {
  it("offers what can be done with an order", async () => {
    const { user, core, shop } = openWindow();
    await rowsShown();
    const id = shop.row(311).platform_order_id;
    await user.click(screen.getByRole("button", { name: `Menu of order ${id}` }));
    const names = (await screen.findAllByRole("menuitem")).map((item) => item.textContent);
    expect(names).toEqual(["View detailsEnter", "View on AmazonO", "Copy order idY", "Confirm as processed…"]);
    await user.click(screen.getByRole("menuitem", { name: /View on Amazon/ }));
    await waitFor(() => expect(core.callsOf("openOnAmazon")).toEqual([[311]]));
    expect(screen.queryByTestId("order-drawer")).toBeNull();
  });

  it("shows titles of the world as text, whatever they hold", async () => {
    const shop = new MadeUpShop(4);
    const hostile = [
      '<img src=x onerror="window.hacked=1"><script>window.hacked=1</script>',
      "\u202Eevil\u202C \u2067עברית\u2069 مرحبا",
      "x".repeat(10_000),
      "{{7*7}} ${7*7} \u0000\uFFFD 👩‍👩‍👧‍👦 e\u0301",
    ];
    hostile.forEach((description, index) => shop.special.set(index + 1, { description }));
    openWindow({ shop });
    await rowsShown();
    for (const row of await bodyRows()) {
      const cell = row.querySelector("[data-column=description] bdi");
      expect(hostile).toContain(cell?.textContent);
      expect(cell).toHaveAttribute("title", cell?.textContent ?? "");
    }
    expect(document.querySelector("img, [data-column=description] script")).toBeNull();
    expect(window).not.toHaveProperty("hacked");
  });

  it("shows them as text in the drawer and where a unit is chosen", async () => {
    const shop = new MadeUpShop(1);
    const title = '<b onclick="window.hacked=1">\u202Eevil</b> مرحبا 👩‍👩‍👧‍👦 ' + "long ".repeat(200);
    shop.special.set(1, {
      description: title,
      matches: { total: 1, linked: 0, unmatched: 1, no_asin: 0 },
    });
    const { user } = openWindow({ shop, at: "/orders/amazon?order=1" });
    const drawer = await screen.findByTestId("order-drawer");
    await waitFor(() => expect(drawer).toHaveTextContent("evil"));
    const link = await within(drawer).findByRole("button", { name: /^Link .+ to inventory$/ });
    await user.click(link);
    const dialog = await screen.findByRole("dialog", { name: "Link ASIN to Inventory" });
    expect(dialog).toHaveTextContent("evil");
    expect(document.querySelector("[onclick]")).toBeNull();
    for (const bdi of document.querySelectorAll("bdi")) expect(bdi.querySelector("b")).toBeNull();
    expect(window).not.toHaveProperty("hacked");
  });

  it("shows a status that Packlight does not know as Amazon's word", async () => {
    const shop = new MadeUpShop(3);
    shop.special.set(3, { ui_status: "Other", unknown_status: "TELEPORTED" });
    openWindow({ shop });
    expect(await screen.findByText("TELEPORTED")).toBeInTheDocument();
  });

  it("shows what is wrong with an order in words", async () => {
    const shop = new MadeUpShop(3);
    shop.special.set(3, {
      ui_status: "Paid",
      units_left: 1,
      flags: ["part_shipped", "cancel_requested"],
      ship_by: new Date(Date.now() - 2 * 3_600_000 - 1000).toISOString(),
      matches: { total: 2, linked: 0, unmatched: 1, no_asin: 1 },
    });
    shop.special.set(2, { ui_status: "Pending", total: null });
    shop.special.set(1, { flags: ["missing_items"], matches: { total: 0, linked: 0, unmatched: 0, no_asin: 0 } });
    openWindow({ shop });
    await rowsShown();
    const [first, second, third] = await bodyRows();
    const badges = ["2 h late", "part shipped", "cancel asked", "1 unmatched", "1 No ASIN"];
    for (const word of badges) expect(first).toHaveTextContent(word);
    expect(second?.querySelector("[data-column=total]")).toHaveTextContent("—");
    expect(third).toHaveTextContent("not read yet");
  });

  it("folds columns in narrower windows", async () => {
    openWindow();
    await rowsShown();
    const headers = () => screen.getAllByRole("columnheader").map((header) => header.textContent);
    expect(headers()).toEqual([
      "",
      "Order",
      "Platform",
      "Date",
      "Ship by",
      "Buyer",
      "Description",
      "Items",
      "Status",
      "Total",
      "Actions",
    ]);
    act(() => {
      window.innerWidth = 1024;
      window.dispatchEvent(new Event("resize"));
    });
    expect(headers()).toEqual(["", "Order", "Date", "Description", "Items", "Status", "Total", "Actions"]);
  });
});

describe("news from the core", () => {
  it("new orders appear at the top when nobody is at work there", async () => {
    const { core, shop } = openWindow();
    await rowsShown();
    shop.newest += 2;
    await act(() => core.changed("orders", "counts"));
    await waitFor(() => expect(countOn("all")).toBe("314"));
    await waitFor(async () => expect((await orderIds())[0]).toBe(shop.row(314).platform_order_id));
  });

  it("new orders wait while the pointer is in the table", async () => {
    const { user, core, shop } = openWindow();
    await rowsShown();
    await pointInto(user, await table());
    const before = await orderIds();
    shop.newest += 3;
    await act(() => core.changed("orders", "counts"));
    const pill = await screen.findByRole("button", { name: "↑ 3 new orders" });
    expect(await orderIds()).toEqual(before);
    await user.click(pill);
    await waitFor(async () => expect((await orderIds())[0]).toBe(shop.row(315).platform_order_id));
    expect(screen.queryByRole("button", { name: /new orders/ })).toBeNull();
  });

  it("new orders appear under a pointer that the window opened under, until it moves", async () => {
    const { user, core, shop } = openWindow();
    await rowsShown();
    const resting = { target: await table(), coords: { clientX: 600, clientY: 400 } };
    await user.pointer([resting, resting]);
    shop.newest += 3;
    await act(() => core.changed("orders", "counts"));
    await waitFor(async () => expect((await orderIds())[0]).toBe(shop.row(315).platform_order_id));
    await pointInto(user, await table());
    shop.newest += 2;
    await act(() => core.changed("orders", "counts"));
    await screen.findByRole("button", { name: "↑ 2 new orders" });
  });

  it("an order that is open is read again", async () => {
    const { core, shop } = openWindow({ at: "/orders/amazon?order=300" });
    const drawer = await screen.findByTestId("order-drawer");
    await within(drawer).findByText(shop.row(300).platform_order_id);
    shop.special.set(300, { flags: ["cancel_requested"] });
    await act(() => core.changed("orders"));
    expect(await within(drawer).findByText("✕ The buyer asked to cancel")).toBeInTheDocument();
  });
});

describe("the drawer", () => {
  it("shows the lines and keeps a note, and takes it back", async () => {
    const { user, shop, core } = openWindow({ at: "/orders/amazon?order=310" });
    shop.special.set(310, { flags: [] });
    const drawer = await screen.findByTestId("order-drawer");
    const note = await within(drawer).findByRole("textbox", { name: "Note" });
    await user.type(note, "Two bows");
    await user.keyboard("{Control>}{Enter}{/Control}");
    expect(await screen.findByTestId("toast")).toHaveTextContent("Note saved");
    expect(core.callsOf("setNote")).toEqual([[310, "Two bows"]]);
    await user.click(screen.getByRole("button", { name: "Undo" }));
    await waitFor(() => expect(core.callsOf("undo")).toHaveLength(1));
    expect(await screen.findByText("Undone: Note saved")).toBeInTheDocument();
    await waitFor(() => expect(note).not.toHaveValue("Two bows"));
  });

  it("keeps the draft when the note cannot be saved", async () => {
    const { user, core } = openWindow({ at: "/orders/amazon?order=310" });
    core.answer({ setNote: () => Promise.reject(refusal("read_only", "Another Packlight holds the data folder.")) });
    const note = await screen.findByRole("textbox", { name: "Note" });
    await user.clear(note);
    await user.type(note, "Two bows");
    await user.tab();
    expect(await screen.findByTestId("toast")).toHaveTextContent("The note was not saved");
    expect(note).toHaveValue("Two bows");
  });

  it("says when the order is gone", async () => {
    openWindow({ at: "/orders/amazon?order=9999" });
    const drawer = await screen.findByTestId("order-drawer");
    expect(await within(drawer).findByRole("alert")).toHaveTextContent("This order is not here any more.");
  });
});

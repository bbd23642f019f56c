import "~/components/dialog-box";
import "~/components/menu-popup";

import { act, screen, waitFor, within } from "@testing-library/react";
import { describe, expect, it } from "vitest";

import { MadeUpShop } from "~/test/made-up-orders";
import { openWindow } from "~/test/open-window";

import "./bulk-bar";
import "./link-dialog";

const grid = () => screen.findByTestId("orders-table");
const rows = async () =>
  within(await grid())
    .getAllByRole("row")
    .slice(1);
const picked = async () => (await rows()).filter((row) => row.getAttribute("aria-selected") === "true").length;
const bar = () => screen.findByTestId("bulk-bar");
const boxOf = (shop: MadeUpShop, id: number) =>
  screen.getByRole("checkbox", { name: `Select order ${shop.row(id).platform_order_id}` });

async function shown(shop: MadeUpShop) {
  await screen.findByText(shop.row(shop.newest).platform_order_id);
}

/** A shop whose every line is mapped to a set of which eight units are free. */
function mappedShop(orders: number) {
  const shop = new MadeUpShop(orders);
  for (let id = 1; id <= orders; id += 1) {
    const matches = { total: 1, linked: 0, unmatched: 0, no_asin: 0 };
    shop.special.set(id, { matches });
  }
  return shop;
}

describe("selecting orders", () => {
  it("by box, with Shift for a range, and Esc lets go", async () => {
    const { user, shop } = openWindow();
    await shown(shop);
    await user.click(boxOf(shop, 311));
    expect(await bar()).toHaveTextContent("1 of 312 selected");
    expect(screen.queryByTestId("order-drawer")).toBeNull();
    await user.keyboard("{Shift>}");
    await user.click(boxOf(shop, 307));
    await user.keyboard("{/Shift}");
    await waitFor(async () => expect(await picked()).toBe(5));
    expect(await bar()).toHaveTextContent("5 of 312 selected");
    await user.click(boxOf(shop, 309));
    expect(await bar()).toHaveTextContent("4 of 312 selected");
    await user.keyboard("{Escape}");
    await waitFor(() => expect(screen.queryByTestId("bulk-bar")).toBeNull());
  });

  it("by key: x for one, Shift X for a range, Ctrl A for all that match, seen or not", async () => {
    const { user, core, shop } = openWindow();
    await shown(shop);
    await user.keyboard("jx");
    expect(await bar()).toHaveTextContent("1 of 312 selected");
    await user.keyboard("jjj{Shift>}X{/Shift}");
    await waitFor(async () => expect(await bar()).toHaveTextContent("4 of 312 selected"));
    await user.keyboard("{Control>}a{/Control}");
    expect(await bar()).toHaveTextContent("312 of 312 selected");
    await user.keyboard("x");
    expect(await bar()).toHaveTextContent("311 of 312 selected");
    const id = shop.row(309).id;
    await waitFor(() =>
      expect(core.callsOf("previewLink").at(-1)?.[0]).toEqual({
        matching: { query: "", platform: "amazon", account: null, except: [id] },
      }),
    );
  });

  it("leaves Ctrl A to a field that is typed into", async () => {
    const { user, shop } = openWindow();
    await shown(shop);
    await user.click(screen.getByTestId("query-bar"));
    await user.keyboard("{Control>}a{/Control}");
    expect(screen.queryByTestId("bulk-bar")).toBeNull();
  });

  it("another filter begins with nothing picked", async () => {
    const { user, shop } = openWindow();
    await shown(shop);
    await user.keyboard("{Control>}a{/Control}");
    await bar();
    await user.click(screen.getByTestId("card-shipped"));
    await waitFor(() => expect(screen.queryByTestId("bulk-bar")).toBeNull());
  });

  it("the box in the head picks all and lets all go", async () => {
    const { user, shop } = openWindow();
    await shown(shop);
    await user.click(screen.getByRole("checkbox", { name: "Select all 312 orders" }));
    expect(await bar()).toHaveTextContent("312 of 312 selected");
    await user.click(screen.getByRole("checkbox", { name: "Clear the selection" }));
    await waitFor(() => expect(screen.queryByTestId("bulk-bar")).toBeNull());
  });
});

describe("the bulk bar", () => {
  it("says what linking would do, does it, and takes it back", async () => {
    const shop = mappedShop(12);
    const { user, core } = openWindow({ shop });
    await shown(shop);
    await user.keyboard("{Control>}a{/Control}");
    // Eight units of set 1042 are free, some of them used; the mapping takes any in the made-up shop.
    await waitFor(async () =>
      expect(await bar()).toHaveTextContent("12 orders → 8 units; 4 lines skipped: no free unit"),
    );
    await user.click(within(await bar()).getByRole("button", { name: "Link stock (8 units)" }));
    expect(await screen.findByText("8 units linked")).toBeInTheDocument();
    await waitFor(async () => expect((await rows())[0]).toHaveTextContent("linked"));
    await waitFor(async () => expect(await bar()).toHaveTextContent("no units; 12 lines skipped"));
    await user.keyboard("z");
    await waitFor(() => expect(core.callsOf("undo")).toHaveLength(1));
    await waitFor(async () => expect((await rows())[0]).not.toHaveTextContent("linked"));
  });

  it("speaks of the orders that are selected now, and asks one question at a time", async () => {
    const shop = mappedShop(12);
    const { user, core } = openWindow({ shop });
    await shown(shop);
    await user.keyboard("{Control>}a{/Control}");
    await waitFor(async () => expect(await bar()).toHaveTextContent("12 orders → 8 units"));
    let release = core.hold("previewLink");
    await user.keyboard("jx");
    await waitFor(async () => expect(await bar()).toHaveTextContent("11 of 12 selected"));
    expect(await bar()).not.toHaveTextContent("12 orders");
    expect(within(await bar()).getByRole("button", { name: "Link stock" })).toBeEnabled();
    release();
    await waitFor(async () => expect(await bar()).toHaveTextContent("11 orders → 8 units"));

    const asked = () => core.callsOf("previewLink").length;
    const before = asked();
    release = core.hold("previewLink");
    for (let news = 0; news < 3; news += 1) await act(() => core.changed("orders"));
    expect(asked()).toBe(before + 1);
    release();
    await waitFor(() => expect(asked(), "all that was news meanwhile").toBe(before + 2));
    expect(await bar()).toHaveTextContent("11 orders → 8 units");
  });

  it("of very many orders says what linking would do when it is asked for, before anything is done", async () => {
    const report = { orders: 6000, lines: 14, units: 14, skipped: [], batch: null };
    const { user, core, shop } = openWindow({
      orders: 6000,
      handlers: { previewLink: () => report, linkSelected: () => ({ ...report, units: 13 }) },
    });
    await shown(shop);
    await user.keyboard("{Control>}a{/Control}");
    await act(() => core.changed("orders"));
    expect(await bar()).toHaveTextContent("6,000 of 6,000 selected");
    expect(core.callsOf("previewLink")).toEqual([]);

    const release = core.hold("previewLink");
    await user.click(within(await bar()).getByRole("button", { name: "Link stock…" }));
    const dialog = await screen.findByRole("dialog", { name: "Link stock" });
    expect(within(dialog).getByRole("status")).toHaveTextContent("Looking at the orders…");
    expect(within(dialog).getByRole("button", { name: "Link" })).toBeDisabled();
    release();
    await waitFor(() => expect(within(dialog).getByRole("status")).toHaveTextContent("6,000 orders → 14 units"));
    await act(() => core.changed("orders"));
    expect(core.callsOf("previewLink")).toHaveLength(1);
    expect(core.callsOf("linkSelected")).toEqual([]);

    await user.click(within(dialog).getByRole("button", { name: "Link 14 units" }));
    expect(await screen.findByText("13 units linked")).toBeInTheDocument();
    expect(core.callsOf("linkSelected")).toEqual(core.callsOf("previewLink"));
    await waitFor(() => expect(screen.queryByRole("dialog", { name: "Link stock" })).toBeNull());
  });

  it("names each reason where there are several", async () => {
    const shop = mappedShop(3);
    shop.special.set(3, {
      matches: { total: 2, linked: 0, unmatched: 1, no_asin: 1 },
    });
    const { user } = openWindow({ shop });
    await shown(shop);
    await user.keyboard("{Control>}a{/Control}");
    await waitFor(async () =>
      expect(await bar()).toHaveTextContent("3 orders → 2 units; 2 lines skipped: 1 no ASIN, 1 no mapping"),
    );
  });

  it("exports and copies the ids of all that are picked", async () => {
    const { user, core, shop } = openWindow({ at: "/orders/amazon?q=status:paid" });
    const paid = shop.counts().paid;
    await waitFor(async () => expect((await rows())[0]).toHaveTextContent("Paid"));
    await user.keyboard("{Control>}a{/Control}");
    await user.click(within(await bar()).getByRole("button", { name: "Copy order ids" }));
    expect(await screen.findByText(`${paid} order ids copied`)).toBeInTheDocument();
    const text = await navigator.clipboard.readText();
    expect(text.split("\n")).toHaveLength(paid);
    await user.click(within(await bar()).getByRole("button", { name: "Export CSV" }));
    expect(await screen.findByText(`${paid} rows exported`)).toBeInTheDocument();
    expect(core.callsOf("exportOrders")[0]?.[0]).toEqual({
      matching: { query: "status:paid", platform: "amazon", account: null, except: [] },
    });
  });
});

describe("the grid, for those who hear it", () => {
  it("counts rows and columns, has one tab stop, and names cells", async () => {
    const { user, shop } = openWindow();
    await shown(shop);
    const table = await grid();
    expect(table).toHaveAttribute("aria-multiselectable", "true");
    expect(table).toHaveAttribute("aria-colcount", "11");
    expect(table.querySelectorAll('[tabindex="0"]')).toHaveLength(0);
    expect([...table.querySelectorAll("button, input, a")].every((one) => one.getAttribute("tabindex") === "-1")).toBe(
      true,
    );
    act(() => table.focus());
    const active = () => document.getElementById(table.getAttribute("aria-activedescendant") ?? "");
    await user.keyboard("{ArrowDown}{ArrowRight}");
    expect(active()).toHaveAttribute("role", "gridcell");
    expect(active()).toHaveAttribute("aria-colindex", "1");
    await user.keyboard(" ");
    expect(await bar()).toHaveTextContent("1 of 312 selected");
    await user.keyboard("{End}{Enter}");
    expect(await screen.findByRole("menu", { name: /^Order / })).toBeInTheDocument();
    await user.keyboard("{Escape}");
    await waitFor(() => expect(screen.queryByRole("menu")).toBeNull());
    act(() => table.focus());
    await user.keyboard("{ArrowUp}");
    expect(active()).toHaveAttribute("role", "columnheader");
  });

  it("sorts from the head by key", async () => {
    const { user, href, shop } = openWindow();
    await shown(shop);
    act(() => screen.getByTestId("orders-table").focus());
    await user.keyboard("{ArrowDown}{ArrowUp}{ArrowRight}{Enter}");
    expect(href()).toBe("/orders/amazon?sort=order_id");
  });

  it("keeps its keys when the active row has been scrolled away", async () => {
    const { user, shop } = openWindow();
    await shown(shop);
    const table = await grid();
    act(() => table.focus());
    await user.keyboard("{ArrowDown}");
    act(() => (table.scrollTop = 8000));
    await waitFor(async () => expect((await rows())[0]).not.toHaveAttribute("aria-rowindex", "2"));
    expect(table).not.toHaveAttribute("aria-activedescendant");
    await waitFor(() => expect(table).toHaveFocus());
    await user.keyboard("{ArrowDown}");
    const active = document.getElementById(table.getAttribute("aria-activedescendant") ?? "");
    expect(active).toHaveAttribute("aria-rowindex", "3");
  });
});

describe("columns and rows", () => {
  it("are chosen in a menu that stays open, and kept", async () => {
    const { user, core, shop } = openWindow();
    await shown(shop);
    const headers = () => screen.getAllByRole("columnheader").map((header) => header.textContent);
    await user.click(screen.getByRole("button", { name: "Columns" }));
    await user.click(await screen.findByRole("menuitemcheckbox", { name: "Buyer" }));
    await waitFor(() => expect(headers()).not.toContain("Buyer"));
    await user.click(screen.getByRole("menuitemcheckbox", { name: "Platform" }));
    await waitFor(() => expect(headers()).not.toContain("Platform"));
    expect(core.callsOf("setPreferences").at(-1)?.[0].columns).toEqual([
      "date",
      "ship_by",
      "description",
      "items",
      "status",
      "total",
    ]);
    await user.click(screen.getByRole("menuitem", { name: "Compact" }));
    await waitFor(async () => expect((await grid()).style.getPropertyValue("--row")).toBe("26px"));
  });
});

import "~/components/dialog-box";
import "~/components/menu-popup";
import "~/components/toasts";

import { act, screen, waitFor, within } from "@testing-library/react";
import { describe, expect, it } from "vitest";

import type { Unit } from "~/lib/bindings";
import { MadeUpShop } from "~/test/made-up-orders";
import { openWindow } from "~/test/open-window";
import { pointInto } from "~/test/pointer";

import { inPlace, placeOf, valueOf, withValue } from "./search";

const table = () => screen.findByTestId("stock-table");
const rows = async () =>
  within(await table())
    .getAllByRole("row")
    .slice(1);
const card = (name: string) => screen.getByTestId(`stock-${name}`);

/** As everybody who works here: with the focus in the table, where rows of others have to wait. */
const atWork = async () => (await table()).focus();
const countOfRows = async () => Number((await table()).getAttribute("aria-rowcount")) - 1;

async function openStock(at = "/inventory", shop = new MadeUpShop(20)) {
  const opened = openWindow({ at, shop });
  await waitFor(async () => expect((await rows())[0]).toHaveTextContent(/\d{4}/));
  return { ...opened, stock: shop.stock };
}

describe("the stock", () => {
  it("shows units with their place, and cards that filter by the URL", async () => {
    const { user, href } = await openStock();
    expect(await table()).toHaveAttribute("aria-rowcount", "41");
    expect(card("all")).toHaveTextContent("40");
    expect(screen.getByText("£468.80")).toBeInTheDocument();
    await user.click(card("sold"));
    expect(href()).toBe("/inventory?q=status:sold");
    expect(await screen.findByText("Nothing found")).toBeInTheDocument();
    await user.click(screen.getByRole("button", { name: "Clear the filter" }));
    await waitFor(async () => expect(await table()).toHaveAttribute("aria-rowcount", "41"));
  });

  it("a location is chosen from the list, and none that begins like it", async () => {
    const shop = new MadeUpShop(5);
    Object.assign(shop.stock.units[0] ?? {}, { storage_location: "S4", name: "The one of S4" });
    const { user, href } = openWindow({ at: "/inventory?q=trivet", shop });
    await user.click(await screen.findByRole("button", { name: "All locations" }));
    await user.click(await screen.findByRole("menuitem", { name: "S4 · 1" }));
    await waitFor(() => expect(href()).toBe("/inventory?q=in:%3DS4+trivet"));
    await user.clear(screen.getByTestId("stock-query"));
    await user.type(screen.getByTestId("stock-query"), "in:=S4");
    await waitFor(async () => expect(await table()).toHaveAttribute("aria-rowcount", "2"));
    expect(await table()).toHaveTextContent("The one of S4");
    expect(screen.getByRole("button", { name: "In S4" })).toBeInTheDocument();
    // What is typed without the sign is a beginning, and the button says so.
    await user.type(screen.getByTestId("stock-query"), "{Backspace}{Backspace}{Backspace}S4");
    expect(await screen.findByRole("button", { name: "In S4…" })).toBeInTheDocument();
    await waitFor(async () => expect(await table()).not.toHaveAttribute("aria-rowcount", "2"));
  });

  it("is searched by several words, as they are typed", async () => {
    const { user } = await openStock();
    const input = screen.getByTestId("stock-query");
    await user.type(input, 'in:"S49" trivet');
    await waitFor(() => expect(input).toHaveValue('in:"S49" trivet'));
  });

  it("a filter that is not understood is said, and the rows stay", async () => {
    const { user } = await openStock();
    const input = screen.getByTestId("stock-query");
    await user.click(input);
    await user.paste("colour:red");
    expect(await screen.findByRole("alert")).toHaveTextContent("unknown filter 'colour:'");
    expect(input).toHaveAttribute("aria-invalid", "true");
    expect((await rows())[0]).toHaveTextContent("Cast iron trivet");
  });

  it.each(["1.5", "0", "-2", "1001", "{Backspace}"])("refuses the quantity %s at its field", async (typed) => {
    const { user, core } = await openStock();
    await user.click(screen.getByRole("button", { name: "Add units" }));
    const dialog = await screen.findByRole("dialog", { name: "Add units" });
    const field = within(dialog).getByRole("spinbutton", { name: "Quantity" });
    await user.clear(field);
    await user.type(field, typed);
    await user.click(within(dialog).getByRole("button", { name: "Add" }));
    await waitFor(() => expect(field).toHaveAttribute("aria-invalid", "true"));
    expect(field).toHaveAccessibleDescription("the quantity is a whole number from 1 to 1,000");
    expect(within(dialog).queryByRole("alert")).toBeNull();
    expect(core.callsOf("addUnits")).toEqual([]);
  });

  it("adds units, names the wrong field, and takes them back", async () => {
    const { user, stock, core } = await openStock();
    await atWork();
    await user.keyboard("{ArrowDown}{ArrowDown}");
    await user.click(screen.getByRole("button", { name: "Add units" }));
    const dialog = await screen.findByRole("dialog", { name: "Add units" });
    await user.click(within(dialog).getByRole("button", { name: "Add" }));
    const field = within(dialog).getByRole("textbox", { name: "Set number" });
    await waitFor(() => expect(field).toHaveAttribute("aria-invalid", "true"));
    expect(field).toHaveAccessibleDescription("the set number is empty: type one, such as 75192");

    await user.type(field, "75192");
    await user.type(within(dialog).getByRole("textbox", { name: "Name" }), "Falcon");
    await user.type(within(dialog).getByRole("combobox", { name: "Condition" }), "New");
    await user.type(within(dialog).getByRole("textbox", { name: "Cost" }), "499.99");
    await user.clear(within(dialog).getByRole("spinbutton", { name: "Quantity" }));
    await user.type(within(dialog).getByRole("spinbutton", { name: "Quantity" }), "2");
    await user.click(within(dialog).getByRole("button", { name: "Add" }));
    await waitFor(() => expect(stock.units).toHaveLength(42));
    await waitFor(async () => expect(await countOfRows()).toBe(42));
    expect((await rows())[0]).toHaveTextContent("Falcon");
    expect(stock.units.at(-1)).toMatchObject({ set_number: "75192", cost: { amount: "499.99", currency: "GBP" } });

    const toast = await screen.findByTestId("toast");
    expect(toast).toHaveTextContent("2 units added");
    await user.click(within(toast).getByRole("button", { name: "Undo" }));
    await waitFor(() => expect(stock.units).toHaveLength(40));
    await waitFor(async () => expect(await countOfRows()).toBe(40));
    expect(await table()).not.toHaveTextContent("Falcon");
    await user.click(await screen.findByRole("button", { name: "Redo" }));
    await waitFor(() => expect(core.callsOf("undo")).toHaveLength(2));
  });

  it("a unit is opened by keyboard and changed", async () => {
    const { user, stock, core } = await openStock();
    (await table()).focus();
    await user.keyboard("{ArrowDown}{Enter}");
    const dialog = await screen.findByRole("dialog");
    const place = within(dialog).getByRole("combobox", { name: "Storage location" });
    await user.clear(place);
    await user.type(place, "B-12");
    await user.click(within(dialog).getByRole("button", { name: "Save" }));
    await waitFor(() => expect(stock.units.some((unit) => unit.storage_location === "B-12")).toBe(true));
    const [id, draft] = core.callsOf("editUnit")[0] ?? [];
    expect(id).toBe(40);
    // What was not touched is sent as it was.
    expect(draft).toMatchObject({ cost: "11.40", listing_price: "24.00", currency: "GBP", storage_location: "B-12" });
  });

  it("a note keeps its lines; Enter makes one more, and Ctrl Enter saves", async () => {
    const shop = new MadeUpShop(20);
    Object.assign(shop.stock.units[39] ?? {}, { notes: "Box dented\nManual missing" });
    const { user, core } = await openStock("/inventory", shop);
    (await table()).focus();
    await user.keyboard("{ArrowDown}{Enter}");
    const notes = within(await screen.findByRole("dialog")).getByRole("textbox", { name: "Notes" });
    expect(notes).toHaveValue("Box dented\nManual missing");
    await user.type(notes, "{Enter}Bag 3 open{Control>}{Enter}{/Control}");
    await waitFor(() => expect(core.callsOf("editUnit")).toHaveLength(1));
    expect(core.callsOf("editUnit")[0]?.[1].notes).toBe("Box dented\nManual missing\nBag 3 open");
  });

  it("moves all that match, over what is loaded", async () => {
    const { user, core } = await openStock("/inventory?q=mug");
    (await table()).focus();
    await user.keyboard("{Control>}a{/Control}");
    const bar = await screen.findByTestId("bulk-bar");
    expect(bar).toHaveTextContent("8 of 8 selected");
    await user.click(within(bar).getByRole("button", { name: "Move 8 units" }));
    const dialog = await screen.findByRole("dialog", { name: "Move 8 units" });
    await user.type(within(dialog).getByRole("combobox"), "Shed");
    await user.click(within(dialog).getByRole("button", { name: "Move to Shed" }));
    await waitFor(() =>
      expect(core.callsOf("moveUnits")).toEqual([[{ matching: { query: "mug", except: [] } }, "Shed"]]),
    );
    expect(await screen.findByTestId("toast")).toHaveTextContent("8 units moved to Shed");
  });

  it("says before a move which units it leaves alone", async () => {
    const shop = new MadeUpShop(5);
    const { stock } = shop;
    for (const unit of stock.units.slice(0, 3)) unit.status = "sold";
    const { user } = await openStock("/inventory", shop);
    (await table()).focus();
    await user.keyboard("{Control>}a{/Control}");
    await user.click(within(await screen.findByTestId("bulk-bar")).getByRole("button", { name: /^Move/ }));
    const left = stock.units.length - 3;
    const dialog = await screen.findByRole("dialog", { name: `Move ${left} units` });
    expect(dialog).toHaveTextContent("3 sold units of the selection stay where they are.");
    await user.type(within(dialog).getByRole("combobox"), "Shed");
    await user.click(within(dialog).getByRole("button", { name: "Move to Shed" }));
    const toast = await screen.findByTestId("toast");
    expect(toast).toHaveTextContent(`${left} units moved to Shed`);
    expect(toast).toHaveTextContent("3 were left alone");
  });

  it("does not offer to move what is sold", async () => {
    const shop = new MadeUpShop(5);
    for (const unit of shop.stock.units) unit.status = "sold";
    const { user } = await openStock("/inventory", shop);
    await user.click(within((await rows())[0] as HTMLElement).getByRole("checkbox"));
    await user.click(within(await screen.findByTestId("bulk-bar")).getByRole("button", { name: /^Move/ }));
    const dialog = await screen.findByRole("dialog", { name: "Move 0 units" });
    expect(dialog).toHaveTextContent("This unit is sold and stays in the archive.");
    expect(within(dialog).getByRole("button", { name: "Clear the location" })).toBeDisabled();
  });

  it("deletes what is picked and says what an order holds", async () => {
    const { user, stock } = await openStock();
    await atWork();
    await user.keyboard("{ArrowDown}x");
    await user.click(screen.getByRole("button", { name: "Delete 1 unit" }));
    await waitFor(() => expect(stock.units).toHaveLength(39));
    expect(await screen.findByTestId("toast")).toHaveTextContent("1 unit deleted");
    await waitFor(async () => expect(await countOfRows()).toBe(39));
  });

  it("the row that is deleted by its menu goes, and by z it is back", async () => {
    const { user, stock } = await openStock();
    const [, second] = stock.units.toReversed();
    const menuOf = () => document.querySelector(`[data-row-menu="${second?.id}"]`);
    await atWork();
    await user.keyboard("{ArrowDown}{ArrowDown}{Shift>}{F10}{/Shift}");
    const menu = await screen.findByRole("menu");
    await waitFor(() => expect(menu).toContainElement(document.activeElement as HTMLElement));
    await user.keyboard("{End}");
    await waitFor(() => expect(screen.getByRole("menuitem", { name: "Delete" })).toHaveFocus());
    await user.keyboard("{Enter}");
    await waitFor(async () => expect(await table()).toHaveFocus());
    await waitFor(async () => expect(await countOfRows()).toBe(39));
    expect(menuOf()).toBeNull();
    await user.keyboard("z");
    await waitFor(() => expect(menuOf()).not.toBeNull());
  });

  it("units that others add wait while somebody is at work in the table, and a pill shows them", async () => {
    const { user, stock, core } = await openStock();
    await atWork();
    const first = () => screen.getAllByRole("row")[1]?.querySelector("[data-row-menu]")?.getAttribute("data-row-menu");
    const add = (id: number) => stock.units.push({ ...(stock.units[0] as Unit), id });
    add(41);
    await act(() => core.changed("inventory"));
    const pill = await screen.findByRole("button", { name: "↑ 1 new unit" });
    expect(first()).toBe("40");
    await user.click(pill);
    await waitFor(() => expect(first()).toBe("41"));

    // The pointer in the table keeps them waiting too, until it leaves.
    (await table()).blur();
    await pointInto(user, await table());
    add(42);
    await act(() => core.changed("inventory"));
    await screen.findByRole("button", { name: "↑ 1 new unit" });
    expect(first()).toBe("41");
    await user.unhover(await table());
    await waitFor(() => expect(first()).toBe("42"));
  });

  it("keys act on the unit that they acted on before others came above it", async () => {
    const { user, stock, core } = await openStock();
    await atWork();
    await user.keyboard("{ArrowDown}{ArrowDown}");
    act(() => (document.activeElement as HTMLElement).blur());
    stock.units.push({ ...(stock.units[0] as Unit), id: 41 });
    await act(() => core.changed("inventory"));
    await waitFor(async () => expect(await countOfRows()).toBe(41));
    await user.keyboard("x");
    const [picked] = await screen.findAllByRole("row", { selected: true });
    expect(picked?.querySelector("[data-row-menu]")).toHaveAttribute("data-row-menu", "39");
  });

  it("a unit that has left the list by others says where it is, and stays until it is asked for", async () => {
    const { user, stock, core } = await openStock("/inventory?q=status:in_stock");
    await pointInto(user, await table());
    const place = (await rows())[1];
    expect(place).toHaveTextContent("In stock");
    stock.units[38] = { ...(stock.units[38] as Unit), status: "sold" };
    await act(() => core.changed("inventory"));
    await waitFor(() => expect(place).toHaveTextContent("Sold"));
    await user.click(screen.getByTestId("waiting-rows"));
    await waitFor(async () => expect(await countOfRows()).toBe(39));
  });

  it("an empty stock names the next step", async () => {
    const shop = new MadeUpShop(5);
    shop.stock.units.splice(0);
    openWindow({ at: "/inventory", shop });
    expect(await screen.findByText("No units in stock yet")).toBeInTheDocument();
  });
});

describe("the query of the stock", () => {
  it("takes one value of a key and leaves the other words", () => {
    expect(withValue("falcon status:sold", "status", "in_stock")).toBe("status:in_stock falcon");
    expect(withValue("status:sold falcon", "status", null)).toBe("falcon");
    expect(withValue("", "in", "Top shelf")).toBe('in:"Top shelf"');
    expect(valueOf('falcon in:"Top shelf"', "in")).toBe("Top shelf");
    expect(valueOf("falcon", "in")).toBeNull();
    expect(valueOf(withValue("falcon", "in", 'Shelf 5" deep'), "in")).toBe('Shelf 5" deep');
    expect(inPlace('falcon in:A "a b"', 'Top "3", left')).toBe('in:="Top ""3"", left" falcon "a b"');
    expect(placeOf('falcon in:="Top ""3"", left"')).toBe('Top "3", left');
    expect(placeOf("in:S")).toBe("S…");
    expect(inPlace("in:=S3 falcon", null)).toBe("falcon");
  });
});

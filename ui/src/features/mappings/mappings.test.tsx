import "~/components/menu-popup";

import { act, screen, waitFor, within } from "@testing-library/react";
import { describe, expect, it } from "vitest";

import { MadeUpShop } from "~/test/made-up-orders";
import { openWindow } from "~/test/open-window";

function openMappings() {
  const shop = new MadeUpShop(20);
  shop.stock.mappings.set("B07JPLG4BS", { set_number: "75192", condition: "New" });
  shop.stock.mappings.set("B09876WXYZ", { set_number: "10294", condition: "Used" });
  return { ...openWindow({ at: "/inventory/mappings", shop }), stock: shop.stock };
}

const table = () => screen.findByTestId("mappings-table");

describe("the mappings", () => {
  it("are listed and searched in the URL", async () => {
    const { user, href } = openMappings();
    await waitFor(async () => expect(await table()).toHaveTextContent("B07JPLG4BS"));
    await user.type(screen.getByRole("searchbox", { name: "Search the mappings" }), "10294");
    await waitFor(() => expect(href()).toBe("/inventory/mappings?q=10294"));
    await waitFor(async () => expect(await table()).not.toHaveTextContent("B07JPLG4BS"));
    expect(await table()).toHaveTextContent("B09876WXYZ");
  });

  it("one is changed, said, and taken back", async () => {
    const { user, stock } = openMappings();
    await user.click(await screen.findByRole("button", { name: "Menu of the mapping of B07JPLG4BS" }));
    await user.click(await screen.findByRole("menuitem", { name: /^Change/ }));
    const dialog = await screen.findByRole("dialog", { name: "Change the mapping of B07JPLG4BS" });
    const set = within(dialog).getByRole("textbox", { name: "Set number" });
    await user.clear(set);
    await user.click(within(dialog).getByRole("button", { name: "Save" }));
    await waitFor(() => expect(set).toHaveAccessibleDescription("the set number is empty"));
    await user.type(set, "75313");
    await user.click(within(dialog).getByRole("button", { name: "Save" }));
    const toast = await screen.findByTestId("toast");
    expect(toast).toHaveTextContent("B07JPLG4BS stands for 75313 New");
    expect(stock.mappings.get("B07JPLG4BS")?.set_number).toBe("75313");
    await user.click(within(toast).getByRole("button", { name: "Undo" }));
    await waitFor(() => expect(stock.mappings.get("B07JPLG4BS")?.set_number).toBe("75192"));
  });

  it("those that others add wait while somebody is at work in the table", async () => {
    const { user, stock, core } = openMappings();
    await screen.findByText("B07JPLG4BS");
    (await table()).focus();
    stock.mappings.set("B000000001", { set_number: "1", condition: "New" });
    await act(() => core.changed("mappings"));
    const pill = await screen.findByTestId("waiting-rows");
    expect(await table()).not.toHaveTextContent("B000000001");
    await user.click(pill);
    await waitFor(async () => expect(await table()).toHaveTextContent("B000000001"));
  });

  it("keys act on the one that they acted on before others came above it", async () => {
    const { user, stock, core, href } = openMappings();
    await screen.findByText("B07JPLG4BS");
    (await table()).focus();
    await user.keyboard("{ArrowDown}");
    act(() => (document.activeElement as HTMLElement).blur());
    const before = [...stock.mappings];
    stock.mappings.clear();
    stock.mappings.set("B000000001", { set_number: "1", condition: "New" });
    for (const [number, mapped] of before) stock.mappings.set(number, mapped);
    await act(() => core.changed("mappings"));
    await screen.findByText("B000000001");
    await user.keyboard("o");
    await waitFor(() => expect(href()).toBe("/orders?q=platform:amazon+asin:B07JPLG4BS"));
  });

  it("one is deleted; the orders of another are shown", async () => {
    const { user, stock, href } = openMappings();
    await user.click(await screen.findByRole("button", { name: "Menu of the mapping of B09876WXYZ" }));
    await user.click(await screen.findByRole("menuitem", { name: /^Delete/ }));
    await waitFor(() => expect(stock.mappings.has("B09876WXYZ")).toBe(false));
    await user.click(screen.getAllByTitle("Show the orders with B07JPLG4BS")[0] as HTMLElement);
    await waitFor(() => expect(href()).toBe("/orders?q=platform:amazon+asin:B07JPLG4BS"));
  });

  it("those of other platforms lead to their own orders, and those without lines nowhere", async () => {
    const { user, core, href } = openMappings();
    const [first] = (await core.handled("listMappings")("", 0, 1)).rows;
    if (first === undefined) throw new Error("there is no mapping");
    const rows = [
      { ...first, number: "2874", is_asin: false, orders_query: "-platform:amazon asin:2874" },
      { ...first, number: "LS-0", is_asin: false, lines: 0, orders_query: null },
    ];
    core.answer({ listMappings: () => ({ rows, offset: 0, total: 2 }) });
    await act(() => core.changed("mappings"));
    await screen.findByText("LS-0");
    expect(screen.queryByTitle("Show the orders with LS-0")).toBeNull();
    (await table()).focus();
    await user.keyboard("{End}{Shift>}{F10}{/Shift}");
    const menu = await screen.findByRole("menu", { name: "Mapping of LS-0" });
    expect(within(menu).queryByRole("menuitem", { name: /orders/ })).toBeNull();
    await user.keyboard("{Escape}");
    await waitFor(async () => expect(await table()).toHaveFocus());
    await user.keyboard("o{Home}o");
    await waitFor(() => expect(href()).toBe("/orders?q=-platform:amazon+asin:2874"));
  });

  it("are worked without a mouse: the menu of a row by its key, a mapping deleted and taken back", async () => {
    const { user, stock } = openMappings();
    await screen.findByText("B07JPLG4BS");
    (await table()).focus();
    await user.keyboard("{ArrowDown}{ArrowDown}{Shift>}{F10}{/Shift}");
    const menu = await screen.findByRole("menu", { name: "Mapping of B09876WXYZ" });
    await waitFor(() => expect(menu).toContainElement(document.activeElement as HTMLElement));
    await user.keyboard("{End}{Enter}");
    await waitFor(() => expect(stock.mappings.has("B09876WXYZ")).toBe(false));
    await waitFor(async () => expect(await table()).toHaveFocus());
    await user.keyboard("z");
    await waitFor(() => expect(stock.mappings.has("B09876WXYZ")).toBe(true));

    // The same by the key of the command, and what adds one.
    await user.keyboard("{Home}{Delete}");
    await waitFor(() => expect(stock.mappings.has("B07JPLG4BS")).toBe(false));
    await user.keyboard("n");
    expect(await screen.findByRole("dialog", { name: "Add a mapping" })).toBeInTheDocument();
  });

  it("tell of their keys", async () => {
    const { user } = openMappings();
    await screen.findByText("B07JPLG4BS");
    await user.keyboard("?");
    const help = await screen.findByRole("dialog", { name: "Keys" });
    for (const label of ["Menu of the mapping", "Delete the mapping", "Change the mapping", "Add a mapping"])
      expect(within(help).getByText(label)).toBeInTheDocument();
  });
});

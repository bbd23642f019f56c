import "~/components/dialog-box";
import "~/components/menu-popup";
import "~/components/toasts";

import { fireEvent, screen, waitFor, within } from "@testing-library/react";
import { describe, expect, it } from "vitest";

import { openWindow } from "~/test/open-window";

import "./view-form";

const toolbar = () => screen.findByRole("toolbar", { name: "Saved views" });
const names = async () =>
  within(await toolbar())
    .getAllByRole("button")
    .map((button) => button.querySelector("bdi")?.textContent);
const shown = () => screen.findByTestId("view-To pick");

describe("saved views", () => {
  it("stand in a row with their counts, and choosing one writes its text and sort", async () => {
    const { user, href, shop } = openWindow();
    const view = await shown();
    await waitFor(() => expect(view).toHaveTextContent(`To pick${shop.counts().paid}`));
    expect(await names()).toEqual(["To pick", "Ship today", "Late", "Pending", "Unmatched", "Cancel requested", "All"]);
    expect(screen.getByTestId("view-All")).toHaveAttribute("aria-pressed", "true");
    await user.click(view);
    await waitFor(() => expect(href()).toBe("/orders/amazon?q=status:paid+is:fbm&sort=ship_by"));
    expect(view).toHaveAttribute("aria-pressed", "true");
    expect(screen.getByTestId("query-bar")).toHaveValue("status:paid is:fbm");
  });

  it("are chosen by digits", async () => {
    const { user, href } = openWindow();
    await shown();
    await user.keyboard("5");
    await waitFor(() => expect(href()).toBe("/orders/amazon?q=is:unmatched"));
    await user.keyboard("7");
    await waitFor(() => expect(href()).toBe("/orders/amazon"));
  });

  it("are saved from what is on screen, and a name that is taken is refused in the form", async () => {
    const { user, core } = openWindow({ at: "/orders/amazon?q=mug&sort=-total" });
    await shown();
    await user.click(screen.getByRole("button", { name: "+ Save view" }));
    const dialog = await screen.findByRole("dialog", { name: "Save view" });
    expect(dialog).toHaveTextContent("Shows mug");
    await user.type(within(dialog).getByRole("textbox", { name: "Name" }), "Late");
    await user.keyboard("{Enter}");
    expect(await within(dialog).findByText(/there is a view named Late already/)).toBeInTheDocument();
    await user.clear(within(dialog).getByRole("textbox", { name: "Name" }));
    await user.type(within(dialog).getByRole("textbox", { name: "Name" }), "Mugs");
    await user.keyboard("{Enter}");
    expect(await screen.findByTestId("view-Mugs")).toHaveAttribute("aria-pressed", "true");
    expect(core.callsOf("addView").at(-1)).toEqual([
      { name: "Mugs", query: "mug", sort: { key: "total", descending: true } },
    ]);
    expect(screen.queryByRole("button", { name: "+ Save view" })).toBeNull();

    const toast = await screen.findByTestId("toast");
    expect(toast).toHaveTextContent("View “Mugs” saved");
    await user.click(within(toast).getByRole("button", { name: "Undo" }));
    await waitFor(() => expect(screen.queryByTestId("view-Mugs")).toBeNull());
    expect(await screen.findByRole("button", { name: "+ Save view" })).toBeInTheDocument();
  });

  it("of one's own are renamed and deleted, with undo", async () => {
    const { user, core } = openWindow({ at: "/orders/amazon?q=mug" });
    await shown();
    await user.click(screen.getByRole("button", { name: "+ Save view" }));
    await user.type(await screen.findByRole("textbox", { name: "Name" }), "Mugs{Enter}");
    await screen.findByTestId("view-Mugs");
    await waitFor(() => expect(screen.queryByRole("dialog")).toBeNull());

    await user.click(screen.getByRole("button", { name: "Change the views" }));
    await user.click(await screen.findByRole("menuitem", { name: "Rename…" }));
    const name = await screen.findByRole("textbox", { name: "Name" });
    expect(name).toHaveValue("Mugs");
    await user.clear(name);
    await user.type(name, "Cups{Enter}");
    await screen.findByTestId("view-Cups");
    await waitFor(() => expect(screen.queryByRole("dialog")).toBeNull());

    await user.click(screen.getByRole("button", { name: "Change the views" }));
    await user.click(await screen.findByRole("menuitem", { name: "Delete" }));
    await waitFor(() => expect(screen.queryByTestId("view-Cups")).toBeNull());
    expect(core.callsOf("changeView").at(-1)?.[1]).toEqual({ kind: "delete" });
    await user.keyboard("z");
    expect(await screen.findByTestId("view-Cups")).toBeInTheDocument();
  });

  it("that are built in are hidden and shown again, never renamed or deleted", async () => {
    const { user } = openWindow({ at: "/orders/amazon?q=status:pending" });
    await shown();
    await user.click(screen.getByRole("button", { name: "Change the views" }));
    await screen.findByRole("menuitem", { name: "Hide" });
    expect(screen.queryByRole("menuitem", { name: "Rename…" })).toBeNull();
    expect(screen.queryByRole("menuitem", { name: "Delete" })).toBeNull();
    await user.click(screen.getByRole("menuitem", { name: "Hide" }));
    await waitFor(() => expect(screen.queryByTestId("view-Pending")).toBeNull());
    await user.click(screen.getByRole("button", { name: "Change the views" }));
    await user.click(await screen.findByRole("menuitem", { name: "Show Pending" }));
    expect(await screen.findByTestId("view-Pending")).toBeInTheDocument();
  });

  it("are moved by Shift with an arrow", async () => {
    const { user } = openWindow();
    const view = await screen.findByTestId("view-All");
    view.focus();
    await user.keyboard("{Shift>}{ArrowLeft}{/Shift}");
    await waitFor(async () => expect((await names()).slice(-2)).toEqual(["All", "Cancel requested"]));
    await user.keyboard("{ArrowRight}");
    await waitFor(() => expect(screen.getByTestId("view-Cancel requested")).toHaveFocus());
  });

  it("are moved by dragging", async () => {
    const { core } = openWindow();
    await shown();
    const row = await toolbar();
    for (const [index, button] of [...row.querySelectorAll<HTMLElement>("[data-place]")].entries()) {
      button.getBoundingClientRect = () => new DOMRect(index * 100, 0, 100, 26);
    }
    const late = screen.getByTestId("view-Late");
    fireEvent.pointerDown(late, { button: 0, clientX: 250 });
    fireEvent.pointerMove(late, { clientX: 120 });
    fireEvent.pointerMove(late, { clientX: 20 });
    fireEvent.pointerUp(late, { clientX: 20 });
    await waitFor(() => expect(core.callsOf("changeView")).toEqual([[3, { kind: "move", position: 0 }]]));
    await waitFor(async () => expect((await names())[0]).toBe("Late"));
  });
});

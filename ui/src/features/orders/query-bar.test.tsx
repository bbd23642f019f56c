import { screen, waitFor, within } from "@testing-library/react";
import { describe, expect, it } from "vitest";

import { refusal } from "~/test/fake-backend";
import { openWindow } from "~/test/open-window";

const bar = () => screen.findByTestId<HTMLInputElement>("query-bar");
const options = async () =>
  within(await screen.findByRole("listbox"))
    .getAllByRole("option")
    .map((option) => option.textContent);

describe("the query bar", () => {
  it("completes keys and values, by arrows and Enter", async () => {
    const { user, href } = openWindow();
    await user.click(await bar());
    await user.keyboard("st");
    expect(await options()).toEqual(["status:filter"]);
    await user.keyboard("{ArrowDown}");
    expect(await bar()).toHaveAttribute("aria-activedescendant", screen.getByRole("option").id);
    await user.keyboard("{Enter}");
    expect(await bar()).toHaveValue("status:");
    await waitFor(async () => expect(await options()).toContain("paidorders paid"));
    await user.keyboard("pa");
    await waitFor(async () => expect(await options()).toEqual(["paidorders paid"]));
    await user.keyboard("{ArrowDown}{Enter}");
    expect(await bar()).toHaveValue("status:paid ");
    await waitFor(() => expect(href()).toBe("/orders/amazon?q=status:paid"));
    const focused = await bar();
    await waitFor(() => expect(focused).toHaveFocus());
  });

  it("closes its list by Esc before it clears the text", async () => {
    const { user } = openWindow();
    await user.click(await bar());
    await user.keyboard("sta");
    await screen.findByRole("listbox");
    await user.keyboard("{Escape}");
    expect(screen.queryByRole("listbox")).toBeNull();
    expect(await bar()).toHaveValue("sta");
    await user.keyboard("{Escape}");
    expect(await bar()).toHaveValue("");
  });

  it("marks the wrong word where it stands, once the typing pauses", async () => {
    const { user } = openWindow();
    await user.click(await bar());
    await user.paste("mug status:paid,piad");
    expect(await screen.findByRole("alert")).toHaveTextContent("unknown status 'paid,piad'");
    expect(document.querySelector("mark")).toHaveTextContent("paid,piad");
  });

  it("offers in an empty bar what was searched before", async () => {
    const { user, href } = openWindow();
    await user.click(await bar());
    await user.keyboard("trivet{Enter}");
    await waitFor(() => expect(href()).toBe("/orders/amazon?q=trivet"));
    await user.click(screen.getByRole("button", { name: "Clear the search" }));
    await waitFor(() => expect(href()).toBe("/orders/amazon"));
    await user.click(await bar());
    await user.keyboard("{ArrowDown}");
    expect(await screen.findByRole("listbox", { name: "Searched before" })).toHaveTextContent("trivet");
    await user.keyboard("{Enter}");
    await waitFor(() => expect(href()).toBe("/orders/amazon?q=trivet"));
  });

  it("filters all the same when the core gives no help", async () => {
    const { user, href } = openWindow({
      handlers: { queryHelp: () => Promise.reject(refusal("internal", "no help")) },
    });
    await user.click(await bar());
    await user.keyboard("status:paid");
    await waitFor(() => expect(href()).toBe("/orders/amazon?q=status:paid"));
    expect(screen.queryByRole("listbox")).toBeNull();
    expect(screen.queryByRole("alert")).toBeNull();
  });
});

describe("a list without rows", () => {
  it("is good news where it is, with the next deadline", async () => {
    openWindow({ orders: 3, at: "/orders/amazon?q=is:late+is:fbm" });
    const empty = await screen.findByTestId("nothing-found");
    expect(empty).toHaveTextContent("Nothing late");
    await waitFor(() => expect(empty).toHaveTextContent(/Next deadline|No order is waiting/));
    expect(within(empty).getByRole("button", { name: "Show all orders" })).toBeInTheDocument();
  });

  it("offers to clear a filter that finds nothing", async () => {
    const { user, href } = openWindow({ at: "/orders/amazon?q=nothinglikethis" });
    const empty = await screen.findByTestId("nothing-found");
    expect(empty).toHaveTextContent("Nothing found");
    await user.click(within(empty).getByRole("button", { name: "Clear the filter" }));
    await waitFor(() => expect(href()).toBe("/orders/amazon"));
  });
});

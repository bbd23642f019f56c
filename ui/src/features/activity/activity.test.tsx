import { screen, waitFor, within } from "@testing-library/react";
import { describe, expect, it } from "vitest";

import { MadeUpShop } from "~/test/made-up-orders";
import { openWindow } from "~/test/open-window";
import { run } from "~/test/stock-handlers";

describe("activity", () => {
  it("shows each run with its numbers and why one failed", async () => {
    openWindow({ at: "/activity" });
    const table = await screen.findByTestId("runs");
    const [, first] = within(table).getAllByRole("row");
    expect(first).toHaveTextContent("4.0 s");
    expect(first).toHaveTextContent("95 s");
    expect(table).toHaveTextContent("Failed: Amazon does not answer at the moment unavailable · request req-7");
    expect(within(table).getAllByRole("button", { name: "Copy the code" })).toHaveLength(1);
  });

  it("reads older runs on request", async () => {
    const page = (before: number | null) =>
      Array.from({ length: before === null ? 50 : 3 }, (_, at) => run({ id: (before ?? 100) - 1 - at }));
    const { user, core } = openWindow({ at: "/activity", handlers: { activityRuns: page } });
    await user.click(await screen.findByRole("button", { name: "Show older ones" }));
    await waitFor(() => expect(core.callsOf("activityRuns").at(-1)?.[0]).toBe(50));
    await waitFor(() => expect(within(screen.getByTestId("runs")).getAllByRole("row")).toHaveLength(54));
    expect(screen.queryByRole("button", { name: "Show older ones" })).toBeNull();
  });

  it("an act is taken back from the trail", async () => {
    const shop = new MadeUpShop(5);
    let undone = false;
    shop.stock.act("Moved 3 units", null, () => (undone = true));
    const { user, href } = openWindow({ at: "/activity", shop });
    await user.click(await screen.findByRole("button", { name: "What was done here" }));
    expect(href()).toBe("/activity?tab=acts");
    const trail = await screen.findByTestId("acts");
    expect(trail).toHaveTextContent("Moved 3 units");
    await user.click(within(trail).getByRole("button", { name: "Undo" }));
    await waitFor(() => expect(undone).toBe(true));
  });

  it.each(["orders", "inventory", "mappings", "settings"] as const)(
    "reads the trail again when %s change, because an act of the seller may have done that",
    async (tag) => {
      const shop = new MadeUpShop(5);
      shop.stock.act("Moved 3 units", null, () => {});
      const { core } = openWindow({ at: "/activity?tab=acts", shop });
      const trail = await screen.findByTestId("acts");
      shop.stock.act("Renamed a view to Urgent", null, () => {});
      expect(trail).not.toHaveTextContent("Urgent");
      await core.changed(tag);
      await waitFor(() => expect(screen.getByTestId("acts")).toHaveTextContent("Renamed a view to Urgent"));
    },
  );

  it.each(["sync", "jobs"] as const)("reads the runs again when %s change", async (tag) => {
    let runs = [run({ id: 1 })];
    const { core } = openWindow({ at: "/activity", handlers: { activityRuns: () => runs } });
    const table = await screen.findByTestId("runs");
    runs = [run({ id: 2, kind: "file import", account: "eBay" }), ...runs];
    expect(table).not.toHaveTextContent("file import");
    await core.changed(tag);
    await waitFor(() => expect(screen.getByTestId("runs")).toHaveTextContent("file import"));
  });

  it("says so when nothing happened yet", async () => {
    openWindow({ at: "/activity?tab=acts", handlers: { activityActs: () => [] } });
    expect(await screen.findByText("Nothing was done here yet")).toBeInTheDocument();
  });
});

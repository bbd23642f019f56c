/** `z` goes back over what the seller did, and nothing else stands in its way. */
import "~/components/take-back";
import "~/components/toasts";

import { act, screen, waitFor, within } from "@testing-library/react";
import { describe, expect, it } from "vitest";

import { MadeUpShop } from "~/test/made-up-orders";
import { openWindow } from "~/test/open-window";

/** A window in which some acts were done, the last one the newest. */
async function windowAfter(...summaries: string[]) {
  const shop = new MadeUpShop(5);
  const batches = summaries.map((summary) => shop.stock.act(summary, null, () => {}));
  const opened = openWindow({ shop });
  await screen.findByText(shop.row(5).platform_order_id);
  const undone = () => opened.core.callsOf("undo").map(([batch]) => batch);
  return { ...opened, stock: shop.stock, batches, undone };
}

const toast = async (text: string) => {
  const title = await screen.findByText(text);
  const found = title.closest<HTMLElement>("[data-testid=toast]");
  if (found === null) throw new Error(`${text} is no toast`);
  return found;
};

describe("z", () => {
  it("goes by what Packlight did by itself, and by what has changed since, and says so", async () => {
    const { user, stock, batches, undone } = await windowAfter(
      "Moved 3 units to A-01",
      "Linked 1 unit to 203-1",
      "Freed 1 unit: 203-1 has changed",
      "Struck 1 unit from pick lists: their orders have changed",
    );
    const [moved = 0, linked = 0] = batches;
    stock.changed.add(linked);
    await user.keyboard("z");
    const told = await toast("Undone: Moved 3 units to A-01");
    expect(told).toHaveTextContent("Left alone, because it has changed since: Linked 1 unit to 203-1.");
    expect(undone()).toEqual([linked, moved]);

    await user.keyboard("z");
    expect(await toast("Nothing to undo")).toHaveTextContent("Nothing else is left since Packlight was opened.");
    expect(undone(), "it is tried once").toEqual([linked, moved]);
  });

  it("takes back what was done again, and then the act before it", async () => {
    const { user, batches, undone } = await windowAfter("Moved 3 units to A-01", "Wrote a note on 203-1");
    const [moved = 0, noted = 0] = batches;
    await user.keyboard("z");
    await user.click(within(await toast("Undone: Wrote a note on 203-1")).getByRole("button", { name: "Redo" }));
    expect(
      within(await toast("Done again: Wrote a note on 203-1")).getByRole("button", { name: "Undo" }),
    ).toBeVisible();
    const [undo, redo] = [noted + 1, noted + 2];
    await user.keyboard("z");
    await waitFor(() => expect(undone()).toEqual([noted, undo, redo]));
    await user.keyboard("z");
    await waitFor(() => expect(undone()).toEqual([noted, undo, redo, moved]));
  });

  it("pressed twice takes back two acts", async () => {
    const { user, batches, undone } = await windowAfter("Moved 3 units to A-01", "Wrote a note on 203-1");
    await user.keyboard("zz");
    await waitFor(() => expect(undone()).toEqual(batches.toReversed()));
  });
});

describe("what was done again", () => {
  it("is an act as any other on the Activity page", async () => {
    const { user, router } = await windowAfter("Wrote a note on 203-1");
    await user.keyboard("z");
    await user.click(within(await toast("Undone: Wrote a note on 203-1")).getByRole("button", { name: "Redo" }));
    await toast("Done again: Wrote a note on 203-1");
    await act(() => router.navigate({ to: "/activity", search: { tab: "acts" } }));
    const [newest] = within(await screen.findByTestId("acts")).getAllByRole("listitem");
    expect(newest).toHaveTextContent("Did again: Wrote a note on 203-1");
    expect(within(newest ?? document.body).getByRole("button", { name: "Undo" })).toBeVisible();
  });
});

import { screen, waitFor } from "@testing-library/react";
import { describe, expect, it } from "vitest";

import type { FirstLook, ListRequest } from "~/lib/bindings";
import { takeFirstLook } from "~/lib/first-look";
import { MadeUpShop } from "~/test/made-up-orders";
import { openWindow } from "~/test/open-window";
import { accountSync, INFO } from "~/test/shop-handlers";

const NEWEST_FIRST: ListRequest = {
  query: "",
  platform: "amazon",
  account: null,
  sort: { key: "date", descending: true },
  place: "first",
  limit: 100,
};

function lookAt(shop: MadeUpShop, turn = 0): FirstLook {
  return {
    turn,
    app: INFO,
    preferences: { theme: "dark", density: "normal", columns: null },
    orders: {
      request: NEWEST_FIRST,
      page: shop.page(NEWEST_FIRST),
      counts: shop.counts(),
      all_counts: shop.counts(),
      views: [],
      sync: { accounts: [accountSync(Date.now())] },
    },
  };
}

const firstRow = () => document.querySelector("[role=row] [data-column=order] bdi")?.textContent;
const asked = (core: ReturnType<typeof openWindow>["core"]) => core.calls.map(({ command }) => command);

describe("a page that was given its first look", () => {
  it("draws rows, counts and theme without asking for any of them", async () => {
    const shop = new MadeUpShop(312);
    const { core } = openWindow({ shop, look: lookAt(shop) });
    await waitFor(() => expect(firstRow()).toMatch(/^\d{3}-\d{7}-\d{7}$/));
    expect(screen.getByTestId("card-all")).toHaveTextContent("312");
    expect(document.documentElement.dataset.theme).toBe("dark");
    // The views come a moment later, in a row that keeps its place; the open pick lists when all is drawn.
    const own = asked(core).filter((command) => !["savedViews", "viewCounts", "pickLists"].includes(command));
    expect(new Set(own)).toEqual(new Set(["news"]));
  });

  it("draws what stands above the rows with them, so that nothing pushes them down later", async () => {
    const shop = new MadeUpShop(312);
    const look = lookAt(shop);
    let first: boolean | undefined;
    openWindow({ shop, look: { ...look, app: { ...look.app, accounts: 0 } } });
    await waitFor(() => {
      expect(firstRow()).toMatch(/^\d/);
      // At the first sight of a row: a notice that is loaded is not there yet.
      first ??= screen.queryByText("Amazon not configured.") !== null;
    });
    expect(first).toBe(true);
  });

  it("asks for news from the turn of the look, and shows what changed in between", async () => {
    const shop = new MadeUpShop(312);
    const look = lookAt(shop, 1);
    const { core } = openWindow({ shop, look });
    await core.changed("accounts");
    shop.newest += 1;
    await core.changed("orders", "counts");
    await waitFor(() => expect(screen.getByTestId("card-all")).toHaveTextContent("313"));
    expect(core.callsOf("news")[0]).toEqual([1]);
    await waitFor(() => expect(asked(core)).toContain("listOrders"));
  });

  it("reads another list than the one it was given", async () => {
    const shop = new MadeUpShop(312);
    const { core } = openWindow({ shop, look: lookAt(shop), at: "/orders/amazon?q=status:paid" });
    await waitFor(() => expect(core.callsOf("listOrders")[0]?.[0]).toMatchObject({ query: "status:paid" }));
    await waitFor(() => expect(document.querySelector("[data-column=status]")).toHaveTextContent("Paid"));
  });

  it("reads the same list anew when it is come back to", async () => {
    const shop = new MadeUpShop(312);
    const { core, user } = openWindow({ shop, look: lookAt(shop) });
    await waitFor(() => expect(firstRow()).toMatch(/^\d/));
    await user.click(screen.getByRole("link", { name: /Settings/ }));
    await screen.findByRole("heading", { name: "Settings" });
    await user.click(screen.getByRole("link", { name: /Orders/ }));
    await waitFor(() => expect(asked(core)).toContain("listOrders"));
  });

  it("asks as usual where the data folder could not be read", async () => {
    const shop = new MadeUpShop(312);
    const { core } = openWindow({ shop, look: { ...lookAt(shop), orders: null } });
    await waitFor(() => expect(firstRow()).toMatch(/^\d/));
    expect(asked(core)).toContain("listOrders");
    expect(asked(core)).not.toContain("appInfo");
  });
});

describe("the element of the first look", () => {
  const page = (json: string) =>
    new DOMParser().parseFromString(`<script type="application/json" id="first-look">${json}</script>`, "text/html");

  it("is taken once", () => {
    const there = page('{"turn":3}');
    expect(takeFirstLook(there)).toEqual({ turn: 3 });
    expect(takeFirstLook(there)).toBeNull();
  });

  it("that cannot be read is none", () => {
    expect(takeFirstLook(page("{"))).toBeNull();
  });
});

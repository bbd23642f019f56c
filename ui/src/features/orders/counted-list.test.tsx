import { screen, waitFor } from "@testing-library/react";
import { expect, it } from "vitest";

import { MadeUpShop } from "~/test/made-up-orders";
import { openWindow } from "~/test/open-window";

it("a filter whose orders have to be looked at says at least, and then how many, without moving the list", async () => {
  const shop = new MadeUpShop(3000);
  let tell: (total: number) => void = () => {};
  const { core } = openWindow({
    at: "/orders/amazon?q=mug",
    shop,
    handlers: {
      listOrders: (request) => {
        const page = shop.page(request);
        return { ...page, total: page.position + page.rows.length, total_is_exact: false };
      },
      countOrders: () => new Promise((resolve) => (tell = resolve)),
    },
  });
  await screen.findByText("at least 100 orders");
  const shown = shop.page({
    query: "mug",
    platform: "amazon",
    account: null,
    sort: { key: "date", descending: true },
    place: "first",
    limit: 100,
  });
  await screen.findByText(shown.rows[0]?.platform_order_id ?? "");
  await waitFor(() => expect(core.callsOf("countOrders")).toHaveLength(1));
  expect(core.callsOf("countOrders")[0]?.[0]).toMatchObject({ query: "mug", platform: "amazon", account: null });
  const read = core.callsOf("listOrders").length;

  tell(shown.total);
  await screen.findByText(`${shown.total} orders`);
  expect(screen.getByTestId("orders-table")).toHaveAttribute("aria-rowcount", String(shown.total + 1));
  expect(core.callsOf("listOrders")).toHaveLength(read);
  expect(core.callsOf("countOrders")).toHaveLength(1);
});

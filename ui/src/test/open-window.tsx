/** Opens the whole window on a page, in front of a fake core. */
import { createMemoryHistory } from "@tanstack/react-router";
import { render } from "@testing-library/react";
import userEvent from "@testing-library/user-event";

import { App } from "~/app/app";
import { createAppRouter } from "~/app/router";
import type { FirstLook } from "~/lib/bindings";
import { createQueryClient } from "~/lib/query";

import { startFakeBackend, type FakeBackend, type Handlers } from "./fake-backend";
import { MadeUpShop } from "./made-up-orders";
import { MadeUpPicking } from "./made-up-picking";
import { shopHandlers } from "./shop-handlers";

type Options = {
  at?: string;
  orders?: number;
  shop?: MadeUpShop;
  picking?: MadeUpPicking;
  handlers?: Partial<Handlers>;
  /** What the core put into the page. */
  look?: FirstLook | null;
};

export function openWindow({
  at = "/orders/amazon",
  orders = 312,
  shop = new MadeUpShop(orders),
  picking = new MadeUpPicking(shop),
  handlers,
  look = null,
}: Options = {}) {
  const core: FakeBackend = startFakeBackend({ ...shopHandlers(shop, Date.now, picking), ...handlers });
  const client = createQueryClient(look);
  const router = createAppRouter(createMemoryHistory({ initialEntries: [at] }));
  const view = render(<App client={client} router={router} />);
  const href = () => router.history.location.href;
  return { ...view, core, client, router, shop, picking, href, user: userEvent.setup() };
}

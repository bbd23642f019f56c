/** The routes, in code. History is kept in the fragment, so every page can be reloaded under any protocol. */
import {
  createHashHistory,
  createRootRoute,
  createRoute,
  createRouter,
  lazyRouteComponent,
  redirect,
  type RouterHistory,
} from "@tanstack/react-router";

import { readSearch as readInventorySearch } from "~/features/inventory/search";
import { readSearch } from "~/features/orders/filter";

import { PageError } from "./error-boundary";
import { OrdersRoute } from "./orders-route";
import { parseSearch, stringifySearch } from "./search-params";
import { Shell } from "./shell";

// The window opens on orders; every other page is loaded when it is first gone to.
const settingsRoutes = () => import("./settings-routes");
const deskRoutes = () => import("./desk-routes");
const pickingRoutes = () => import("./picking-routes");

const root = createRootRoute({ component: Shell, errorComponent: PageError, notFoundComponent: NotFound });

const start = createRoute({
  getParentRoute: () => root,
  path: "/",
  beforeLoad: () => {
    throw redirect({ to: "/orders/amazon" });
  },
});
const orders = createRoute({
  getParentRoute: () => root,
  path: "/orders",
  validateSearch: readSearch,
  component: () => <OrdersRoute page={null} />,
});
const amazonOrders = createRoute({
  getParentRoute: () => root,
  path: "/orders/amazon",
  validateSearch: readSearch,
  component: () => <OrdersRoute page="amazon" />,
});
const ebayOrders = createRoute({
  getParentRoute: () => root,
  path: "/orders/ebay",
  validateSearch: readSearch,
  component: () => <OrdersRoute page="ebay" />,
});
const settings = createRoute({
  getParentRoute: () => root,
  path: "/settings",
  beforeLoad: () => {
    throw redirect({ to: "/settings/amazon" });
  },
});
const amazonSettings = createRoute({
  getParentRoute: () => root,
  path: "/settings/amazon",
  validateSearch: (raw: Record<string, unknown>): { unlock?: true } =>
    raw.unlock === "true" || raw.unlock === true ? { unlock: true } : {},
  component: lazyRouteComponent(settingsRoutes, "AmazonSettingsRoute"),
});
const connect = createRoute({
  getParentRoute: () => root,
  path: "/settings/amazon/connect",
  component: lazyRouteComponent(settingsRoutes, "ConnectRoute"),
});
const settingsPage = createRoute({
  getParentRoute: () => root,
  path: "/settings/$page",
  component: lazyRouteComponent(settingsRoutes, "SettingsPageRoute"),
});

const inventory = createRoute({
  getParentRoute: () => root,
  path: "/inventory",
  validateSearch: readInventorySearch,
  component: lazyRouteComponent(deskRoutes, "InventoryRoute"),
});
const mappings = createRoute({
  getParentRoute: () => root,
  path: "/inventory/mappings",
  validateSearch: ({ q }: Record<string, unknown>): { q?: string } => (typeof q === "string" && q !== "" ? { q } : {}),
  component: lazyRouteComponent(deskRoutes, "MappingsRoute"),
});
const activity = createRoute({
  getParentRoute: () => root,
  path: "/activity",
  validateSearch: ({ tab }: Record<string, unknown>): { tab?: "acts" } => (tab === "acts" ? { tab } : {}),
  component: lazyRouteComponent(deskRoutes, "ActivityRoute"),
});

const pickLists = createRoute({
  getParentRoute: () => root,
  path: "/orders/pick-lists",
  component: lazyRouteComponent(pickingRoutes, "PickListsRoute"),
});
const pickRun = createRoute({
  getParentRoute: () => root,
  path: "/orders/pick-lists/$record",
  component: lazyRouteComponent(pickingRoutes, "PickRunRoute"),
});

function NotFound() {
  return (
    <PageError error={new Error("There is no such page.")} reset={() => (window.location.hash = "#/orders/amazon")} />
  );
}

const routeTree = root.addChildren([
  start,
  orders,
  amazonOrders,
  inventory,
  mappings,
  activity,
  ebayOrders,
  pickLists,
  pickRun,
  settings,
  amazonSettings,
  connect,
  settingsPage,
]);

export function createAppRouter(history: RouterHistory = createHashHistory()) {
  return createRouter({ routeTree, history, parseSearch, stringifySearch, defaultErrorComponent: PageError });
}

declare module "@tanstack/react-router" {
  interface Register {
    router: ReturnType<typeof createAppRouter>;
  }
}

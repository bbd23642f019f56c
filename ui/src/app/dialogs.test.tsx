/** Every dialog over a page, while what it shows has not come yet: it has the keys, the page behind has none. */
import "~/components/dialog-box";
import "~/components/menu-popup";
import "~/features/matching/match-dialogs";
import "~/features/views/view-form";

import { screen, waitFor } from "@testing-library/react";
import { describe, expect, it } from "vitest";

import type { Handlers } from "~/test/fake-backend";
import { MadeUpShop } from "~/test/made-up-orders";
import { openWindow } from "~/test/open-window";

import "./desk-dialogs";
import "./key-help";

type Case = {
  at?: string;
  role?: "alertdialog";
  /** What does not answer. */
  slow: (keyof Handlers)[];
  open: (user: ReturnType<typeof openWindow>["user"]) => Promise<void>;
};

const press = (name: string | RegExp) => async (user: ReturnType<typeof openWindow>["user"]) =>
  user.click(await screen.findByRole("button", { name }));
const keys = (text: string) => async (user: ReturnType<typeof openWindow>["user"]) => {
  await user.keyboard("j");
  await waitFor(() => expect(screen.getByTestId("orders-table")).toHaveFocus());
  await user.keyboard(text);
};

const inventory = "/inventory";
const accounts = "/settings/amazon";
const DIALOGS: Record<string, Case> = {
  "Confirm orders processed": { slow: ["previewConfirm"], open: keys("c") },
  "Pick list": { slow: ["previewPickList", "printers", "printerChoice"], open: keys("p") },
  "Unmatched Items": { slow: ["getOrder"], open: press(/1 unmatched/) },
  "Link ASIN to Inventory": { slow: ["matchCandidates"], open: keys("m") },
  Keys: { slow: [], open: keys("?") },
  "Save view": { at: "/orders/amazon?q=is:unmatched+status:paid", slow: [], open: press("+ Save view") },
  "Add units": { at: inventory, slow: ["homeCurrency", "storageLocations"], open: press("Add units") },
  "Import units": { at: inventory, slow: [], open: press("Import CSV") },
  "Add a mapping": { at: `${inventory}/mappings`, slow: [], open: press(/^Add (a )?mapping/) },
  "Replace the secrets of My shop": { at: accounts, slow: [], open: press(/^Replace/) },
  "Disconnect My shop?": { at: accounts, role: "alertdialog", slow: [], open: press(/^Disconnect/) },
};

describe("a dialog that waits for its content", () => {
  it.each(Object.entries(DIALOGS))(
    "keeps the keys from the page behind: %s",
    async (title, { at, role = "dialog", slow, open }) => {
      const shop = new MadeUpShop(3);
      for (const id of [1, 2, 3]) {
        const matches = { total: 1, linked: 0, unmatched: id === 3 ? 1 : 0, no_asin: 0 };
        shop.special.set(id, { ui_status: "Paid", matches });
      }
      const { user, core } = openWindow({ shop, at });
      if (at === undefined) await screen.findByText(shop.row(3).platform_order_id);
      for (const command of slow) core.hold(command);
      await open(user);
      const dialog = await screen.findByRole(role, { name: title });
      await waitFor(() => expect(dialog).toContainElement(document.activeElement as HTMLElement));

      const before = core.calls.length;
      await user.keyboard("xzyo");
      expect(screen.queryByTestId("bulk-bar")).toBeNull();
      const acts = core.calls.slice(before).map(({ command }) => command);
      expect(acts.filter((command) => ["activityActs", "undo", "openOnAmazon"].includes(command))).toEqual([]);

      await user.keyboard("{Escape}");
      await waitFor(() => expect(screen.queryByRole(role)).toBeNull());
    },
  );
});

import { screen, waitFor, within } from "@testing-library/react";
import type { UserEvent } from "@testing-library/user-event";
import { describe, expect, it } from "vitest";

import { refusal } from "~/test/fake-backend";
import { openWindow } from "~/test/open-window";
import { accountSync, madeUpAccount } from "~/test/shop-handlers";

const ID = "amzn1.application-oa2-client.0123456789abcdef";
const SECRET = "amzn1.oa2-cs.v1.not-a-real-secret";
const TOKEN = "Atzr|not-a-real-token";

async function fillIn(user: UserEvent) {
  await user.type(await screen.findByLabelText("Label"), "My shop");
  await user.type(screen.getByLabelText("LWA client id"), ID);
  await user.type(screen.getByLabelText("LWA client secret"), SECRET);
  await user.type(screen.getByLabelText("Refresh token"), TOKEN);
}

describe("connect Amazon", () => {
  const at = "/settings/amazon/connect";

  it("hands over what was typed, shows what Amazon grants, and keeps the secrets nowhere", async () => {
    const { user, core, client, href, container } = openWindow({ at });
    await screen.findByLabelText("Germany");
    await user.click(screen.getByLabelText("Germany"));
    await fillIn(user);
    await user.click(screen.getByRole("button", { name: "Check and connect" }));
    expect(await screen.findByText("Orders granted")).toBeInTheDocument();
    expect(screen.getByText("Sales and traffic not granted · role Brand Analytics")).toBeInTheDocument();
    expect(screen.getByText(/a new role needs a new refresh token/)).toBeInTheDocument();
    expect(core.callsOf("connectAccount")).toEqual([
      [
        {
          label: "My shop",
          region: "eu",
          marketplaces: ["A1F83G8C2ARO7P", "A1PA6795UKMFR9"],
          orders_api: "2026-01-01",
          client_id: ID,
          client_secret: SECRET,
          refresh_token: TOKEN,
          secrets: "keychain",
          passphrase: null,
        },
      ],
    ]);
    const kept = JSON.stringify([
      client
        .getQueryCache()
        .getAll()
        .map((query) => [query.queryKey, query.state]),
      client
        .getMutationCache()
        .getAll()
        .map((mutation) => mutation.state),
      { ...localStorage },
      { ...sessionStorage },
      href(),
      container.innerHTML,
    ]);
    for (const secret of [SECRET, TOKEN]) expect(kept).not.toContain(secret);
  });

  it("hides the secrets until they are asked for", async () => {
    const { user } = openWindow({ at });
    const token = await screen.findByLabelText("Refresh token");
    expect(token).toHaveAttribute("type", "password");
    await user.click(screen.getByRole("button", { name: "Show Refresh token" }));
    expect(token).toHaveAttribute("type", "text");
  });

  it("offers the marketplaces of the region and names what is missing", async () => {
    const { user, core } = openWindow({ at });
    await screen.findByLabelText("Germany");
    await user.click(screen.getByRole("radio", { name: /Far East/ }));
    expect(screen.queryByLabelText("Germany")).toBeNull();
    expect(screen.getByLabelText("Japan")).not.toBeChecked();
    await user.click(screen.getByRole("button", { name: "Check and connect" }));
    for (const problem of [
      "Give the account a label",
      "Tick at least one marketplace",
      "Enter the client id",
      "Enter the client secret",
      "Enter the refresh token",
    ]) {
      expect(screen.getByText(problem)).toBeInTheDocument();
    }
    expect(core.callsOf("connectAccount")).toHaveLength(0);
  });

  it("notices secrets in the wrong field", async () => {
    const { user, core } = openWindow({ at });
    await user.type(await screen.findByLabelText("LWA client id"), TOKEN);
    await user.type(screen.getByLabelText("LWA client secret"), ID);
    await user.click(screen.getByRole("button", { name: "Check and connect" }));
    expect(screen.getByText("This looks like the refresh token")).toBeInTheDocument();
    await waitFor(() => expect(screen.getByLabelText("Label")).toHaveFocus());
    expect(screen.getByText("This looks like the client id")).toBeInTheDocument();
    expect(core.callsOf("connectAccount")).toHaveLength(0);
  });

  it("wants the passphrase of a vault file twice", async () => {
    const { user, core } = openWindow({ at });
    await screen.findByLabelText("Germany");
    await fillIn(user);
    await user.click(screen.getByRole("radio", { name: /vault file/ }));
    await user.type(screen.getByLabelText("Passphrase"), "correct horse");
    await user.type(screen.getByLabelText("Passphrase again"), "correct hose");
    await user.click(screen.getByRole("button", { name: "Check and connect" }));
    expect(screen.getByText("The two passphrases differ")).toBeInTheDocument();
    await user.clear(screen.getByLabelText("Passphrase again"));
    await user.type(screen.getByLabelText("Passphrase again"), "correct horse");
    await user.click(screen.getByRole("button", { name: "Check and connect" }));
    await waitFor(() =>
      expect(core.callsOf("connectAccount")[0]?.[0]).toMatchObject({ secrets: "file", passphrase: "correct horse" }),
    );
  });

  it("keeps what was typed when Amazon refuses, and says why", async () => {
    const { user } = openWindow({
      at,
      handlers: {
        connectAccount: () => Promise.reject(refusal("keychain_unavailable", "No Secret Service answers.")),
      },
    });
    await screen.findByLabelText("Germany");
    await fillIn(user);
    await user.click(screen.getByRole("button", { name: "Check and connect" }));
    const alert = await screen.findByRole("alert");
    expect(alert).toHaveTextContent("The system's keychain is not available");
    expect(alert).toHaveTextContent("No Secret Service answers.");
    expect(screen.getByLabelText("Refresh token")).toHaveValue(TOKEN);
  });

  it("says how long Amazon's limit keeps it waiting", async () => {
    const { user, core } = openWindow({
      at,
      handlers: { waitsUntil: () => new Date(Date.now() + 40_000).toISOString() },
    });
    const answer = core.hold("connectAccount");
    await screen.findByLabelText("Germany");
    await fillIn(user);
    expect(screen.queryByText(/Amazon's limit/)).toBeNull();
    await user.click(screen.getByRole("button", { name: "Check and connect" }));
    expect(await screen.findByText(/^Amazon's limit is reached: asked again in (39|40|41) s…$/)).toBeInTheDocument();
    answer();
    expect(await screen.findByRole("heading", { name: "My shop is connected" })).toBeInTheDocument();
    await waitFor(() => expect(screen.queryByText(/Amazon's limit/)).toBeNull());
  });

  it("names the roles to tick", async () => {
    openWindow({ at });
    const howTo = await screen.findByRole("complementary", { name: "How to get the secrets" });
    for (const role of [
      "Inventory and Order Tracking",
      "Finance and Accounting",
      "Brand Analytics",
      "Product Listing",
    ]) {
      expect(howTo).toHaveTextContent(role);
    }
    expect(howTo).toHaveTextContent("Direct-to-Consumer Shipping is not needed");
    expect(howTo).toHaveTextContent("A role added later works only with a new refresh token");
  });
});

describe("settings of an account", () => {
  const at = "/settings/amazon";

  it("name everything but the secrets", async () => {
    openWindow({ at });
    const card = await screen.findByRole("region", { name: "My shop" });
    await waitFor(() => expect(card).toHaveTextContent("United Kingdom, Germany"));
    for (const text of ["Europe", "…1a2b", "In the system's keychain since", "2 h ago"]) {
      expect(card).toHaveTextContent(text);
    }
  });

  it("check what is granted", async () => {
    const { user, core } = openWindow({ at });
    await user.click(await screen.findByRole("button", { name: "Check" }));
    expect(await screen.findByText("Fees granted")).toBeInTheDocument();
    expect(core.callsOf("checkAccount")).toEqual([[1]]);
  });

  it("replace the secrets", async () => {
    const { user, core, client } = openWindow({ at });
    await user.click(await screen.findByRole("button", { name: "Replace secrets" }));
    const dialog = within(await screen.findByRole("dialog"));
    await user.type(dialog.getByLabelText("LWA client id"), ID);
    await user.type(dialog.getByLabelText("LWA client secret"), SECRET);
    await user.type(dialog.getByLabelText("Refresh token"), TOKEN);
    await user.click(dialog.getByRole("button", { name: "Check and replace" }));
    expect(await screen.findByText("Secrets of My shop replaced")).toBeInTheDocument();
    expect(core.callsOf("replaceSecrets")[0]?.[1]).toMatchObject({ client_secret: SECRET, refresh_token: TOKEN });
    expect(
      JSON.stringify(
        client
          .getMutationCache()
          .getAll()
          .map(({ state }) => state),
      ),
    ).not.toContain(SECRET);
  });

  it("disconnect after saying that the orders stay", async () => {
    const { user, core } = openWindow({ at });
    await user.click(await screen.findByRole("button", { name: "Disconnect" }));
    const dialog = await screen.findByRole("alertdialog", { name: "Disconnect My shop?" });
    expect(dialog).toHaveTextContent("The orders already here stay");
    await user.click(within(dialog).getByRole("button", { name: "Cancel" }));
    expect(core.callsOf("disconnectAccount")).toHaveLength(0);
    await user.click(await screen.findByRole("button", { name: "Disconnect" }));
    await user.click(await screen.findByRole("button", { name: "Disconnect My shop" }));
    await waitFor(() => expect(core.callsOf("disconnectAccount")).toEqual([[1]]));
    expect(await screen.findByText("My shop disconnected")).toBeInTheDocument();
  });

  it("say what the last check met", async () => {
    const account = { ...madeUpAccount(Date.now()), last_check_problem: "The refresh token is not valid any more" };
    openWindow({ at, handlers: { listAccounts: () => [account] } });
    expect(await screen.findByText(/The refresh token is not valid any more/)).toBeInTheDocument();
  });

  it("ask the keychain's user to unlock it", async () => {
    const message = "the keychain is locked: unlock it and try again, or keep the secrets in an encrypted vault file";
    const state = { kind: "refused" as const, code: "keychain_unavailable" as const, message };
    const { user, core } = openWindow({
      at,
      handlers: { syncStatus: () => ({ accounts: [accountSync(Date.now(), state)] }) },
    });
    await user.click(await screen.findByRole("button", { name: "Unlock keychain" }));
    expect(await screen.findByText("Keychain unlocked")).toBeInTheDocument();
    expect(core.callsOf("unlockKeychain")).toHaveLength(1);
    core.answer({ unlockKeychain: () => Promise.reject(refusal("keychain_unavailable", message)) });
    await user.click(screen.getByRole("button", { name: "Unlock keychain" }));
    expect(await screen.findByRole("alert")).toHaveTextContent(message);
  });

  it("say what stays of replaced secrets", async () => {
    const left = "its secrets could not be deleted, because the keychain is locked";
    const { user } = openWindow({
      at,
      handlers: { replaceSecrets: () => ({ account: madeUpAccount(Date.now()), left }) },
    });
    await user.click(await screen.findByRole("button", { name: "Replace secrets" }));
    const dialog = within(await screen.findByRole("dialog", { name: "Replace the secrets of My shop" }));
    await user.type(dialog.getByLabelText("LWA client id"), ID);
    await user.type(dialog.getByLabelText("LWA client secret"), SECRET);
    await user.type(dialog.getByLabelText("Refresh token"), TOKEN);
    await user.click(dialog.getByRole("button", { name: "Check and replace" }));
    expect(await screen.findByText(/because the keychain is locked/)).toBeInTheDocument();
  });

  it("change the label, the marketplaces and their zones", async () => {
    const { user, core } = openWindow({ at });
    await user.click(await screen.findByRole("button", { name: "Edit" }));
    const dialog = within(await screen.findByRole("dialog", { name: "Edit My shop" }));
    await user.clear(dialog.getByLabelText("Label"));
    await user.type(dialog.getByLabelText("Label"), "Bricks");
    await user.click(dialog.getByRole("checkbox", { name: "France" }));
    await user.click(dialog.getByRole("checkbox", { name: "Germany" }));
    expect(dialog.queryByLabelText("Business days of Germany")).toBeNull();
    await user.clear(dialog.getByLabelText("Business days of United Kingdom"));
    await user.type(dialog.getByLabelText("Business days of United Kingdom"), "Europe/Dublin");
    await user.click(dialog.getByRole("button", { name: "Save" }));
    expect(await screen.findByText("Bricks changed")).toBeInTheDocument();
    expect(core.callsOf("editAccount")).toEqual([
      [
        1,
        {
          label: "Bricks",
          marketplaces: [
            { id: "A1F83G8C2ARO7P", zone: "Europe/Dublin" },
            { id: "A13V1IB3VIYZZH", zone: null },
          ],
        },
      ],
    ]);
  });

  it("point at the field that cannot be so", async () => {
    const message = "'Europe/Atlantis' is no time zone: choose one from the list, such as Europe/London";
    const { user } = openWindow({
      at,
      handlers: { editAccount: () => Promise.reject(refusal("bad_input", message, { context: "zone" })) },
    });
    await user.click(await screen.findByRole("button", { name: "Edit" }));
    const dialog = within(await screen.findByRole("dialog", { name: "Edit My shop" }));
    await user.click(dialog.getByRole("button", { name: "Save" }));
    await waitFor(() => expect(dialog.getByLabelText("Business days of Germany")).toHaveAccessibleDescription(message));
  });

  it("forget an account only after its label was typed", async () => {
    const { user, core } = openWindow({ at });
    await user.click(await screen.findByRole("button", { name: "Forget" }));
    const dialog = await screen.findByRole("alertdialog", { name: "Forget My shop?" });
    await waitFor(() => expect(dialog).toHaveTextContent("302 orders of this account will be deleted"));
    expect(dialog).toHaveTextContent("340 lines, 4 notes, 248 confirmations, 3 pick list records");
    expect(dialog).toHaveTextContent("12 linked units become free, 260 sold units stay sold");
    expect(dialog).toHaveTextContent("7 backups made before hold the orders");
    expect(dialog).toHaveTextContent("2 whole copies of the former database");
    expect(dialog).toHaveTextContent("go too: packlight.db.before-6, packlight.db.damaged-20260118T130000Z.");
    const button = within(dialog).getByRole("button", { name: "Delete My shop" });
    expect(button).toBeDisabled();
    await user.type(within(dialog).getByLabelText("Type My shop to delete it"), "my sho");
    expect(button).toBeDisabled();
    await user.type(within(dialog).getByLabelText("Type My shop to delete it"), "p");
    await user.click(button);
    expect(await screen.findByText("My shop forgotten")).toBeInTheDocument();
    expect(core.callsOf("forgetAccount")).toEqual([[1, "my shop"]]);
  });

  it("forget nothing while a pick list is open", async () => {
    const { user } = openWindow({
      at,
      handlers: {
        forgetPreview: () => ({
          label: "My shop",
          orders: 2,
          lines: 2,
          notes: 0,
          confirmed: 0,
          freed_units: 0,
          sold_units: 0,
          pick_lists: 0,
          open_lists: ["P-0123abcd"],
          backups: 0,
          copies: [],
        }),
      },
    });
    await user.click(await screen.findByRole("button", { name: "Forget" }));
    const dialog = await screen.findByRole("alertdialog", { name: "Forget My shop?" });
    await waitFor(() => expect(dialog).toHaveTextContent("Finish or discard P-0123abcd first"));
    await user.type(within(dialog).getByLabelText("Type My shop to delete it"), "My shop");
    expect(within(dialog).getByRole("button", { name: "Delete My shop" })).toBeDisabled();
  });
});

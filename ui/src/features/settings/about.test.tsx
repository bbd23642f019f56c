/** Settings → About. */
import { screen, waitFor, within } from "@testing-library/react";
import { describe, expect, it } from "vitest";

import { refusal } from "~/test/fake-backend";
import { openWindow } from "~/test/open-window";
import { INFO } from "~/test/shop-handlers";

describe("about", () => {
  it("tells the version, the data folder, and what others wrote", async () => {
    openWindow({ at: "/settings/about" });
    const about = await screen.findByRole("region", { name: "Packlight" });
    await waitFor(() => expect(about).toHaveTextContent("Packlight0.1.0"));
    expect(about).toHaveTextContent("/home/me/packlight");
    const parts = screen.getByRole("region", { name: "Written by others" });
    expect(await within(parts).findByText("a-crate")).toBeInTheDocument();
    expect(parts).toHaveTextContent("2 parts");
    expect(parts).toHaveTextContent("no licence named");
  });

  it("shows the texts of a part when it is opened", async () => {
    const { user } = openWindow({ at: "/settings/about" });
    const name = await screen.findByText("a-crate");
    expect(screen.queryByText("Notice of a-crate.")).toBeNull();
    await user.click(name);
    expect(await screen.findByText("Notice of a-crate.")).toBeInTheDocument();
    expect(screen.getByText("Permission is hereby granted to everybody.")).toBeInTheDocument();
  });

  it("finds parts by name and licence", async () => {
    const { user } = openWindow({ at: "/settings/about" });
    await user.type(await screen.findByRole("searchbox", { name: "Search parts" }), "apache");
    await waitFor(() => expect(screen.queryByText("another")).toBeNull());
    expect(screen.getByText("a-crate")).toBeInTheDocument();
  });

  it("says so when the build carries no list", async () => {
    openWindow({ at: "/settings/about", handlers: { licences: () => ({ parts: [], texts: [] }) } });
    expect(await screen.findByText(/This build carries no list/)).toBeInTheDocument();
  });

  it("tells on every page what became of settings that could not be read, until that was read", async () => {
    const settings_notice = "The settings of this screen were reset, because their file is damaged; it is kept.";
    const { user, core } = openWindow({
      at: "/inventory",
      handlers: { appInfo: () => ({ ...INFO, settings_notice }), dismissSettingsNotice: () => null },
    });
    await screen.findByText(settings_notice, undefined, { timeout: 5_000 });
    await user.click(screen.getByRole("button", { name: "Understood" }));
    await waitFor(() => expect(screen.queryByText(settings_notice)).toBeNull());
    expect(core.callsOf("dismissSettingsNotice")).toHaveLength(1);
  });

  it("says that there is no such page of settings", async () => {
    openWindow({ at: "/settings/nowhere" });
    expect(await screen.findByText("There is no such page.")).toBeInTheDocument();
  });
});

describe("updates", () => {
  const at = "/settings/about";
  const endpoint = "https://example.org/packlight.json";
  const source = { endpoint, public_key: null };
  const found = { version: "0.2.0", notes: "Faster.", published: "2026-01-18T12:00:00Z", hindrance: null };

  it("are off until an address is set", async () => {
    const { user, core } = openWindow({ at });
    const card = await screen.findByRole("region", { name: "Updates" });
    expect(card).toHaveTextContent("Off: Packlight asks nobody for newer versions.");
    expect(within(card).queryByRole("button", { name: "Check for updates" })).toBeNull();
    await user.click(within(card).getByRole("button", { name: "Set up" }));
    const dialog = await screen.findByRole("dialog", { name: "Where newer versions come from" });
    await user.type(within(dialog).getByLabelText("Address"), endpoint);
    await user.click(within(dialog).getByRole("button", { name: "Save" }));
    expect(await within(card).findByRole("button", { name: "Check for updates" })).toBeInTheDocument();
    expect(core.callsOf("setUpdateSource")).toEqual([[source]]);
    expect(core.callsOf("checkForUpdate")).toHaveLength(0);
  });

  it("keep an address that is refused in the dialog, with the reason", async () => {
    const { user } = openWindow({
      at,
      handlers: { setUpdateSource: () => Promise.reject(refusal("bad_input", "'x' is no web address")) },
    });
    await user.click(await screen.findByRole("button", { name: "Set up" }));
    const dialog = await screen.findByRole("dialog", { name: "Where newer versions come from" });
    await user.type(within(dialog).getByLabelText("Address"), "x");
    await user.click(within(dialog).getByRole("button", { name: "Save" }));
    await waitFor(() =>
      expect(within(dialog).getByLabelText("Address")).toHaveAccessibleDescription("'x' is no web address"),
    );
  });

  it("say that this is the newest version", async () => {
    const { user } = openWindow({ at, handlers: { updateSource: () => source } });
    await user.click(await screen.findByRole("button", { name: "Check for updates" }));
    expect(await screen.findByText("This is the newest version.")).toBeInTheDocument();
  });

  it("are installed by a click, and used from the next start on", async () => {
    const { user, core } = openWindow({ at, handlers: { updateSource: () => source, checkForUpdate: () => found } });
    await user.click(await screen.findByRole("button", { name: "Check for updates" }));
    expect(await screen.findByText("Packlight 0.2.0 is there")).toBeInTheDocument();
    await user.click(screen.getByRole("button", { name: "Install 0.2.0" }));
    expect(await screen.findByText("Packlight 0.2.0 is installed.")).toBeInTheDocument();
    expect(core.callsOf("installUpdate")).toEqual([["0.2.0"]]);
    await user.click(screen.getByRole("button", { name: "Restart now" }));
    await waitFor(() => expect(core.callsOf("restart")).toHaveLength(1));
  });

  it("that are not signed are refused in words", async () => {
    const message = "the package is not signed: it was not taken, and nothing was replaced";
    const { user } = openWindow({
      at,
      handlers: {
        updateSource: () => source,
        checkForUpdate: () => found,
        installUpdate: () => Promise.reject(refusal("update_refused", message)),
      },
    });
    await user.click(await screen.findByRole("button", { name: "Check for updates" }));
    await user.click(await screen.findByRole("button", { name: "Install 0.2.0" }));
    const alert = await screen.findByRole("alert");
    expect(alert).toHaveTextContent("No newer version was installed");
    expect(alert).toHaveTextContent(message);
  });

  it("offer no button where this installation cannot replace itself", async () => {
    const hindrance = "this Packlight was not installed from a package";
    const { user } = openWindow({
      at,
      handlers: { updateSource: () => source, checkForUpdate: () => ({ ...found, hindrance }) },
    });
    await user.click(await screen.findByRole("button", { name: "Check for updates" }));
    expect(await screen.findByText(new RegExp(hindrance))).toBeInTheDocument();
    expect(screen.queryByRole("button", { name: "Install 0.2.0" })).toBeNull();
  });
});

/** Settings → About. */
import { screen, waitFor, within } from "@testing-library/react";
import { describe, expect, it } from "vitest";

import { openWindow } from "~/test/open-window";

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

  it("says that there is no such page of settings", async () => {
    openWindow({ at: "/settings/nowhere" });
    expect(await screen.findByText("There is no such page.")).toBeInTheDocument();
  });
});

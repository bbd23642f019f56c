import "~/components/dialog-box";
import "~/components/toasts";

import { act, screen, waitFor } from "@testing-library/react";
import { describe, expect, it } from "vitest";

import type { ListingsReport, ReportView } from "~/lib/bindings";
import { refusal } from "~/test/fake-backend";
import { openWindow } from "~/test/open-window";

const report = (over: Partial<ReportView> = {}): ReportView => ({
  account: "Shop",
  marketplace_id: "A1F83G8C2ARO7P",
  active: true,
  state: "waiting",
  status: "IN_QUEUE",
  next_at: new Date(Date.now() + 90_000).toISOString(),
  problem: null,
  as_of: null,
  ...over,
});

describe("listings from Amazon", () => {
  it("show what is waited for and when it is looked at, and stop when they are told to", async () => {
    let refuse: (reason: unknown) => void = () => {};
    const fetchListings = () => new Promise<ListingsReport>((_, reject) => (refuse = reject));
    const { user, core, router } = openWindow({ at: "/inventory", handlers: { fetchListings } });
    const button = await screen.findByRole("button", { name: "Listings from Amazon" });
    expect(screen.queryByRole("button", { name: "Stop" })).toBeNull();
    await user.click(button);
    expect(await screen.findByText("Asking Amazon for the listings…")).toBeInTheDocument();
    expect(button).toBeDisabled();

    const later = report({ next_at: new Date(Date.now() + 3_600_000).toISOString() });
    core.answer({ listingsProgress: () => [later, report(), report({ active: false, state: "done" })] });
    await act(() => core.changed("jobs"));
    expect(await screen.findByText("Waiting for 2 listings reports from Amazon")).toBeInTheDocument();
    expect(screen.getByText(/^· next look in 1:\d\d$/)).toBeInTheDocument();

    // Who leaves the page and comes back finds it as it stands, and asks for nothing twice.
    await act(() => router.navigate({ to: "/orders" }));
    await act(() => router.navigate({ to: "/inventory" }));
    expect(await screen.findByText("Waiting for 2 listings reports from Amazon")).toBeInTheDocument();
    expect(screen.getByRole("button", { name: "Listings from Amazon" })).toBeDisabled();

    await user.click(screen.getByRole("button", { name: "Stop" }));
    expect(core.callsOf("stopListings")).toHaveLength(1);
    core.answer({ listingsProgress: () => [report({ active: false, state: "stopped", next_at: null })] });
    await act(() => core.changed("jobs"));
    act(() => refuse(refusal("stopped", "stopped")));
    expect(await screen.findByTestId("toast")).toHaveTextContent("Listings stopped");
    expect(screen.getByTestId("toast")).toHaveAttribute("data-type", "plain");
    await waitFor(() => expect(screen.queryByRole("button", { name: "Stop" })).toBeNull());
    expect(screen.getByRole("button", { name: "Listings from Amazon" })).toBeEnabled();
    expect(core.callsOf("fetchListings")).toHaveLength(1);
  });

  it("that were begun before this window can be stopped and joined", async () => {
    const handlers = { listingsProgress: () => [report({ next_at: null })] };
    const { user, core } = openWindow({ at: "/inventory", handlers });
    expect(await screen.findByText("Waiting for 1 listings report from Amazon")).toBeInTheDocument();
    expect(screen.queryByText(/next look/)).toBeNull();
    expect(screen.getByRole("button", { name: "Stop" })).toBeEnabled();
    await user.click(screen.getByRole("button", { name: "Listings from Amazon" }));
    expect(await screen.findByTestId("toast")).toHaveTextContent("12 listings read3 units completed by SKU.");
    expect(core.callsOf("fetchListings")).toHaveLength(1);
  });

  it("that fail say so", async () => {
    const fetchListings = () => Promise.reject(refusal("access_denied", "Amazon denies access to the listings report"));
    const { user } = openWindow({ at: "/inventory", handlers: { fetchListings } });
    await user.click(await screen.findByRole("button", { name: "Listings from Amazon" }));
    const toast = await screen.findByTestId("toast");
    expect(toast).toHaveTextContent("The listings were not read");
    expect(toast).toHaveTextContent("Amazon denies access to the listings report");
  });
});

import { waitFor } from "@testing-library/react";
import { describe, expect, it, vi } from "vitest";

import { refusal, startFakeBackend } from "~/test/fake-backend";

import { backend, Failure, onNews } from "./ipc";

describe("the door to the core", () => {
  it("gives the data of an answer", async () => {
    startFakeBackend({ orderCounts: () => ({ all: 3 }) as never });
    await expect(backend.orderCounts(null)).resolves.toEqual({ all: 3 });
  });

  it("rejects with the core's own error", async () => {
    startFakeBackend({
      getOrder: () => Promise.reject(refusal("not_found", "Gone.", { context: "42", retryable: true })),
    });
    const failure = await backend.getOrder(42).catch((thrown: unknown) => thrown);
    expect(failure).toBeInstanceOf(Failure);
    expect(failure).toMatchObject({ code: "not_found", message: "Gone.", context: "42", retryable: true });
  });

  it.each([
    ["a text", "command get_order not found", "command get_order not found"],
    ["an error", new Error("the channel is closed"), "the channel is closed"],
    ["nothing", null, "null"],
  ])("makes a failure of %s", async (_, thrown, message) => {
    startFakeBackend({ getOrder: () => Promise.reject(thrown) });
    const failure = await backend.getOrder(1).catch((caught: unknown) => caught);
    expect(failure).toBeInstanceOf(Failure);
    expect(failure).toMatchObject({ code: "internal", message });
  });

  it("tells the core once that its database is damaged", async () => {
    const damaged = () => Promise.reject(refusal("corrupt_database", "Damaged."));
    const core = startFakeBackend({ getOrder: damaged, stockCounts: damaged, suspectDamage: () => null });
    await expect(backend.getOrder(1)).rejects.toMatchObject({ code: "corrupt_database" });
    await expect(backend.stockCounts()).rejects.toMatchObject({ code: "corrupt_database" });
    expect(core.callsOf("suspectDamage")).toHaveLength(1);
  });

  it("asks for news from the turn it knows, hears each once, and stops when told", async () => {
    const core = startFakeBackend({});
    await core.changed("accounts");
    await core.changed("orders");
    const heard = vi.fn<(tags: readonly string[]) => void>();
    const stop = onNews(1, ({ tags }) => heard(tags));
    await waitFor(() => expect(heard.mock.calls).toEqual([[["orders"]]]));
    await core.changed("counts");
    await waitFor(() => expect(heard.mock.calls).toEqual([[["orders"]], [["counts"]]]));
    stop();
    await core.changed("sync");
    expect(heard).toHaveBeenCalledTimes(2);
  });

  it("asks again after a question that failed", async () => {
    vi.useFakeTimers();
    const answers = [
      () => Promise.reject(new Error("gone")),
      () => Promise.resolve({ turn: 5, tags: ["orders" as const], sync: null }),
      () => new Promise<never>(() => {}),
    ];
    const core = startFakeBackend({ news: () => (answers.shift() ?? (() => Promise.reject(new Error("enough"))))() });
    const heard = vi.fn<(turn: number) => void>();
    const stop = onNews(4, ({ turn }) => heard(turn));
    await vi.advanceTimersByTimeAsync(1000);
    expect(heard.mock.calls).toEqual([[5]]);
    expect(core.callsOf("news")).toEqual([[4], [4], [5]]);
    stop();
    vi.useRealTimers();
  });
});

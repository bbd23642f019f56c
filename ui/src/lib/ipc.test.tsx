import { waitFor } from "@testing-library/react";
import { describe, expect, it, vi } from "vitest";

import { refusal, startFakeBackend } from "~/test/fake-backend";

import { backend, Failure, onDataChanged } from "./ipc";

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

  it("stops listening, also when told before listening has begun", async () => {
    const core = startFakeBackend({});
    const heard = vi.fn<() => void>();
    const stopAtOnce = onDataChanged(heard);
    stopAtOnce();
    const kept = vi.fn<(tags: readonly string[]) => void>();
    const stop = onDataChanged(({ tags }) => kept(tags));
    await core.changed("orders");
    await waitFor(() => expect(kept).toHaveBeenCalledWith(["orders"]));
    expect(heard).not.toHaveBeenCalled();
    stop();
    await new Promise((resolve) => setTimeout(resolve, 0));
    await core.changed("counts");
    expect(kept).toHaveBeenCalledTimes(1);
  });
});

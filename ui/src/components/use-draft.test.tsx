import { act, renderHook } from "@testing-library/react";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";

import { TYPING_PAUSE, useDraft } from "./use-draft";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

function open(first = "") {
  const written: [string, boolean][] = [];
  const hook = renderHook(({ held }) => useDraft(held, (text, typing) => void written.push([text, typing])), {
    initialProps: { held: first },
  });
  const draft = () => hook.result.current.draft;
  return {
    written,
    draft,
    type: (text: string) => act(() => hook.result.current.change(draft() + text)),
    pause: () => act(() => void vi.advanceTimersByTime(TYPING_PAUSE)),
    /** The text that holds becomes another. */
    hold: (held: string) => hook.rerender({ held }),
    settle: () => act(() => hook.result.current.settle()),
    clear: () => act(() => void hook.result.current.clear()),
  };
}

describe("a draft", () => {
  it("is handed on when the typing pauses, as one step of history", () => {
    const { written, type, pause } = open();
    type("f");
    type("al");
    expect(written).toEqual([]);
    pause();
    type("con ");
    pause();
    expect(written).toEqual([
      ["fal", false],
      ["falcon", true],
    ]);
  });

  it("keeps every letter, however late what was typed comes back", () => {
    const { written, draft, type, pause, hold } = open();
    type("a");
    pause();
    type("b");
    pause();
    type("c");
    hold("a");
    expect(draft()).toBe("abc");
    type("d");
    hold("ab");
    expect(draft()).toBe("abcd");
    pause();
    hold("abcd");
    expect(draft()).toBe("abcd");
    expect(written.map(([text]) => text)).toEqual(["a", "ab", "abcd"]);
  });

  it("keeps what was typed meanwhile where several come back as the last of them", () => {
    const { draft, type, pause, hold } = open("old");
    type(" a");
    pause();
    type("b");
    pause();
    type("c");
    hold("old ab");
    expect(draft()).toBe("old abc");
    // It came back, so from now on the same text is somebody else's: Back leads to it.
    pause();
    hold("old abc");
    hold("old ab");
    expect(draft()).toBe("old ab");
  });

  it("gives way to a text from elsewhere, also between two of its own", () => {
    const { written, draft, type, pause, hold } = open();
    type("mug");
    pause();
    hold("status:paid");
    expect(draft()).toBe("status:paid");
    pause();
    expect(written).toHaveLength(1);
  });

  it("left or emptied is handed on at once, and what follows is a step of its own", () => {
    const { written, type, hold, settle, clear } = open();
    type("mug");
    settle();
    hold("mug");
    type("s");
    settle();
    hold("mugs");
    clear();
    expect(written).toEqual([
      ["mug", false],
      ["mugs", false],
      ["", false],
    ]);
  });
});

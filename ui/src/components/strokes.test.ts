import { describe, expect, it } from "vitest";

import { keyLabel, matches, strokesOf } from "./strokes";

const press = (key: string, more: { ctrl?: boolean; shift?: boolean } = {}) => ({
  key,
  ctrl: false,
  shift: false,
  ...more,
});
const asked = (keys: string) => strokesOf(keys)[0]?.[0];

describe("keys as they are written", () => {
  it("are presses, sequences and alternatives", () => {
    expect(strokesOf("Ctrl k")).toEqual([[press("k", { ctrl: true })]]);
    expect(strokesOf("g o")).toEqual([[press("g"), press("o")]]);
    expect(strokesOf("j or ArrowDown")).toEqual([[press("j")], [press("arrowdown")]]);
    expect(strokesOf("Space")).toEqual([[press(" ")]]);
  });

  it("tell Shift apart where it changes the meaning and not where a sign needs it", () => {
    expect(matches(press("x", { shift: true }), asked("x"))).toBe(false);
    expect(matches(press("x", { shift: true }), asked("Shift x"))).toBe(true);
    expect(matches(press("?", { shift: true }), asked("?"))).toBe(true);
    expect(matches(press("1", { shift: true }), asked("1"))).toBe(true);
    expect(matches(press("home", { ctrl: true }), asked("Home"))).toBe(false);
  });

  it("are printed as on a keyboard", () => {
    expect(keyLabel("Ctrl k")).toBe("Ctrl K");
    expect(keyLabel("g o")).toBe("G then O");
    expect(keyLabel("ArrowDown")).toBe("↓");
    expect(keyLabel("Escape")).toBe("Esc");
  });
});

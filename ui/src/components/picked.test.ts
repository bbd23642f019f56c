import { describe, expect, it } from "vitest";

import { countPicked, isPicked, nonePicked, withRows, type Picked } from "./picked";

const all: Picked = { all: true, except: new Set() };

describe("picked rows", () => {
  it("are counted by id", () => {
    const some = withRows(nonePicked, [3, 4, 5], true);
    expect(countPicked(some, 1000)).toBe(3);
    expect(isPicked(some, 4)).toBe(true);
    expect(countPicked(withRows(some, [4, 9], false), 1000)).toBe(2);
  });

  it("are the whole result but for those that were dropped", () => {
    const most = withRows(all, [7, 8], false);
    expect(countPicked(most, 1_000_000)).toBe(999_998);
    expect(isPicked(most, 7)).toBe(false);
    expect(isPicked(most, 900_000)).toBe(true);
    expect(withRows(most, [7], true)).toEqual({ all: true, except: new Set([8]) });
  });
});

import { describe, expect, it } from "vitest";

import { fuzzyRank, fuzzyScore } from "./fuzzy";

const names = ["Go to settings", "Sort by date", "Dark theme", "Select all matching orders", "Sync orders"];
const rank = (typed: string) => fuzzyRank(names, (name) => name, typed);

describe("finding a command by some of its letters", () => {
  it("needs every letter, in order", () => {
    expect(fuzzyScore("Dark theme", "drk")).not.toBeNull();
    expect(fuzzyScore("Dark theme", "krd")).toBeNull();
    expect(rank("zzz")).toEqual([]);
  });

  it("prefers beginnings of words and whole words", () => {
    expect(rank("so")[0]).toBe("Sort by date");
    expect(rank("syo")[0]).toBe("Sync orders");
    expect(rank("sort")[0]).toBe("Sort by date");
    expect(rank("theme")[0]).toBe("Dark theme");
    expect(rank("gts")[0]).toBe("Go to settings");
  });

  it("keeps the order while nothing is typed", () => {
    expect(rank(" ")).toEqual(names);
  });
});

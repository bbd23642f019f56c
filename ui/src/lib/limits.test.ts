import { readFileSync } from "node:fs";

import { describe, expect, it } from "vitest";

import { LONGEST } from "./limits";

/** A constant of the core, as its source has it. */
function inCore(file: string, name: string): number {
  const source = readFileSync(new URL(`../../../src-tauri/crates/${file}`, import.meta.url), "utf8");
  const [, value] = new RegExp(`const ${name}: usize = ([\\d_]+);`).exec(source) ?? [];
  return Number(value?.replaceAll("_", ""));
}

const draft = "domain/src/stock/draft.rs";

describe("the longest texts", () => {
  it.each([
    ["query", "domain/src/query.rs", "MAX_LENGTH"],
    ["mappingSearch", "engine/src/matching.rs", "MAX_SEARCH"],
    ["set_number", draft, "SET_NUMBER"],
    ["name", draft, "NAME"],
    ["condition", draft, "CONDITION"],
    ["storage_location", draft, "LOCATION"],
    ["sku", draft, "SKU"],
    ["asin", draft, "ASIN"],
    ["notes", draft, "NOTES"],
    ["number", "engine/src/matching.rs", "MAX_NUMBER"],
    ["label", "engine/src/accounts/editing.rs", "LONGEST"],
    ["viewName", "domain/src/view.rs", "MAX_NAME"],
  ] as const)("are the core's: %s", (text, file, name) => {
    expect(LONGEST[text]).toBe(inCore(file, name));
  });
});

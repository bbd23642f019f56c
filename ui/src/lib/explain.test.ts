import { describe, expect, it } from "vitest";

import type { Code } from "./bindings";
import { explain } from "./explain";

/** Codes after which the seller has to do something, and where that leads. */
const STEPS: [Code, string][] = [
  ["no_account", "/settings/amazon/connect"],
  ["credentials_refused", "/settings/amazon"],
  ["access_denied", "/settings/amazon"],
  ["vault_locked", "/settings/amazon"],
  ["keychain_unavailable", "/settings/amazon"],
  ["offline", "again"],
  ["unavailable", "again"],
  ["malformed_answer", "again"],
  ["untrusted", "again"],
  ["busy", "again"],
  ["disk", "again"],
  ["corrupt_database", "again"],
  ["newer_database", "again"],
];

describe("the words for an error", () => {
  it.each(STEPS)("%s leads to %s", (code, target) => {
    const { title, step } = explain({ code });
    expect(title).not.toBe("");
    expect(step && ("again" in step ? "again" : step.to)).toBe(target);
  });

  it("never shouts, begs or blames", () => {
    const codes: Code[] = [
      ...STEPS.map(([code]) => code),
      "bad_query",
      "bad_input",
      "bad_file",
      "not_found",
      "throttled",
      "demo",
      "stopped",
      "refused",
      "read_only",
      "internal",
    ];
    for (const code of codes) {
      const { title, meanwhile, step } = explain({ code });
      const words = [title, meanwhile, step?.label].join(" ");
      expect(words).not.toMatch(/!|please|sorry|oops|invalid|you (must|did)/i);
    }
  });

  it("reads a code of a newer core as an error of its own", () => {
    expect(explain({ code: "something_new" as Code }).title).toBe("Packlight met an error of its own");
  });
});

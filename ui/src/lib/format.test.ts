import { describe, expect, it } from "vitest";

import { createFormat, localeFor } from "./format";

const british = createFormat("en-GB", "Europe/London");
const now = Date.parse("2026-01-18T12:00:00Z");

describe("money", () => {
  it("keeps the digits of the text, whatever a float would make of them", () => {
    expect(british.money({ amount: "32.50", currency: "GBP" })).toBe("£32.50");
    expect(british.money({ amount: "0.10", currency: "GBP" })).toBe("£0.10");
    expect(british.money({ amount: "90071992547409.93", currency: "GBP" })).toBe("£90,071,992,547,409.93");
    expect(british.money({ amount: "92233720368547758.07", currency: "GBP" })).toBe("£92,233,720,368,547,758.07");
    expect(british.money({ amount: "-1.05", currency: "EUR" })).toBe("-€1.05");
  });

  it("shows currencies without minor units as they are", () => {
    expect(british.money({ amount: "1994", currency: "JPY" })).toBe("JP¥1,994");
    expect(createFormat("ja-JP").money({ amount: "1994", currency: "JPY" })).toBe("￥1,994");
    expect(createFormat("de-DE").money({ amount: "1234.50", currency: "EUR" })).toBe("1.234,50\u00a0€");
  });

  it("shows an amount of a currency that is no currency", () => {
    expect(british.money({ amount: "5.00", currency: "??" })).toBe("5.00 ??");
    expect(british.money({ amount: "5.00", currency: "" })).toBe("5.00");
  });
});

describe("time", () => {
  it("is the computer's, with the day when it is another", () => {
    expect(british.clock("2026-01-18T14:05:00Z")).toBe("14:05");
    expect(createFormat("en-GB", "Asia/Tokyo").clock("2026-01-18T14:05:00Z")).toBe("23:05");
    expect(british.moment("2026-01-18T09:00:00Z", now)).toBe("09:00");
    expect(british.moment("2026-01-17T09:00:00Z", now)).toBe("17 Jan 09:00");
    expect(british.day("2026-01-17T09:00:00Z", now)).toBe("17 Jan");
    expect(british.day("2025-12-31T09:00:00Z", now)).toBe("31 Dec 25");
    expect(british.absolute("2026-07-01T09:00:00Z")).toBe("Wed, 1 Jul 2026, 10:00:00 BST");
  });

  it("is relative where that is quicker to read", () => {
    expect(british.ago(now - 20_000, now)).toBe("just now");
    expect(british.ago(now - 61_000, now)).toBe("1 min ago");
    expect(british.ago(now - 3 * 3_600_000, now)).toBe("3 h ago");
    expect(british.ago(now - 72 * 3_600_000, now)).toBe("3 days ago");
    expect(british.ago(now + 5000, now)).toBe("just now");
  });

  it("counts down in minutes and seconds and stops at nought", () => {
    expect(british.countdown(now + 130_000, now)).toBe("2:10");
    expect(british.countdown(now + 3_725_000, now)).toBe("1:02:05");
    expect(british.countdown(now - 1, now)).toBe("0:00");
  });

  it("reads a deadline as a seller does", () => {
    expect(british.deadline("2026-01-18T16:00:00Z", now)).toEqual({ text: "Today 16:00", urgency: "today" });
    expect(british.deadline("2026-01-19T23:30:00Z", now)).toEqual({ text: "Tomorrow", urgency: "later" });
    expect(british.deadline("2026-01-21T10:00:00Z", now)).toEqual({ text: "21 Jan", urgency: "later" });
    expect(british.deadline("2026-01-18T10:00:00Z", now)).toEqual({ text: "2 h late", urgency: "late" });
    expect(british.deadline("2026-01-18T11:59:30Z", now)).toEqual({ text: "1 min late", urgency: "late" });
    expect(british.deadline("2026-01-14T10:00:00Z", now)).toEqual({ text: "4 days late", urgency: "late" });
  });

  it("finds tomorrow across a change of the clocks", () => {
    const shortNight = Date.parse("2026-10-24T23:30:00Z");
    expect(british.deadline("2026-10-26T00:15:00Z", shortNight)).toEqual({ text: "Tomorrow", urgency: "later" });
  });
});

describe("locale", () => {
  it("is the system's, and British where the system has none", () => {
    expect(localeFor("en-US-u-va-posix")).toBe("en-GB");
    expect(localeFor("de-DE")).toBeUndefined();
  });
});

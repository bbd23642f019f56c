import { describe, expect, it } from "vitest";

import {
  keyOf,
  matchOf,
  nextSort,
  ordersPlace,
  readSearch,
  readSort,
  statusesOf,
  withMatch,
  withStatus,
  words,
  writeSort,
} from "./filter";

describe("the status term of a query", () => {
  it("is written, replaced and taken away, and the other words stay", () => {
    expect(withStatus("", "paid")).toBe("status:paid");
    expect(withStatus("falcon status:paid", "shipped")).toBe("status:shipped falcon");
    expect(withStatus('status:paid,shipped "tea towels" -status:pending', null)).toBe('"tea towels"');
    expect(withStatus("STATUS:Paid mug", null)).toBe("mug");
  });

  it("is read without case and never out of quotes", () => {
    expect([...statusesOf("Status:Paid,SHIPPED mug")]).toEqual(["paid", "shipped"]);
    expect([...statusesOf('"status:paid"')]).toEqual([]);
    expect([...statusesOf("-status:paid")]).toEqual([]);
  });

  it("keeps quoted words together", () => {
    expect(words('a  "b c" d:"e f"').map(({ text }) => text)).toEqual(["a", '"b c"', 'd:"e f"']);
    expect(words('"never closed').map(({ text }) => text)).toEqual(['"never closed']);
    expect(keyOf("-status:paid")).toBe("-status:");
    expect(keyOf("status:")).toBeNull();
    expect(keyOf("mug")).toBeNull();
  });
});

describe("the match term of a query", () => {
  it("is written, replaced and taken away, and the other words stay", () => {
    expect(withMatch("", "unmatched")).toBe("is:unmatched");
    expect(withMatch("is:unmatched falcon is:late", "no_asin")).toBe("falcon is:late is:no_asin");
    expect(withMatch("status:paid -is:matched", null)).toBe("status:paid");
    expect(withMatch("is:unmatched,late", "matched")).toBe("is:unmatched,late is:matched");
  });

  it("is read where it says one thing", () => {
    expect(matchOf("mug IS:Unmatched")).toBe("unmatched");
    expect(matchOf("is:late")).toBeNull();
    expect(matchOf("is:unmatched,no_asin")).toBeNull();
    expect(matchOf("-is:matched")).toBeNull();
    expect(matchOf('"is:matched"')).toBeNull();
  });
});

describe("the pages of the platforms", () => {
  it("are exactly four, and the filter goes along", () => {
    const search = { q: "status:paid", platform: "bricqer" } as const;
    expect(ordersPlace(null, search)).toEqual({ to: "/orders", search: { q: "status:paid" } });
    expect(ordersPlace("amazon", search)).toEqual({ to: "/orders/amazon", search: { q: "status:paid" } });
    expect(ordersPlace("ebay", search)).toEqual({ to: "/orders/ebay", search: { q: "status:paid" } });
    expect(ordersPlace("bricqer", {})).toEqual({ to: "/orders", search: { platform: "bricqer" } });
  });
});

describe("what the URL says", () => {
  it("is nothing where it is the default", () => {
    expect(writeSort(readSort(undefined))).toBeUndefined();
    expect(readSearch({ sort: "-date", q: "  ", order: "x1", other: 1 })).toEqual({});
  });

  it("comes back as it went", () => {
    for (const text of ["date", "-total", "total", "ship_by", "-updated", "order_id"]) {
      expect(writeSort(readSort(text))).toBe(text);
    }
    expect(readSort("nonsense")).toEqual({ key: "date", descending: true });
    expect(readSearch({ q: "status:paid", order: "42" })).toEqual({ q: "status:paid", order: "42" });
  });

  it("first sorts the useful way, then the other", () => {
    const date = { key: "date", descending: true } as const;
    expect(nextSort(date, "total")).toEqual({ key: "total", descending: true });
    expect(nextSort(date, "ship_by")).toEqual({ key: "ship_by", descending: false });
    expect(nextSort(date, "date")).toEqual({ key: "date", descending: false });
  });
});

import { describe, expect, it } from "vitest";

import { keyOf, nextSort, ordersPlace, readSearch, readSort, words, writeSort } from "./filter";

describe("the words of a query", () => {
  it("are kept together by quotes, and a key is told from text", () => {
    expect(words('a  "b c" d:"e f"').map(({ text }) => text)).toEqual(["a", '"b c"', 'd:"e f"']);
    expect(words('"never closed').map(({ text }) => text)).toEqual(['"never closed']);
    expect(keyOf("-status:paid")).toBe("-status:");
    expect(keyOf("status:")).toBeNull();
    expect(keyOf("mug")).toBeNull();
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

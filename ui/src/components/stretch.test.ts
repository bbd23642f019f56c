import { describe, expect, it } from "vitest";

import { HIGHEST, heights, rangeAt, revealing, stretchOf, toList, toPage, type Extent } from "./stretch";

const small: Extent = { rows: 300, rowHeight: 34, viewport: 600 };
const million: Extent = { rows: 1_000_000, rowHeight: 34, viewport: 600 };

describe("a page that stands for a longer list", () => {
  it("is as high as the list while it can be", () => {
    expect(heights(small)).toEqual({ list: 10_200, page: 10_200 });
    expect(stretchOf(small)).toBe(1);
    expect(toList(small, 1234)).toBe(1234);
  });

  it("never gets higher than a web view can draw", () => {
    expect(heights(million).page).toBe(HIGHEST);
    expect(heights({ ...million, rows: 50_000_000 }).page).toBe(HIGHEST);
  });

  it("meets both ends exactly", () => {
    for (const rowHeight of [26, 34, 42]) {
      for (const rows of [700_000, 1_000_000, 10_000_000]) {
        const extent = { rows, rowHeight, viewport: 613 };
        expect(toList(extent, 0)).toBe(0);
        const bottom = toPage(extent, rows * rowHeight);
        expect(bottom).toBe(HIGHEST - 613);
        expect(rangeAt(extent, toList(extent, bottom)).end).toBe(rows);
        // A web view may stop a fraction of a pixel early.
        expect(rangeAt(extent, toList(extent, bottom - 0.6)).end).toBe(rows);
      }
    }
  });

  it("goes there and back to within the pixel that a scrollbar can hold", () => {
    for (const offset of [0, 34, 17_000_017, 33_000_000]) {
      expect(Math.abs(toList(million, Math.round(toPage(million, offset))) - offset)).toBeLessThanOrEqual(
        stretchOf(million),
      );
    }
  });

  it("shows nothing of an empty list", () => {
    const empty = { rows: 0, rowHeight: 34, viewport: 600 };
    expect(rangeAt(empty, 0)).toEqual({ first: 0, end: 0 });
    expect(toList(empty, 5)).toBe(0);
  });
});

describe("the rows in view", () => {
  it("are those of the viewport and a few more", () => {
    expect(rangeAt(small, 0)).toEqual({ first: 0, end: 23 });
    expect(rangeAt(small, 3400)).toEqual({ first: 95, end: 123 });
  });

  it("are brought in with the least movement", () => {
    expect(revealing(small, 340, 12)).toBe(340);
    expect(revealing(small, 340, 2)).toBe(68);
    expect(revealing(small, 0, 100)).toBe(101 * 34 - 600);
  });
});

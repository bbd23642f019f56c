import { describe, expect, it } from "vitest";

import { placeAfter } from "./grid-keys";

const size = { rows: 300, columns: 5, page: 17 };
const at = (row: number | null, column = -1) => ({ row, column });
const press = (key: string, from: { row: number | null; column: number }, ctrl = false) =>
  placeAfter({ key, ctrl }, from, size);

describe("keys of a grid", () => {
  it("move over rows", () => {
    expect(press("ArrowDown", at(null))).toEqual(at(0));
    expect(press("ArrowDown", at(299))).toEqual(at(299));
    expect(press("PageDown", at(0))).toEqual(at(17));
    expect(press("PageUp", at(5))).toEqual(at(0));
    expect(press("End", at(0))).toEqual(at(299));
    expect(press("Home", at(250))).toEqual(at(0));
  });

  it("move over cells once Right was pressed, and back to the row", () => {
    expect(press("ArrowRight", at(4))).toEqual(at(4, 0));
    expect(press("ArrowRight", at(4, 4))).toEqual(at(4, 4));
    expect(press("ArrowLeft", at(4, 0))).toEqual(at(4));
    expect(press("Home", at(4, 3))).toEqual(at(4, 0));
    expect(press("End", at(4, 1))).toEqual(at(4, 4));
    expect(press("End", at(4, 1), true)).toEqual(at(299, 1));
    expect(press("Home", at(4, 1), true)).toEqual(at(0, 1));
    expect(press("ArrowDown", at(4, 2))).toEqual(at(5, 2));
  });

  it("reach the head, where the sorts are", () => {
    expect(press("ArrowUp", at(0))).toEqual(at(-1, 0));
    expect(press("ArrowLeft", at(-1, 0))).toEqual(at(-1, 0));
    expect(press("ArrowRight", at(-1, 0))).toEqual(at(-1, 1));
    expect(press("ArrowDown", at(-1, 2))).toEqual(at(0, 2));
  });

  it("do nothing where nothing is", () => {
    expect(placeAfter({ key: "ArrowDown", ctrl: false }, at(null), { ...size, rows: 0 })).toBeNull();
    expect(press("q", at(3))).toBeNull();
  });
});

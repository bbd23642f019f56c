import { describe, expect, it } from "vitest";

import { nextOpen, packedOrders, runRows } from "./run-rows";

describe("the rows of a run", () => {
  const stop = (position: number, location: string, order: number, mark: "open" | "picked" | "short" = "open") => ({
    position,
    location,
    order,
    mark,
    unit: position,
    set_number: "1",
    name: "",
    condition: "",
    sku: null,
    asin: null,
    platform_order_id: String(order),
    tote: null,
    flags: { late: false, ship_today: false, gift: false, prime: false },
  });
  const stops = [stop(0, "S5", 1, "picked"), stop(1, "S5", 2), stop(2, "S49", 1, "picked"), stop(3, "S49", 3, "short")];

  it("have a heading for each place with what is left there", () => {
    expect(
      runRows(stops).flatMap((row) => (row.kind === "place" ? [[row.location, row.left, row.stops]] : [])),
    ).toEqual([
      ["S5", 1, 2],
      ["S49", 0, 2],
    ]);
  });

  it("lead to the next open stop, and round to the first", () => {
    expect(nextOpen(stops, 0)?.position).toBe(1);
    expect(nextOpen(stops, 1)?.position).toBe(1);
    expect(
      nextOpen(
        stops.filter(({ mark }) => mark !== "open"),
        0,
      ),
    ).toBeNull();
  });

  it("know which orders are complete: every unit picked, none short", () => {
    expect(packedOrders(stops)).toEqual([1]);
  });
});

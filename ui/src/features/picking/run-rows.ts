/** The rows of a run: a heading for each place, then its stops in walk order. */
import type { PickStop } from "~/lib/bindings";

export type RunRow =
  | { kind: "place"; location: string; left: number; stops: number }
  | { kind: "stop"; stop: PickStop };

export function runRows(stops: readonly PickStop[]): RunRow[] {
  const rows: RunRow[] = [];
  let place: Extract<RunRow, { kind: "place" }> | null = null;
  for (const stop of stops) {
    if (place === null || place.location !== stop.location) {
      place = { kind: "place", location: stop.location, left: 0, stops: 0 };
      rows.push(place);
    }
    place.stops += 1;
    if (stop.mark === "open") place.left += 1;
    rows.push({ kind: "stop", stop });
  }
  return rows;
}

/** The next open stop after a position, from the beginning again if none follows; `null` when all is done. */
export function nextOpen(stops: readonly PickStop[], after: number): PickStop | null {
  const open = stops.filter(({ mark }) => mark === "open");
  return open.find(({ position }) => position > after) ?? open[0] ?? null;
}

/** Orders of a run whose every unit was taken: they can be packed and confirmed. */
export function packedOrders(stops: readonly PickStop[]): number[] {
  const complete = new Map<number, boolean>();
  for (const { order, mark } of stops) complete.set(order, (complete.get(order) ?? true) && mark === "picked");
  return [...complete].filter(([, isComplete]) => isComplete).map(([order]) => order);
}

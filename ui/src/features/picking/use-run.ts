/** A run and what can be done in it. Every mark is an act of the core: `z` takes the last one back. */
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useCallback, useState } from "react";

import { useActs } from "~/components/undo";
import type { PickListId, PickMark, PickMarked, PickRun, PickStop } from "~/lib/bindings";
import { backend, Failure } from "~/lib/ipc";

import { pickKeys, pickQueries } from "./pick-queries";

/** What the last scan came to. */
export type Scanned = { code: string; stop: PickStop } | { code: string; failure: Failure };

export function useRun(record: PickListId) {
  const client = useQueryClient();
  const { failed } = useActs();
  const run = useQuery(pickQueries.run(record));
  const [scanned, setScanned] = useState<Scanned | null>(null);

  /** Shows what came back at once; the core's news bring the rest. */
  const take = useCallback(
    ({ stops, entry }: PickMarked) => {
      const changed = new Map(stops.map((stop) => [stop.position, stop]));
      client.setQueryData<PickRun>(pickKeys.run(record), (before) =>
        before === undefined
          ? before
          : { ...before, entry, stops: before.stops.map((stop) => changed.get(stop.position) ?? stop) },
      );
    },
    [client, record],
  );
  const mark = useCallback(
    async (positions: number[], to: PickMark): Promise<boolean> => {
      try {
        take(await backend.markPicked(record, positions, to));
        return true;
      } catch (thrown) {
        failed("The stop was not marked", thrown);
        return false;
      }
    },
    [record, take, failed],
  );
  const scan = useCallback(
    async (code: string): Promise<PickStop | null> => {
      try {
        const marked = await backend.scanPick(record, code);
        take(marked);
        const [stop = null] = marked.stops;
        setScanned(stop === null ? null : { code, stop });
        return stop;
      } catch (thrown) {
        setScanned({ code, failure: Failure.from(thrown) });
        return null;
      }
    },
    [record, take],
  );
  return { run, mark, scan, scanned };
}

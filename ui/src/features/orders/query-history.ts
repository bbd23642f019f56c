/** The queries used since the window was opened, the last first. They lie beside the cache, which lives as long. */
import { useQueryClient } from "@tanstack/react-query";
import { useCallback } from "react";

const KEY = ["query-history"];
const KEPT = 12;

export function useQueryHistory() {
  const client = useQueryClient();
  const read = useCallback((): readonly string[] => client.getQueryData<readonly string[]>(KEY) ?? [], [client]);
  const remember = useCallback(
    (query: string) => {
      if (query === "") return;
      client.setQueryDefaults(KEY, { gcTime: Number.POSITIVE_INFINITY });
      client.setQueryData<readonly string[]>(KEY, [query, ...read().filter((other) => other !== query)].slice(0, KEPT));
    },
    [client, read],
  );
  return { read, remember };
}

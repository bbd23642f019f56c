/** What belongs to this screen: theme and density, shown at once and kept by the core. */
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";

import { useToast } from "~/components/toast";
import type { Preferences } from "~/lib/bindings";
import { backend, type Failure } from "~/lib/ipc";
import { keys, queries } from "~/lib/query";

const FIRST: Preferences = { theme: "system", density: "normal", columns: null };

export function usePreferences() {
  const client = useQueryClient();
  const toast = useToast();
  const { data } = useQuery(queries.preferences);
  const preferences = data ?? FIRST;
  const keep = useMutation<null, Failure, Preferences>({
    mutationFn: (next) => backend.setPreferences(next),
    onMutate: (next) => {
      client.setQueryData<Preferences>([...keys.preferences], next);
    },
    onError: (failure) => {
      toast({ text: "The setting was not kept", detail: failure.message, tone: "bad" });
      void client.invalidateQueries({ queryKey: keys.preferences });
    },
  });
  return {
    preferences,
    known: data !== undefined,
    set: (change: Partial<Preferences>) => keep.mutate({ ...preferences, ...change }),
  };
}

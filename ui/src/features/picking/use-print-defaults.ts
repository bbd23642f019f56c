/** The printer and the paper of pick lists, as the core keeps them: chosen in the settings, or wherever one is printed. */
import { useQuery, useQueryClient } from "@tanstack/react-query";

import { useActs } from "~/components/undo";
import type { PrintOptions } from "~/lib/bindings";
import { backend } from "~/lib/ipc";

import { pickQueries } from "./pick-queries";

const FIRST: PrintOptions = { printer: null, paper: "a4", copies: 1, reverse: false };

export function usePrintDefaults() {
  const client = useQueryClient();
  const { failed } = useActs();
  const { data: defaults, isFetched } = useQuery(pickQueries.choice);
  const set = async (change: Pick<PrintOptions, "paper"> | Pick<PrintOptions, "printer">) => {
    const { queryKey } = pickQueries.choice;
    // An answer that is still on its way would be shown in the place of what was just chosen.
    await client.cancelQueries({ queryKey });
    const before = client.getQueryData(queryKey) ?? null;
    const next = { ...FIRST, ...before, ...change };
    client.setQueryData(queryKey, next);
    try {
      await backend.setPrinterChoice("pick_list", next);
    } catch (thrown) {
      client.setQueryData(queryKey, before);
      failed("The setting was not kept", thrown);
    }
  };
  return { defaults, known: isFetched, set };
}

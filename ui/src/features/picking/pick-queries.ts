/** What the pages of picking ask the core; all of it goes stale by the tag `pick_lists`. */
import { keepPreviousData, queryOptions } from "@tanstack/react-query";

import type { Paper, PickListId, PickRequest } from "~/lib/bindings";
import { backend } from "~/lib/ipc";

/** Lists of one page of the overview. */
export const LISTS = 50;

export const pickKeys = {
  lists: ["pick_lists", "lists"],
  run: (record: PickListId) => ["pick_lists", "run", record],
};

export const pickQueries = {
  /** The preview before stays while another paper or mode is laid out. */
  preview: (request: PickRequest, paper: Paper) =>
    queryOptions({
      queryKey: ["pick_lists", "preview", request, paper],
      queryFn: () => backend.previewPickList(request, paper),
      placeholderData: keepPreviousData,
      staleTime: 0,
      gcTime: 0,
    }),
  /** Lists of which units were struck that nobody has seen yet, however old the list. */
  struck: queryOptions({
    queryKey: ["pick_lists", "struck"],
    queryFn: () => backend.struckPickLists(),
  }),
  run: (record: PickListId) => queryOptions({ queryKey: pickKeys.run(record), queryFn: () => backend.pickRun(record) }),
  /** Printers come and go, and run out of paper, without telling. */
  printers: queryOptions({
    queryKey: ["printers"],
    queryFn: () => backend.printers(),
    staleTime: 0,
    refetchInterval: 5000,
  }),
  choice: queryOptions({
    queryKey: ["printers", "choice", "pick_list"],
    queryFn: () => backend.printerChoice("pick_list"),
    staleTime: 0,
  }),
};

/** What a confirmation would do, asked once for the dialog and for the line beside its button. */
import { keepPreviousData, queryOptions } from "@tanstack/react-query";

import type { ConfirmRequest } from "~/lib/bindings";
import { backend } from "~/lib/ipc";

/** How many orders of each result are told one by one at first; the sums are always those of all. */
export const FIRST = 500;

export const confirmPreview = (request: ConfirmRequest, most = FIRST) =>
  queryOptions({
    queryKey: ["orders", "confirm", request, most],
    queryFn: () => backend.previewConfirm(request, most),
    placeholderData: keepPreviousData,
    staleTime: 0,
    gcTime: 0,
  });

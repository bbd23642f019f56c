/** What a confirmation would do, asked once for the dialog and for the line beside its button. */
import { keepPreviousData, queryOptions } from "@tanstack/react-query";

import type { ConfirmRequest } from "~/lib/bindings";
import { backend } from "~/lib/ipc";

export const confirmPreview = (request: ConfirmRequest) =>
  queryOptions({
    queryKey: ["orders", "confirm", request],
    queryFn: () => backend.previewConfirm(request),
    placeholderData: keepPreviousData,
    staleTime: 0,
    gcTime: 0,
  });

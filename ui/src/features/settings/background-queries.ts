/** What the core knows of its work in the background, as one cached answer. */
import { queryOptions } from "@tanstack/react-query";

import { backend } from "~/lib/ipc";

export const backgroundQuery = queryOptions({
  queryKey: ["settings", "background"],
  queryFn: () => backend.background(),
});

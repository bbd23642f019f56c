/** What the data page asks for. */
import { queryOptions } from "@tanstack/react-query";

import { backend } from "~/lib/ipc";

export const dataQueries = {
  backups: queryOptions({ queryKey: ["settings", "backups"], queryFn: () => backend.backupStatus() }),
  retention: queryOptions({ queryKey: ["settings", "retention"], queryFn: () => backend.retention() }),
  repair: queryOptions({ queryKey: ["settings", "repair"], queryFn: () => backend.repairReport() }),
};

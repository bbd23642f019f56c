/** Into the demo seller and out of it. Both change what every screen shows, so the whole cache is read anew. */
import { useMutation, useQueryClient } from "@tanstack/react-query";

import { useToast } from "~/components/toast";
import { explain } from "~/lib/explain";
import { backend, type Failure } from "~/lib/ipc";
import { keys } from "~/lib/query";
import type { AppInfo } from "~/lib/bindings";

export function useDemo() {
  const client = useQueryClient();
  const toast = useToast();
  const settle = (info: AppInfo) => {
    client.removeQueries({ predicate: ({ queryKey }) => queryKey[0] !== keys.app[0] });
    client.setQueryData<AppInfo>([...keys.app], info);
    void client.invalidateQueries();
  };
  const failed = (failure: Failure) => toast({ text: explain(failure).title, detail: failure.message, tone: "bad" });
  const start = useMutation({ mutationFn: () => backend.startDemo(), onSuccess: settle, onError: failed });
  const leave = useMutation({ mutationFn: () => backend.leaveDemo(), onSuccess: settle, onError: failed });
  return { start, leave };
}

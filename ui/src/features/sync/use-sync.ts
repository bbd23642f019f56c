/** Sync orders: one run at a time for the whole window, its progress from the core's events, its result as a toast. */
import { useIsMutating, useMutation, useQuery } from "@tanstack/react-query";
import { useRouter } from "@tanstack/react-router";

import { useToast, type ToastMessage } from "~/components/toast";
import type { SyncReport } from "~/lib/bindings";
import { explain } from "~/lib/explain";
import { format } from "~/lib/format";
import { backend, type Failure } from "~/lib/ipc";
import { queries } from "~/lib/query";

const mutationKey = ["sync-now"];

/** What a report says of orders. */
type Brought = Pick<SyncReport, "orders_new" | "orders_changed">;

export type Progress = { pages: number; ordersSeen: number; startedAt: string };

/** What a run brought, in a seller's words. */
export function resultText({ orders_new: added, orders_changed: changed }: Brought): string {
  const parts = [
    added > 0 ? `${format.number(added)} new` : null,
    changed > 0 ? `${format.number(changed)} updated` : null,
  ].filter((part) => part !== null);
  return parts.length === 0 ? "No changes" : parts.join(", ");
}

export function useSync() {
  const toast = useToast();
  const router = useRouter();
  const { data: status } = useQuery(queries.sync);

  const tell = (failure: Failure): ToastMessage => {
    const { title, meanwhile, step } = explain(failure);
    const action =
      step === null
        ? undefined
        : {
            label: step.label,
            run: () =>
              "again" in step ? sync.mutate() : void router.navigate({ to: step.to, search: step.search ?? {} }),
          };
    return { text: title, detail: [failure.message, meanwhile].filter(Boolean).join(" "), tone: "bad", action };
  };
  const sync = useMutation<SyncReport, Failure>({
    mutationKey,
    mutationFn: () => backend.syncNow(),
    onSuccess: (result) =>
      toast({
        text: resultText(result),
        detail:
          result.complete_up_to === null ? undefined : `Orders complete to ${format.clock(result.complete_up_to)}`,
      }),
    onError: (failure) =>
      toast(
        failure.code === "stopped" ? { text: "Sync stopped", detail: explain(failure).meanwhile ?? "" } : tell(failure),
      ),
  });

  const asked = useIsMutating({ mutationKey }) > 0;
  const running = status?.accounts.map(({ state }) => state).filter((state) => state.kind === "running") ?? [];
  const waiting = status?.accounts.map(({ state }) => state).find((state) => state.kind === "throttled");
  const progress: Progress | null =
    running.length === 0
      ? null
      : {
          pages: running.reduce((sum, { pages }) => sum + pages, 0),
          ordersSeen: running.reduce((sum, { orders_seen }) => sum + orders_seen, 0),
          startedAt: running[0]?.started_at ?? "",
        };
  return {
    start: () => {
      if (!asked) sync.mutate();
    },
    /** When Amazon's limit lets the run go on; `null` while it is not waiting. */
    waitingUntil: waiting?.until ?? null,
    stop: () => void backend.stopSync().catch((thrown: Failure) => toast(tell(thrown))),
    busy: asked || progress !== null,
    /** Waiting for the answer of a run that this window asked for. */
    asked,
    progress,
  };
}

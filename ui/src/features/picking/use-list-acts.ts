/** What is done with a whole list; each can be undone. */
import { useCallback, useState } from "react";

import { useActs } from "~/components/undo";
import type { PickListEntry } from "~/lib/bindings";
import { counted } from "~/lib/format";
import { backend } from "~/lib/ipc";

export function useListActs() {
  const { done, failed } = useActs();
  const [busy, setBusy] = useState(false);
  const act = useCallback(
    async (work: () => Promise<void>, what: string) => {
      setBusy(true);
      try {
        await work();
      } catch (thrown) {
        failed(what, thrown);
      } finally {
        setBusy(false);
      }
    },
    [failed],
  );
  const finish = ({ record, id }: PickListEntry) =>
    act(async () => {
      const { entry, batch } = await backend.finishPickList(record);
      const left = entry.totals.units - entry.picked - entry.short - entry.struck;
      done({
        text: `${id} finished`,
        detail: left > 0 ? `${counted(left, "unit")} not picked can go on the next list` : undefined,
        batch,
      });
    }, "The list was not finished");
  const discard = ({ record, id }: PickListEntry) =>
    act(async () => {
      const { batch } = await backend.discardPickList(record);
      done({ text: `${id} discarded`, detail: "Its units can go on another list.", batch });
    }, "The list was not discarded");
  return { finish, discard, busy };
}

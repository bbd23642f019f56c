/** What can be done with one order: the page's own acts beside those of matching. */
import { useMemo } from "react";

import { useToast } from "~/components/toast";
import { useActs } from "~/components/undo";
import type { OrderRow } from "~/lib/bindings";
import { copyText } from "~/lib/clipboard";
import { backend } from "~/lib/ipc";

import type { DeskActs } from "./desk-acts";
import type { MatchActions, RowActions } from "./row-menu";

export function useRowActions(open: (row: OrderRow) => void, matching: MatchActions, desk: DeskActs): RowActions {
  const toast = useToast();
  const { failed } = useActs();
  return useMemo<RowActions>(
    () => ({
      ...matching,
      open,
      confirm: (row) => desk.confirm({ ids: [row.id] }),
      openOnAmazon: (row) =>
        void backend.openOnAmazon(row.id).catch((thrown: unknown) => failed("The order could not be opened", thrown)),
      copyId: (row) => void copyText(row.platform_order_id).then(() => toast({ text: "Order id copied" })),
    }),
    [matching, open, desk, failed, toast],
  );
}

/** Pick list and confirmation, as every page of orders offers them: over what is picked there, or over all of a platform. */
import { lazy, Suspense, useCallback, useState, type ReactNode } from "react";

import type { DeskActs } from "~/features/orders/desk-acts";
import type { OrderSelection, Platform } from "~/lib/bindings";

export type DeskTask = { kind: "pick" | "confirm"; orders: OrderSelection | null; platform: Platform | null };

// Loaded when the first of them is wanted.
const ConfirmEffect = lazy(() => import("~/features/confirming/confirm-effect"));
const DeskDialogs = lazy(() => import("./desk-dialogs"));

export function useDeskActs(): { actsOf: (platform: Platform | null) => DeskActs; dialogs: ReactNode } {
  const [task, setTask] = useState<DeskTask | null>(null);
  const actsOf = useCallback(
    (platform: Platform | null): DeskActs => ({
      pick: (orders) => setTask({ kind: "pick", orders, platform }),
      confirm: (orders) => setTask({ kind: "confirm", orders, platform }),
      effect: (orders) => (
        <Suspense>
          <ConfirmEffect orders={orders} platform={platform} />
        </Suspense>
      ),
    }),
    [],
  );
  const dialogs = task !== null && (
    <Suspense>
      <DeskDialogs task={task} onClose={() => setTask(null)} />
    </Suspense>
  );
  return { actsOf, dialogs };
}

/** Puts the pages of picking together: the overview of lists, and one list at work. */
import { Link, useParams } from "@tanstack/react-router";
import { ChevronLeft } from "lucide-react";
import type { ReactNode } from "react";

import { PickListsPage } from "~/features/picking/pick-lists-page";
import { RunPage } from "~/features/picking/run-page";
import type { PickListId } from "~/lib/bindings";

import styles from "./desk-routes.module.css";
import { useDeskActs } from "./use-desk-acts";

function RunLink({ record, children }: { record: PickListId; children: ReactNode }) {
  return (
    <Link to="/orders/pick-lists/$record" params={{ record: String(record) }}>
      {children}
    </Link>
  );
}

export function PickListsRoute() {
  const { actsOf, dialogs } = useDeskActs();
  return (
    <>
      <PickListsPage RunLink={RunLink} onPick={() => actsOf(null).pick(null)} />
      {dialogs}
    </>
  );
}

export function PickRunRoute() {
  const { record = "" } = useParams({ strict: false }) as { record?: string };
  const { actsOf, dialogs } = useDeskActs();
  return (
    <>
      <RunPage
        key={record}
        record={Number(record)}
        back={
          <Link to="/orders/pick-lists" className={styles.back}>
            <ChevronLeft size={15} aria-hidden /> Pick lists
          </Link>
        }
        onConfirm={(orders) => actsOf(null).confirm(orders)}
      />
      {dialogs}
    </>
  );
}

/**
 * What can be done with the picked orders, with what it would do beside it. Everything here is local and can be undone;
 * nothing is sent to a platform.
 */
import { useQuery } from "@tanstack/react-query";
import { lazy, Suspense, useState } from "react";

import { BulkBar } from "~/components/bulk-bar";
import { Button } from "~/components/button";
import { useCommands } from "~/components/keys";
import { useToast } from "~/components/toast";
import { useActs } from "~/components/undo";
import type { OrderSelection } from "~/lib/bindings";
import { copyText } from "~/lib/clipboard";
import { counted } from "~/lib/format";
import { backend } from "~/lib/ipc";

import styles from "./bulk-bar.module.css";
import type { DeskActs } from "./desk-acts";
import { linkEffect, linkText, skippedText } from "./link-preview";

// Loaded when it is wanted for more orders than the bar can speak of.
const LinkDialog = lazy(() => import("./link-dialog"));

/** Orders up to which the bar says what confirming would do; for more the dialog does. */
const CONFIRM_SHOWN = 500;
/** Orders up to which it says what linking would do; for more a dialog does. */
const LINK_SHOWN = 5000;

type Props = {
  selection: OrderSelection;
  count: number;
  total: number;
  exact: boolean;
  desk: DeskActs;
  onClear: () => void;
};

export default function OrdersBulkBar({ selection, count, total, exact, desk, onClear }: Props) {
  const toast = useToast();
  const { done, failed } = useActs();
  const [busy, setBusy] = useState(false);
  const [asking, setAsking] = useState<OrderSelection | null>(null);
  // What is picked one by one is counted, whatever is not known of the list.
  const most = exact || selection.ids !== undefined ? count : Number.POSITIVE_INFINITY;
  const shown = most <= LINK_SHOWN;
  const { data: plan, error } = useQuery({ ...linkEffect(selection), enabled: shown });

  const act = async (what: string, work: () => Promise<void>) => {
    setBusy(true);
    try {
      await work();
    } catch (thrown) {
      failed(what, thrown);
    } finally {
      setBusy(false);
    }
  };
  const link = (orders: OrderSelection) =>
    act("The stock was not linked", async () => {
      const report = await backend.linkSelected(orders);
      done({
        text: report.units === 0 ? "Nothing to link" : `${counted(report.units, "unit", "units")} linked`,
        detail: skippedText(report.skipped) || undefined,
        batch: report.batch,
      });
    });
  const exportCsv = () =>
    act("The orders were not exported", async () => {
      const file = await backend.exportOrders(selection);
      toast({
        text: `${counted(file.rows, "row", "rows")} exported`,
        detail: file.path,
        action: { label: "Copy path", run: () => void copyText(file.path) },
      });
    });
  const copy = () =>
    act("The order ids were not copied", async () => {
      const ids = await backend.orderIds(selection);
      await copyText(ids.join("\n"));
      toast({ text: `${counted(ids.length, "order id", "order ids")} copied` });
    });

  const units = shown ? plan?.units : undefined;
  const startLink = shown ? () => void link(selection) : () => setAsking(selection);
  useCommands([
    {
      id: "link-picked",
      label: "Link stock to the selected orders",
      group: "Orders",
      when: !busy && units !== 0,
      run: startLink,
    },
    {
      id: "export-picked",
      label: "Export the selected orders as CSV",
      group: "Orders",
      when: !busy,
      run: () => void exportCsv(),
    },
    {
      id: "copy-picked",
      label: "Copy the ids of the selected orders",
      group: "Orders",
      when: !busy,
      run: () => void copy(),
    },
  ]);
  const preview = (
    <>
      {most <= CONFIRM_SHOWN && <span className={styles.effect}>{desk.effect(selection)}</span>}
      {shown && (
        <span className={styles.effect}>{plan === undefined ? error?.message : `Link: ${linkText(plan)}`}</span>
      )}
    </>
  );
  return (
    <BulkBar count={count} total={total} exact={exact} preview={preview} onClear={onClear}>
      <Button look="primary" small disabled={busy} onClick={() => desk.confirm(selection)}>
        Confirm {counted(count, "order")}…
      </Button>
      <Button small disabled={busy} onClick={() => desk.pick(selection)}>
        Pick list
      </Button>
      <Button small disabled={busy || units === 0} onClick={startLink}>
        Link stock{shown ? units !== undefined && units > 0 && ` (${counted(units, "unit", "units")})` : "…"}
      </Button>
      <Button small disabled={busy} onClick={() => void exportCsv()}>
        Export CSV
      </Button>
      <Button small disabled={busy} onClick={() => void copy()}>
        Copy order {count === 1 ? "id" : "ids"}
      </Button>
      {asking !== null && (
        <Suspense>
          <LinkDialog
            selection={asking}
            onLink={() => {
              setAsking(null);
              void link(asking);
            }}
            onClose={() => setAsking(null)}
          />
        </Suspense>
      )}
    </BulkBar>
  );
}

/**
 * What can be done with the picked orders, with what it would do beside it. Everything here is local and can be undone;
 * nothing is sent to a platform.
 */
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";

import { BulkBar } from "~/components/bulk-bar";
import { Button } from "~/components/button";
import { useCommands } from "~/components/keys";
import { useToast } from "~/components/toast";
import { useActs } from "~/components/undo";
import type { BulkLink, OrderSelection, SkippedLines } from "~/lib/bindings";
import { copyText } from "~/lib/clipboard";
import { counted, format } from "~/lib/format";
import { backend } from "~/lib/ipc";

import styles from "./bulk-bar.module.css";
import type { DeskActs } from "./desk-acts";

function skippedText(skipped: readonly SkippedLines[]): string {
  const lines = skipped.reduce((sum, { lines }) => sum + lines, 0);
  if (lines === 0) return "";
  const reasons =
    skipped.length === 1 ? "" : skipped.map((one) => `${format.number(one.lines)} ${one.reason}`).join(", ");
  return `${counted(lines, "line", "lines")} skipped: ${reasons || (skipped[0]?.reason ?? "")}`;
}

/** "12 orders → 14 units; 2 lines skipped: no mapping". */
export function linkText({ orders, units, skipped }: BulkLink): string {
  const effect = `${counted(orders, "order", "orders")} → ${units === 0 ? "no units" : counted(units, "unit", "units")}`;
  return [effect, skippedText(skipped)].filter((part) => part !== "").join("; ");
}

/** Orders up to which the bar says what confirming would do; for more the dialog does. */
const PREVIEWED = 500;

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
  const plan = useQuery({
    queryKey: ["orders", "preview-link", selection],
    queryFn: () => backend.previewLink(selection),
    placeholderData: (before) => before,
    gcTime: 0,
  });

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
  const link = () =>
    act("The stock was not linked", async () => {
      const report = await backend.linkSelected(selection);
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

  const units = plan.data?.units;
  useCommands([
    {
      id: "link-picked",
      label: "Link stock to the selected orders",
      group: "Orders",
      when: !busy && units !== 0,
      run: () => void link(),
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
      {count <= PREVIEWED && <span className={styles.effect}>{desk.effect(selection)}</span>}
      <span className={styles.effect}>
        {plan.data === undefined ? plan.error?.message : `Link: ${linkText(plan.data)}`}
      </span>
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
      <Button small disabled={busy || units === 0} onClick={() => void link()}>
        Link stock{units !== undefined && units > 0 ? ` (${counted(units, "unit", "units")})` : ""}
      </Button>
      <Button small disabled={busy} onClick={() => void exportCsv()}>
        Export CSV
      </Button>
      <Button small disabled={busy} onClick={() => void copy()}>
        Copy order {count === 1 ? "id" : "ids"}
      </Button>
    </BulkBar>
  );
}

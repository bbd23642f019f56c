/** The cards of the page of all orders: Amazon with its connection and Sync, the others with what was imported. */
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";

import { Button, buttonClass } from "~/components/button";
import type { DeskActs } from "~/features/orders/desk-acts";
import { PlatformCard } from "~/features/orders/platform-card";
import styles from "~/features/orders/platform-card.module.css";
import { useSync } from "~/features/sync/use-sync";
import type { AccountSync, AppInfo } from "~/lib/bindings";
import { useNow } from "~/lib/clock";
import { counted, format } from "~/lib/format";
import { queries } from "~/lib/query";

import ImportOrders, { LastImport } from "./import-orders";

function syncText(checked: string | undefined, complete: string | undefined, now: number): string {
  if (checked !== undefined) return `last sync ${format.ago(checked, now)}`;
  return complete === undefined ? "never synced" : `complete to ${format.moment(complete, now)}`;
}

/** How Amazon stands, in a few words. */
function stateText(app: AppInfo | undefined, accounts: readonly AccountSync[]): string {
  if (app === undefined) return "";
  if (accounts.length === 0) return "Not connected";
  const [name] = accounts.length === 1 ? [accounts[0]?.label ?? ""] : [`${format.number(accounts.length)} accounts`];
  const kinds = new Set(accounts.map(({ state }) => state.kind));
  const who = app.demo ? "Demo seller" : name;
  if (kinds.has("refused")) return `${who}, Amazon refuses`;
  if (kinds.has("offline")) return `${who}, offline`;
  if (kinds.has("running")) return `${who}, syncing`;
  return `Connected: ${who}`;
}

export default function PlatformCards({ desk }: { desk: DeskActs }) {
  return (
    <div className={styles.cards}>
      <AmazonCard desk={desk} />
      <PlatformCard
        platform="ebay"
        state={<LastImport platform="ebay" />}
        action={<ImportOrders small platform="ebay" />}
      />
      <PlatformCard
        platform="bricqer"
        state={<LastImport platform="bricqer" />}
        action={<ImportOrders small platform="bricqer" />}
      />
    </div>
  );
}

function AmazonCard({ desk }: { desk: DeskActs }) {
  const { data: app } = useQuery(queries.app);
  const { data: status } = useQuery(queries.sync);
  const { data: counts } = useQuery(queries.counts("amazon"));
  const now = useNow(30_000);
  const { start, busy } = useSync();
  const accounts = status?.accounts ?? [];
  const checked = accounts.flatMap(({ checked_at }) => checked_at ?? []).toSorted()[0];
  // After a start nobody has asked yet, and the orders are here all the same.
  const complete = accounts.flatMap(({ complete_up_to }) => complete_up_to ?? []).toSorted()[0];
  const isConnected = accounts.length > 0;
  const state = (
    <span title={checked === undefined ? undefined : format.absolute(checked)}>
      {stateText(app, accounts)}
      {isConnected && ` · ${syncText(checked, complete, now)}`}
    </span>
  );
  const action = isConnected ? (
    <Button small disabled={busy || app?.problem?.code === "read_only"} onClick={start}>
      {busy ? "Syncing…" : "Sync"}
    </Button>
  ) : (
    app !== undefined &&
    !app.demo && (
      <Link to="/settings/amazon/connect" className={buttonClass("plain", true)}>
        Configure
      </Link>
    )
  );
  const [toShip, toConfirm] = counts === undefined ? [0, 0] : [counts.paid, counts.paid + counts.shipped];
  return (
    <PlatformCard platform="amazon" state={state} action={action}>
      {counts !== undefined && counts.all > 0 && (
        <>
          <Button small title={`${counted(toShip, "order")} paid, to be shipped`} onClick={() => desk.pick(null)}>
            Pick list
          </Button>
          <Button small title={`${counted(toConfirm, "order")} paid or shipped`} onClick={() => desk.confirm(null)}>
            Confirm orders processed
          </Button>
        </>
      )}
    </PlatformCard>
  );
}

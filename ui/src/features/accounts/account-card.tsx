/** One account in Settings. It names the end of the client id and never a secret. */
import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";

import { Button } from "~/components/button";
import { useCommands, type Command } from "~/components/keys";
import { Dialog } from "~/components/dialog";
import { FailureNotice } from "~/components/notice";
import { useToast } from "~/components/toast";
import type { AccountCheck, AccountView, MarketplaceView, Region, SecretsPlace } from "~/lib/bindings";
import { useNow } from "~/lib/clock";
import { format } from "~/lib/format";
import { backend, Failure } from "~/lib/ipc";
import { keys } from "~/lib/query";

import { AccessList } from "./access-list";
import styles from "./accounts.module.css";
import { EditDialog } from "./edit-dialog";
import { ForgetDialog } from "./forget-dialog";
import { ReplaceDialog } from "./replace-dialog";
import { Waits } from "./waits";

const REGION_NAMES: Record<Region, string> = { na: "North America", eu: "Europe", fe: "Far East" };
const PLACES: Record<SecretsPlace, string> = {
  keychain: "In the system's keychain",
  file: "In the vault file",
  none: "Nowhere: disconnected",
};

/** Where its secrets lie out of reach. */
export type Locked = "vault" | "keychain" | null;

type Props = {
  account: AccountView;
  marketplaces: readonly MarketplaceView[];
  locked: Locked;
  onUnlock: () => void;
};

export function AccountCard({ account, marketplaces, locked, onUnlock }: Props) {
  const client = useQueryClient();
  const toast = useToast();
  const now = useNow(30_000);
  const [busy, setBusy] = useState(false);
  const [check, setCheck] = useState<AccountCheck | null>(null);
  const [failure, setFailure] = useState<Failure | null>(null);
  const [dialog, setDialog] = useState<"replace" | "disconnect" | "edit" | "forget" | null>(null);

  const attempt = async (act: () => Promise<void>) => {
    setBusy(true);
    setFailure(null);
    try {
      await act();
    } catch (thrown) {
      setFailure(Failure.from(thrown));
    } finally {
      setBusy(false);
      void client.invalidateQueries({ queryKey: keys.accounts });
    }
  };
  const runCheck = () =>
    void attempt(async () => {
      setCheck(null);
      setCheck(await backend.checkAccount(account.id));
    });
  const unlockKeychain = () =>
    void attempt(async () => {
      await backend.unlockKeychain();
      toast({ text: "Keychain unlocked", detail: "New orders are on their way." });
      void client.invalidateQueries({ queryKey: keys.sync });
    });
  const disconnect = () =>
    void attempt(async () => {
      setDialog(null);
      const left = await backend.disconnectAccount(account.id);
      const text = `${account.label} disconnected`;
      // What the keychain kept is read and acted on at leisure: it stays until it is dismissed.
      if (left === null) toast({ text, detail: "Its orders stay here." });
      else toast({ text, detail: `Its orders stay here, but ${left}.`, tone: "bad" });
      for (const queryKey of [keys.app, keys.sync]) void client.invalidateQueries({ queryKey });
    });

  const nameOf = (id: string) => marketplaces.find((known) => known.id === id)?.name ?? id;
  const command = (name: string, run: () => void, when = true): Command => ({
    id: `account-${account.id}-${name}`,
    label: `${name} ${account.label}`,
    group: "Settings",
    words: "account",
    when: when && !busy,
    run,
  });
  useCommands([
    command("Check", runCheck, account.connected),
    command("Edit", () => setDialog("edit"), account.connected),
    command(account.connected ? "Replace the secrets of" : "Enter the secrets of", () => setDialog("replace")),
    command("Unlock", locked === "vault" ? onUnlock : unlockKeychain, locked !== null),
    command("Disconnect", () => setDialog("disconnect"), account.connected),
    command("Forget", () => setDialog("forget")),
  ]);
  return (
    <section className={styles.card} aria-label={account.label}>
      <header className={styles.cardHead}>
        <h2>
          <bdi>{account.label}</bdi>
        </h2>
        <span className={account.connected ? styles.on : styles.off}>
          {account.connected ? "Connected" : "Disconnected"}
        </span>
      </header>
      <dl className={styles.facts}>
        <Fact name="Region">{account.region === null ? "—" : REGION_NAMES[account.region]}</Fact>
        <Fact name="Marketplaces">{account.marketplaces.map(nameOf).join(", ")}</Fact>
        <Fact name="Business days">{[...new Set(account.days.map(({ zone }) => placeOf(zone)))].join(", ")}</Fact>
        <Fact name="Client id">
          <span className="mono" title="Only the end is kept for showing">
            {account.client_id_tail === null ? "—" : `…${account.client_id_tail}`}
          </span>
        </Fact>
        <Fact name="Secrets">
          {PLACES[account.secrets]}
          {account.secrets !== "none" && account.secrets_since !== null && (
            <span title={format.absolute(account.secrets_since)}> since {format.day(account.secrets_since, now)}</span>
          )}
          {locked === "vault" && " · locked"}
          {locked === "keychain" && " · out of reach"}
        </Fact>
        <Fact name="Orders interface">{account.orders_api}</Fact>
        <Fact name="Complete to">
          {account.complete_up_to === null ? "—" : format.moment(account.complete_up_to, now)}
        </Fact>
        <Fact name="Last check">
          {account.last_check_at === null ? (
            "Never"
          ) : (
            <span title={format.absolute(account.last_check_at)}>{format.ago(account.last_check_at, now)}</span>
          )}
          {account.last_check_problem !== null && (
            <span className={styles.problem}> · {account.last_check_problem}</span>
          )}
        </Fact>
      </dl>
      {check !== null && <AccessList check={check} />}
      {failure !== null && <FailureNotice error={failure} />}
      <Waits busy={busy} />
      <div className={styles.buttons}>
        {account.connected && (
          <Button look="danger" disabled={busy} onClick={() => setDialog("disconnect")}>
            Disconnect
          </Button>
        )}
        <Button look="danger" disabled={busy} onClick={() => setDialog("forget")}>
          Forget
        </Button>
        <span className={styles.gap} />
        {account.connected && (
          <Button disabled={busy} onClick={() => setDialog("edit")}>
            Edit
          </Button>
        )}
        <Button disabled={busy} onClick={() => setDialog("replace")}>
          {account.connected ? "Replace secrets" : "Enter secrets"}
        </Button>
        {locked !== null && (
          <Button look="primary" disabled={busy} onClick={locked === "vault" ? onUnlock : unlockKeychain}>
            {locked === "vault" ? "Unlock" : "Unlock keychain"}
          </Button>
        )}
        {account.connected && (
          <Button disabled={busy} onClick={runCheck}>
            Check
          </Button>
        )}
      </div>
      <EditDialog
        account={account}
        marketplaces={marketplaces}
        open={dialog === "edit"}
        onClose={() => setDialog(null)}
      />
      <ForgetDialog account={account} open={dialog === "forget"} onClose={() => setDialog(null)} />
      <ReplaceDialog account={account} open={dialog === "replace"} onClose={() => setDialog(null)} />
      <Dialog
        alert
        open={dialog === "disconnect"}
        onClose={() => setDialog(null)}
        title={`Disconnect ${account.label}?`}
        actions={
          <>
            <Button onClick={() => setDialog(null)}>Cancel</Button>
            <Button look="danger" onClick={disconnect}>
              Disconnect {account.label}
            </Button>
          </>
        }
      >
        <p>
          Its secrets are deleted from this computer and no new orders are read. The orders already here stay, with your
          notes. To forbid the access itself, remove the application in Seller Central.
        </p>
      </Dialog>
    </section>
  );
}

/** The place that names a zone: "Europe/London" is London. */
const placeOf = (zone: string) => zone.slice(zone.lastIndexOf("/") + 1).replaceAll("_", " ");

function Fact({ name, children }: { name: string; children: React.ReactNode }) {
  return (
    <div className={styles.fact}>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  );
}

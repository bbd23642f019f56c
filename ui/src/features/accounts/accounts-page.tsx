/** Settings → Amazon: every account with where it sells, where its secrets lie, and what can be done with it. */
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { Plus } from "lucide-react";

import { buttonClass } from "~/components/button";
import { FailureNotice } from "~/components/notice";
import type { AccountId, AccountView } from "~/lib/bindings";
import { queries } from "~/lib/query";

import { AccountCard, type Locked } from "./account-card";
import styles from "./accounts.module.css";
import { UnlockDialog } from "./unlock-dialog";

/** Orders of files belong to accounts too, but those have nothing to connect. */
const ofAmazon = (accounts: AccountView[]) => accounts.filter(({ platform }) => platform === "amazon");

export function AccountsPage({ unlock, onUnlock }: { unlock: boolean; onUnlock: (open: boolean) => void }) {
  const accounts = useQuery({ ...queries.accounts, select: ofAmazon });
  const marketplaces = useQuery(queries.marketplaces);
  const sync = useQuery(queries.sync);
  const locked = (id: AccountId): Locked => {
    const state = sync.data?.accounts.find(({ account }) => account === id)?.state;
    if (state?.kind !== "refused") return null;
    return state.code === "vault_locked" ? "vault" : state.code === "keychain_unavailable" ? "keychain" : null;
  };
  return (
    <div className={styles.stack}>
      {accounts.error && <FailureNotice error={accounts.error} onAgain={() => void accounts.refetch()} />}
      {accounts.data?.length === 0 && (
        <section className={styles.card}>
          <h2>Amazon not configured</h2>
          <p>Connect your Amazon Seller account to view and manage orders.</p>
        </section>
      )}
      {accounts.data?.map((account) => (
        <AccountCard
          key={account.id}
          account={account}
          marketplaces={marketplaces.data ?? []}
          locked={locked(account.id)}
          onUnlock={() => onUnlock(true)}
        />
      ))}
      <div>
        <Link to="/settings/amazon/connect" className={buttonClass(accounts.data?.length === 0 ? "primary" : "plain")}>
          <Plus size={14} aria-hidden /> Connect Amazon
        </Link>
      </div>
      <UnlockDialog open={unlock} onClose={() => onUnlock(false)} />
    </div>
  );
}

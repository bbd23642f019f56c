/** Sync orders, and while it runs how far it is and the way to stop it. */
import { RefreshCw } from "lucide-react";

import { Button } from "~/components/button";
import { useCommands } from "~/components/keys";
import { format } from "~/lib/format";

import styles from "./sync-button.module.css";
import { useSync } from "./use-sync";

export function SyncButton({ disabled = false }: { disabled?: boolean }) {
  const { start, stop, busy, progress, waitingUntil } = useSync();
  useCommands([
    { id: "sync", label: "Sync orders", keys: "r", group: "Orders", when: !disabled, run: start },
    { id: "sync-stop", label: "Stop the sync", group: "Orders", when: busy, run: stop },
  ]);
  return (
    <>
      {busy && (
        <span className={styles.progress} role="status">
          {waitingUntil !== null
            ? `Waiting for Amazon’s limit until ${format.clock(waitingUntil)}`
            : progress === null
              ? "Asking Amazon…"
              : `${progress.pages === 1 ? "1 page" : `${format.number(progress.pages)} pages`} · ${format.number(progress.ordersSeen)} orders`}
          <Button small onClick={stop}>
            Stop
          </Button>
        </span>
      )}
      <Button
        look="primary"
        data-testid="sync-button"
        disabled={disabled || busy}
        aria-keyshortcuts="r"
        onClick={start}
        icon={<RefreshCw size={14} className={busy ? styles.turning : undefined} aria-hidden />}
      >
        {busy ? "Syncing…" : "Sync orders"}
      </Button>
    </>
  );
}

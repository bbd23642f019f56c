/** Settings → Background & alerts: what Packlight does while its window is closed, and what it tells. */
import { Button } from "~/components/button";
import { useCommands } from "~/components/keys";
import { Choice, FieldGroup, SelectField } from "~/components/field";
import { FailureNotice } from "~/components/notice";
import type { BackgroundStatus } from "~/lib/bindings";
import { useNow } from "~/lib/clock";
import { format } from "~/lib/format";

import { AlertFields } from "./alert-fields";
import styles from "./background.module.css";
import card from "./settings.module.css";
import { useBackground } from "./use-background";

const MINUTES = [1, 3, 5, 10, 15, 20, 30, 45, 60];

const TRAY: Record<BackgroundStatus["tray"], string> = {
  here: "It keeps reading orders and tells you of new ones; its icon in the tray opens it again",
  no_host: "This desktop shows no tray icons, so closing the window quits Packlight",
  no_library: "The package libayatana-appindicator3-1 is not installed, so closing the window quits Packlight",
};

export function BackgroundPage() {
  const own = useBackground();
  // A pause ends by itself, and nothing tells of that.
  const now = useNow(10_000);
  const { data, error } = own.status;
  const until = data?.paused_until ?? null;
  const pausedUntil = until !== null && Date.parse(until) > now ? until : null;
  const isPaused = pausedUntil !== null;
  useCommands([
    {
      id: "pause-hour",
      label: "Pause for 1 hour",
      group: "Settings",
      when: !isPaused,
      run: () => void own.pause("hour"),
    },
    {
      id: "pause-tomorrow",
      label: "Pause until tomorrow",
      group: "Settings",
      when: !isPaused,
      run: () => void own.pause("tomorrow"),
    },
    { id: "resume", label: "Resume", group: "Settings", when: isPaused, run: () => void own.resume() },
  ]);
  if (error !== null) return <FailureNotice error={error} onAgain={() => void own.status.refetch()} />;
  if (data === undefined) return null;
  const { background, alerts, too_large: tooLarge, autostart, tray } = data;
  const minutes = [...new Set([...MINUTES, background.sync_minutes])].toSorted((a, b) => a - b);
  return (
    <div className={styles.stack}>
      <section className={card.card} aria-label="Background">
        <FieldGroup label="When the window is closed">
          <Choice
            type="checkbox"
            label="Keep Packlight in the tray"
            detail={TRAY[tray]}
            checked={background.keep_in_tray}
            onChange={({ target: { checked } }) =>
              void own.setBackground(
                { ...background, keep_in_tray: checked },
                checked ? "Packlight stays in the tray" : "Closing the window quits Packlight",
              )
            }
          />
          <Choice
            type="checkbox"
            label="Start with the system"
            detail="Without a window"
            checked={autostart}
            onChange={({ target: { checked } }) => void own.setAutostart(checked)}
          />
        </FieldGroup>
        <SelectField
          label="Read orders"
          hint="Amazon's limit lets most accounts be read every 3 minutes at the most; only those on the old interface every minute"
          value={background.sync_minutes}
          onChange={({ target: { value } }) =>
            void own.setBackground(
              { ...background, sync_minutes: Number(value) },
              `Orders are read every ${format.number(Number(value))} minutes`,
            )
          }
        >
          {minutes.map((minute) => (
            <option key={minute} value={minute}>
              {minute === 1 ? "Every minute" : minute === 60 ? "Every hour" : `Every ${minute} minutes`}
            </option>
          ))}
        </SelectField>
        <FieldGroup
          label="Pause"
          hint={
            pausedUntil === null
              ? "No orders are read meanwhile; Sync still works, and reports that you asked for go on"
              : `No orders are read until ${format.clock(pausedUntil)}; then it goes on by itself`
          }
        >
          <span className={styles.buttons}>
            {pausedUntil === null ? (
              <>
                <Button onClick={() => void own.pause("hour")}>Pause for 1 hour</Button>
                <Button onClick={() => void own.pause("tomorrow")}>Pause until tomorrow</Button>
              </>
            ) : (
              <Button onClick={() => void own.resume()}>Resume</Button>
            )}
          </span>
        </FieldGroup>
      </section>
      <section className={card.card} aria-label="Alerts">
        <AlertFields alerts={alerts} tooLarge={tooLarge} onChange={(next, text) => void own.setAlerts(next, text)} />
      </section>
    </div>
  );
}

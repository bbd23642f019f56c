/** What raises an alert, saved views among it, and the hours in which alerts wait. */
import { useQuery } from "@tanstack/react-query";

import { Choice, FieldGroup, TextField } from "~/components/field";
import type { AlertSettings, ViewId } from "~/lib/bindings";
import { queries } from "~/lib/query";

import styles from "./background.module.css";

type Kind = "new_orders" | "cancellations" | "sync_dead" | "credentials" | "printing";

const KINDS: readonly { id: Kind; label: string; detail: string }[] = [
  { id: "new_orders", label: "New orders", detail: "Several at once are one alert; a first import raises none" },
  {
    id: "cancellations",
    label: "Cancellations while picking",
    detail: "An order on an open pick list is cancelled, or its buyer asks for that",
  },
  { id: "sync_dead", label: "Orders are not read", detail: "No good sync for half an hour" },
  { id: "credentials", label: "Expiring secrets", detail: "From day 150 of the 180 that a client secret lives" },
  { id: "printing", label: "Printing failed", detail: "A document did not reach its printer" },
];

/** From ten in the evening to seven in the morning. */
const NIGHT = { from: 22 * 60, to: 7 * 60 };

const clock = (minute: number) =>
  `${String(Math.floor(minute / 60)).padStart(2, "0")}:${String(minute % 60).padStart(2, "0")}`;

/** The minute of the day of a typed time; `null` while it is no time. */
function minuteOf(text: string): number | null {
  const found = /^(\d{2}):(\d{2})/.exec(text);
  return found === null ? null : Number(found[1]) * 60 + Number(found[2]);
}

/** How many orders a view that raises alerts may hold: the core's own limit, and what it says to do about it. */
const TOO_LARGE = "Raises no alerts now: it holds more than 5,000 orders. Narrow its query, for example by status:paid";

type Props = {
  alerts: AlertSettings;
  /** Watched views that hold too many orders to be watched. */
  tooLarge: readonly ViewId[];
  onChange: (next: AlertSettings, text: string) => void;
};

export function AlertFields({ alerts, tooLarge, onChange }: Props) {
  const { data: views = [] } = useQuery(queries.views);
  const { quiet_hours: quiet } = alerts;
  const setQuiet = (end: "from" | "to", text: string) => {
    const minute = minuteOf(text);
    if (quiet === null || minute === null || quiet[end] === minute) return;
    onChange({ ...alerts, quiet_hours: { ...quiet, [end]: minute } }, "Quiet hours changed");
  };
  return (
    <>
      <FieldGroup label="Alerts" hint="A click on an alert opens what it tells of">
        {KINDS.map(({ id, label, detail }) => (
          <Choice
            key={id}
            type="checkbox"
            label={label}
            detail={detail}
            checked={alerts[id]}
            onChange={({ target: { checked } }) =>
              onChange({ ...alerts, [id]: checked }, `${label}: alerts ${checked ? "on" : "off"}`)
            }
          />
        ))}
      </FieldGroup>
      <FieldGroup
        label="Saved views"
        hint="An alert is raised when an order enters the view for the first time: up to 20 views of at most 5,000 orders each"
      >
        {views.map(({ id, name, query }) => (
          <Choice
            key={id}
            type="checkbox"
            label={name}
            detail={
              tooLarge.includes(id) && alerts.views.includes(id) ? TOO_LARGE : query === "" ? "All orders" : query
            }
            checked={alerts.views.includes(id)}
            onChange={({ target: { checked } }) =>
              onChange(
                { ...alerts, views: checked ? [...alerts.views, id] : alerts.views.filter((own) => own !== id) },
                `${name}: alerts ${checked ? "on" : "off"}`,
              )
            }
          />
        ))}
      </FieldGroup>
      <FieldGroup label="Quiet hours" hint="Alerts wait until the end and are summed up then">
        <Choice
          type="checkbox"
          label="Keep quiet every day"
          checked={quiet !== null}
          onChange={({ target: { checked } }) =>
            onChange(
              { ...alerts, quiet_hours: checked ? NIGHT : null },
              checked ? `Quiet from ${clock(NIGHT.from)} to ${clock(NIGHT.to)}` : "No quiet hours",
            )
          }
        />
        {quiet !== null && (
          <span className={styles.hours}>
            <TextField
              key={`from ${quiet.from}`}
              type="time"
              label="From"
              defaultValue={clock(quiet.from)}
              onBlur={({ target: { value } }) => setQuiet("from", value)}
            />
            <TextField
              key={`to ${quiet.to}`}
              type="time"
              label="To"
              defaultValue={clock(quiet.to)}
              onBlur={({ target: { value } }) => setQuiet("to", value)}
            />
          </span>
        )}
      </FieldGroup>
    </>
  );
}

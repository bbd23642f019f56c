/** How long things are kept, and what would go by a choice before it is made. */
import { keepPreviousData, useMutation, useQuery } from "@tanstack/react-query";
import { useState } from "react";

import { Button } from "~/components/button";
import { SelectField } from "~/components/field";
import { FailureNotice } from "~/components/notice";
import { useActs } from "~/components/undo";
import type { Expired, Retention } from "~/lib/bindings";
import { counted, format } from "~/lib/format";
import { backend } from "~/lib/ipc";

import { dataQueries } from "./data-queries";
import styles from "./data.module.css";

const YEARS = [1, 2, 3, 6, 7, 10];
const DAYS = [7, 14, 30, 60, 90];

export function RetentionCard() {
  const kept = useQuery(dataQueries.retention);
  return (
    <section className={styles.card}>
      <h2>How long things are kept</h2>
      {kept.error !== null && <FailureNotice error={kept.error} onAgain={() => void kept.refetch()} />}
      {kept.data !== undefined && <Choice key={JSON.stringify(kept.data)} kept={whole(kept.data)} />}
    </section>
  );
}

/** As the core has it: what a setting lacks has its default. */
type Kept = { order_years: number | null; trace_days: number };
const whole = ({ order_years, trace_days }: Retention): Kept => ({
  order_years: order_years ?? null,
  trace_days: trace_days ?? 90,
});

function Choice({ kept }: { kept: Kept }) {
  const acts = useActs();
  const [wanted, setWanted] = useState(kept);
  const preview = useQuery({
    queryKey: ["settings", "retention", "preview", wanted],
    queryFn: () => backend.previewRetention(wanted),
    placeholderData: keepPreviousData,
    staleTime: 0,
    gcTime: 0,
  });
  const save = useMutation({
    mutationFn: () => backend.setRetention(wanted),
    onSuccess: (batch) => acts.done({ text: "Saved", detail: "It holds from the next night on.", batch }),
    onError: (failure) => acts.failed("Nothing was changed", failure),
  });
  const changed = wanted.order_years !== kept.order_years || wanted.trace_days !== kept.trace_days;
  return (
    <>
      <div className={styles.pair}>
        <SelectField
          label="Completed and cancelled orders"
          value={wanted.order_years ?? ""}
          onChange={({ target }) =>
            setWanted({ ...wanted, order_years: target.value === "" ? null : Number(target.value) })
          }
        >
          <option value="">For ever</option>
          {withOwn(YEARS, kept.order_years).map((years) => (
            <option key={years} value={years}>
              {counted(years, "year")}
            </option>
          ))}
        </SelectField>
        <SelectField
          label="Runs of the sync and the list of requests"
          value={wanted.trace_days}
          onChange={({ target }) => setWanted({ ...wanted, trace_days: Number(target.value) })}
        >
          {withOwn(DAYS, kept.trace_days).map((days) => (
            <option key={days} value={days}>
              {counted(days, "day")}
            </option>
          ))}
        </SelectField>
      </div>
      {preview.error !== null && <FailureNotice error={preview.error} />}
      {preview.data !== undefined && (
        <p data-testid="retention-preview" aria-live="polite">
          {told(preview.data)}
        </p>
      )}
      <div className={styles.row}>
        <Button look="primary" disabled={!changed || save.isPending} onClick={() => save.mutate()}>
          Keep it so
        </Button>
      </div>
    </>
  );
}

/** The choices, with one that was made elsewhere among them. */
function withOwn(choices: readonly number[], own: number | null): number[] {
  const all = own === null || choices.includes(own) ? [...choices] : [...choices, own];
  return all.toSorted((one, other) => one - other);
}

function told({ orders, staying, orders_before, runs, requests }: Expired): string {
  const going = [
    orders > 0 && counted(orders, "order"),
    runs > 0 && counted(runs, "run"),
    requests > 0 && counted(requests, "request"),
  ].filter((part) => part !== false);
  const first =
    going.length === 0
      ? "Nothing that is here now would go."
      : `${list(going)} would go tonight, after the backup of the night was made and examined.`;
  if (orders_before === null) return first;
  const rule = ` Orders from before ${format.absolute(orders_before)} are old.`;
  const stay =
    staying === 0
      ? ""
      : ` ${counted(staying, "order")} of that age ${staying === 1 ? "stays" : "stay"}: not shipped or confirmed yet, on an open pick list, with units that are not sold, or cancelled after confirmation.`;
  return `${first}${rule}${stay} Units and what was sold stay in any case.`;
}

function list(parts: string[]): string {
  const last = parts.at(-1) ?? "";
  return parts.length < 2 ? last : `${parts.slice(0, -1).join(", ")} and ${last}`;
}

/**
 * *Confirm orders processed*: what each order takes out of stock and where it goes, what is left alone and why, and then
 * one batch that can be undone. Nothing is sent to a platform.
 *
 * What is shown is the core's own preview of the very request that the button sends.
 */
import { useQuery } from "@tanstack/react-query";
import { useMemo, useRef, useState } from "react";

import { Button } from "~/components/button";
import { Dialog } from "~/components/dialog";
import { TextField } from "~/components/field";
import { FailureNotice } from "~/components/notice";
import { useActs } from "~/components/undo";
import type { Confirmation, ConfirmRequest, OrderRowId, OrderSelection, Platform } from "~/lib/bindings";
import { counted, format } from "~/lib/format";
import { backend, Failure } from "~/lib/ipc";
import { LONGEST } from "~/lib/limits";

import { ConfirmList } from "./confirm-list";
import { confirmPreview, FIRST } from "./confirm-preview";
import styles from "./confirming.module.css";
import { moneyText } from "./words";

type Props = {
  /** These; all that are paid or shipped unless given. */
  orders: OrderSelection | null;
  platform: Platform | null;
  onClose: () => void;
};

const PARTS = [
  { id: "confirmed", label: "To confirm", done: "Confirmed" },
  { id: "skipped", label: "Skipped", done: "Left alone" },
  { id: "already", label: "Confirmed before", done: "Confirmed before" },
] as const;
type Part = (typeof PARTS)[number]["id"];

export default function ConfirmDialog({ orders, platform, onClose }: Props) {
  const { done } = useActs();
  const [without, setWithout] = useState<ReadonlySet<OrderRowId>>(new Set());
  const [typed, setTyped] = useState<string | null>(null);
  const [part, setPart] = useState<Part | null>(null);
  const [busy, setBusy] = useState(false);
  const [refused, setRefused] = useState<Failure | null>(null);
  /** What came of it, where that is not what the preview had said. */
  const [result, setResult] = useState<Confirmation | null>(null);
  const action = useRef<HTMLButtonElement>(null);

  // The place is not part of the question: typing it must not plan five thousand orders anew with every letter.
  const request = useMemo<ConfirmRequest>(
    () => ({ orders, platform, archive_location: null, without_stock: [...without] }),
    [orders, platform, without],
  );
  const [most, setMost] = useState(FIRST);
  const preview = useQuery({ ...confirmPreview(request, most), enabled: !busy && result === null });
  const shown = result ?? preview.data;
  const places = preview.data?.archive_locations ?? [];
  const [onlyPlace = ""] = places.length === 1 ? places : [];
  const place = typed === null || typed.trim() === "" || typed.trim() === onlyPlace ? null : typed.trim();

  const parts = useMemo(() => {
    const of = (wanted: Part) => (shown?.orders ?? []).filter((order) => order.result === wanted);
    return { confirmed: of("confirmed"), skipped: of("skipped"), already: of("already") };
  }, [shown]);
  /** Of all orders, however few of them are told one by one. */
  const sums = { confirmed: shown?.confirmed ?? 0, skipped: shown?.skipped ?? 0, already: shown?.already ?? 0 };
  const fallback: Part = parts.confirmed.length > 0 && result === null ? "confirmed" : "skipped";
  const present = part !== null && parts[part].length > 0 ? part : fallback;

  const confirm = async () => {
    if (preview.data === undefined) return;
    setBusy(true);
    setRefused(null);
    try {
      const came = await backend.confirmOrders({
        ...request,
        orders: named(preview.data, request),
        archive_location: place,
      });
      const asPlanned = came.confirmed === preview.data.confirmed;
      const left = preview.data.skipped + preview.data.confirmed - came.confirmed;
      if (came.confirmed > 0) {
        done({
          text: `${counted(came.confirmed, "order")} confirmed`,
          detail: [
            came.units_moved > 0 && `${counted(came.units_moved, "unit")} archived`,
            left > 0 && `${counted(left, "order")} left alone`,
          ]
            .filter(Boolean)
            .join("; "),
          batch: came.batch,
        });
      }
      if (asPlanned) onClose();
      else {
        setPart(null);
        setResult(came);
      }
    } catch (thrown) {
      setRefused(Failure.from(thrown));
    } finally {
      setBusy(false);
    }
  };

  const count = preview.data?.confirmed ?? 0;
  return (
    <Dialog
      open
      onClose={onClose}
      initialFocus={action}
      title={result === null ? "Confirm orders processed" : `${counted(result.confirmed, "order")} confirmed`}
      description={
        result === null
          ? "Their units move to the archive and the orders become Completed. Nothing is sent to Amazon."
          : "Something had changed since the preview. These orders are as they were:"
      }
      actions={
        result === null ? (
          <>
            <Button onClick={onClose}>Cancel</Button>
            <Button
              ref={action}
              look="primary"
              data-testid="confirm-orders"
              disabled={busy || count === 0 || preview.isPlaceholderData}
              onClick={() => void confirm()}
            >
              {busy ? "Confirming…" : count === 0 ? "Nothing to confirm" : `Confirm ${counted(count, "order")}`}
            </Button>
          </>
        ) : (
          <Button look="primary" onClick={onClose}>
            Close
          </Button>
        )
      }
    >
      <div className={styles.body}>
        {refused !== null && <FailureNotice error={refused} onAgain={() => void confirm()} />}
        {preview.error !== null && <FailureNotice error={preview.error} onAgain={() => void preview.refetch()} />}
        {result === null && shown !== undefined && shown.units_moved > 0 && (
          <TextField
            label="Archive location"
            value={typed ?? onlyPlace}
            placeholder={places.join(", ")}
            maxLength={LONGEST.storage_location}
            autoComplete="off"
            spellCheck={false}
            onChange={(event) => setTyped(event.target.value)}
            hint={
              places.length > 1
                ? `Left empty, each order's units go to their own month: ${places.join(", ")}.`
                : "For the whole batch. Where each unit lay is kept, and Undo puts it back."
            }
          />
        )}
        {shown !== undefined && shown.orders.length === 0 && (
          <div className={styles.nothing} role="status">
            <strong>Nothing to confirm</strong>
            <p>No paid or shipped order is waiting. Orders come here once they are paid.</p>
          </div>
        )}
        {shown !== undefined && shown.orders.length > 0 && (
          <>
            <div className={styles.parts} role="group" aria-label="Which orders">
              {PARTS.filter(({ id }) => sums[id] > 0 || id === "confirmed").map(({ id, label, done: past }) => (
                <button
                  key={id}
                  type="button"
                  className={styles.part}
                  aria-pressed={present === id}
                  disabled={parts[id].length === 0}
                  onClick={() => setPart(id)}
                >
                  {result === null ? label : past} <span className="num">{format.number(sums[id])}</span>
                </button>
              ))}
            </div>
            {parts[present].length > 0 && (
              <ConfirmList
                label={PARTS.find(({ id }) => id === present)?.label ?? ""}
                orders={parts[present]}
                place={place}
                without={without}
                onWithout={
                  result === null
                    ? (order, on) =>
                        setWithout(
                          on ? new Set([...without, order]) : new Set([...without].filter((id) => id !== order)),
                        )
                    : undefined
                }
              />
            )}
            {sums[present] > parts[present].length && (
              <p className={styles.rest}>
                The first {format.number(parts[present].length)} of {counted(sums[present], "order")} are listed.
                {result === null && (
                  <Button small disabled={preview.isFetching} onClick={() => setMost(most * 10)}>
                    List {format.number(Math.min(sums[present], most * 10))}
                  </Button>
                )}
              </p>
            )}
            <Sums confirmation={shown} />
          </>
        )}
      </div>
    </Dialog>
  );
}

/** Most orders that one request may name. */
const MOST_NAMED = 100_000;

/** The very orders that the button counted: what was paid or cancelled since the preview is not among them. */
function named({ confirmed_orders: ids }: Confirmation, request: ConfirmRequest): OrderSelection | null {
  return ids.length > MOST_NAMED ? request.orders : { ids };
}

/** What it means in units and money, a line for each currency. */
function Sums({ confirmation }: { confirmation: Confirmation }) {
  const { units_moved: units, money } = confirmation;
  return (
    <dl className={styles.sums} data-testid="confirm-sums">
      <div>
        <dt>Units archived</dt>
        <dd className="num">{format.number(units)}</dd>
      </div>
      {money.map((one) => (
        <div key={one.sales.currency}>
          <dt>{money.length === 1 ? "Money" : one.sales.currency}</dt>
          <dd className="num">{moneyText(one)}</dd>
        </div>
      ))}
    </dl>
  );
}

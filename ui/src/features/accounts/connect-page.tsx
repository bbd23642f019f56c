/** Connect Amazon: where the account sells, its secrets, and then what Amazon grants it. */
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useRef, useState, type FormEvent } from "react";

import { Button, buttonClass } from "~/components/button";
import { Choice, FieldGroup, TextField } from "~/components/field";
import { FailureNotice } from "~/components/notice";
import type { AccountCheck, ConnectInput, MarketplaceView, OrdersApi, Region } from "~/lib/bindings";
import { backend, Failure } from "~/lib/ipc";
import { LONGEST } from "~/lib/limits";
import { keys, queries } from "~/lib/query";

import { AccessList } from "./access-list";
import styles from "./accounts.module.css";
import { HowTo } from "./how-to";
import { SecretsFields } from "./secrets-fields";
import { readSecrets, type SecretsErrors } from "./secrets-form";
import { useWrongField } from "./use-wrong-field";
import { Waits } from "./waits";

const REGIONS: readonly { id: Region; label: string; detail: string }[] = [
  { id: "eu", label: "Europe", detail: "with the Middle East, Africa and India" },
  { id: "na", label: "North America", detail: "with Brazil" },
  { id: "fe", label: "Far East", detail: "Japan, Australia, Singapore" },
];

type Errors = SecretsErrors & { label?: string; marketplaces?: string };

export function ConnectPage() {
  const client = useQueryClient();
  const marketplaces = useQuery(queries.marketplaces);
  const form = useRef<HTMLFormElement>(null);
  const [region, setRegion] = useState<Region>("eu");
  const [errors, setErrors] = useState<Errors>({});
  const [failure, setFailure] = useState<Failure | null>(null);
  const [busy, setBusy] = useState<"connect" | "check" | null>(null);
  const [connected, setConnected] = useState<{ label: string; check: AccountCheck | null } | null>(null);

  useWrongField(form, errors);

  const submit = async (event: FormEvent) => {
    event.preventDefault();
    if (form.current === null || busy !== null) return;
    const read = readForm(new FormData(form.current), region);
    setErrors(read.errors);
    setFailure(null);
    if (Object.keys(read.errors).length > 0) return;
    setBusy("connect");
    try {
      const account = await backend.connectAccount(read.input);
      form.current.reset();
      setConnected({ label: account.label, check: null });
      for (const queryKey of [keys.accounts, keys.app, keys.sync]) void client.invalidateQueries({ queryKey });
      setBusy("check");
      const check = await backend.checkAccount(account.id);
      setConnected({ label: account.label, check });
    } catch (thrown) {
      setFailure(Failure.from(thrown));
    } finally {
      setBusy(null);
    }
  };

  if (connected !== null) {
    return (
      <section className={styles.card}>
        <h2>{connected.label} is connected</h2>
        {connected.check !== null && <AccessList check={connected.check} />}
        {busy === "check" && <p className={styles.hint}>Asking Amazon what this account may read…</p>}
        <Waits busy={busy !== null} />
        {failure !== null && <FailureNotice error={failure} />}
        <p>The orders of the last 30 days are on their way.</p>
        <div className={styles.buttons}>
          <Link to="/settings/amazon" className={buttonClass()}>
            Account settings
          </Link>
          <Link to="/orders/amazon" className={buttonClass("primary")}>
            Go to orders
          </Link>
        </div>
      </section>
    );
  }
  return (
    <div className={styles.columns}>
      <form ref={form} className={styles.card} onSubmit={(event) => void submit(event)} noValidate autoComplete="off">
        <TextField
          name="label"
          label="Label"
          maxLength={LONGEST.label}
          placeholder="My shop"
          hint="A name for this account in Packlight"
          error={errors.label}
        />
        <FieldGroup
          label="Region"
          hint="Each region has its own authorisation; add another account for another region."
        >
          {REGIONS.map(({ id, label, detail }) => (
            <Choice
              key={id}
              name="region"
              value={id}
              checked={region === id}
              onChange={() => setRegion(id)}
              label={label}
              detail={detail}
            />
          ))}
        </FieldGroup>
        <MarketplaceChoices key={region} all={marketplaces.data ?? []} region={region} error={errors.marketplaces} />
        <SecretsFields errors={errors} />
        <details className={styles.more}>
          <summary>More</summary>
          <FieldGroup
            label="Orders interface"
            hint="v0 only where 2026-01-01 is refused; Amazon removes it on 27 March 2027."
          >
            <Choice name="orders_api" value="2026-01-01" defaultChecked label="2026-01-01" />
            <Choice name="orders_api" value="v0" label="v0" />
          </FieldGroup>
        </details>
        {failure !== null && <FailureNotice error={failure} onAgain={() => form.current?.requestSubmit()} />}
        <Waits busy={busy !== null} />
        <div className={styles.buttons}>
          <Link to="/settings/amazon" className={buttonClass()}>
            Cancel
          </Link>
          <Button type="submit" look="primary" disabled={busy !== null}>
            {busy === null ? "Check and connect" : "Checking with Amazon…"}
          </Button>
        </div>
      </form>
      <HowTo />
    </div>
  );
}

function MarketplaceChoices({
  all,
  region,
  error,
}: {
  all: readonly MarketplaceView[];
  region: Region;
  error?: string;
}) {
  const here = all.filter((marketplace) => marketplace.region === region);
  return (
    <FieldGroup label="Marketplaces" hint="Tick those you sell in." error={error}>
      <div className={styles.marketplaces}>
        {here.map(({ id, name, country }) => (
          <Choice
            key={id}
            type="checkbox"
            name="marketplaces"
            value={id}
            defaultChecked={country === "GB"}
            label={name}
          />
        ))}
      </div>
    </FieldGroup>
  );
}

function readForm(form: FormData, region: Region): { input: ConnectInput; errors: Errors } {
  const { input, errors: wrongSecrets } = readSecrets(form);
  const errors: Errors = { ...wrongSecrets };
  const label = String(form.get("label") ?? "").trim();
  const marketplaces = form.getAll("marketplaces").map(String);
  const orders_api: OrdersApi = form.get("orders_api") === "v0" ? "v0" : "2026-01-01";
  if (label === "") errors.label = "Give the account a label";
  if (marketplaces.length === 0) errors.marketplaces = "Tick at least one marketplace";
  return { input: { ...input, label, region, marketplaces, orders_api }, errors };
}

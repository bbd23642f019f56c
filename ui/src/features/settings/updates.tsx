/** Newer versions: nothing is asked for until an address is set, and nothing is installed that is not signed. */
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useId, useState, type FormEvent } from "react";

import { Button } from "~/components/button";
import { useCommands } from "~/components/keys";
import { Dialog } from "~/components/dialog";
import { TextField } from "~/components/field";
import { FailureNotice, Notice } from "~/components/notice";
import type { UpdateFound, UpdateSource } from "~/lib/bindings";
import { useNow } from "~/lib/clock";
import { format } from "~/lib/format";
import { backend, Failure } from "~/lib/ipc";
import { LONGEST } from "~/lib/limits";

import styles from "./about.module.css";
import settings from "./settings.module.css";

const SOURCE = ["update-source"] as const;

type Standing =
  | { kind: "unknown" | "newest" }
  | { kind: "found" | "installed"; update: UpdateFound }
  | { kind: "failed"; failure: Failure };

export function Updates() {
  const source = useQuery({ queryKey: SOURCE, queryFn: () => backend.updateSource(), staleTime: Infinity });
  const [standing, setStanding] = useState<Standing>({ kind: "unknown" });
  const [busy, setBusy] = useState<"check" | "install" | null>(null);
  const [editing, setEditing] = useState(false);
  const now = useNow(null);

  const attempt = async (what: "check" | "install", act: () => Promise<Standing>) => {
    setBusy(what);
    try {
      setStanding(await act());
    } catch (thrown) {
      setStanding({ kind: "failed", failure: Failure.from(thrown) });
    } finally {
      setBusy(null);
    }
  };
  const check = () =>
    void attempt("check", async () => {
      setStanding({ kind: "unknown" });
      const update = await backend.checkForUpdate();
      return update === null ? { kind: "newest" } : { kind: "found", update };
    });
  const install = (update: UpdateFound) =>
    void attempt("install", async () => {
      await backend.installUpdate(update.version);
      return { kind: "installed", update };
    });

  useCommands([
    { id: "update-source", label: "Set up updates", group: "Settings", run: () => setEditing(true) },
    {
      id: "update-check",
      label: "Check for updates",
      group: "Settings",
      when: busy === null && (source.data?.endpoint ?? null) !== null,
      run: check,
    },
  ]);
  if (source.data === undefined) {
    return source.error === null ? null : <FailureNotice error={source.error} onAgain={() => void source.refetch()} />;
  }
  const { endpoint } = source.data;
  return (
    <section className={settings.card} aria-labelledby="updates">
      <h2 id="updates" className={styles.title}>
        Updates
      </h2>
      {endpoint === null ? (
        <p>Off: Packlight asks nobody for newer versions.</p>
      ) : (
        <p className={styles.path}>Asked for at {endpoint}, only when you check.</p>
      )}
      {standing.kind === "newest" && <p role="status">This is the newest version.</p>}
      {standing.kind === "failed" && <FailureNotice error={standing.failure} onAgain={check} />}
      {standing.kind === "found" && (
        <Notice
          step={
            standing.update.hindrance === null ? (
              <Button look="primary" disabled={busy !== null} onClick={() => install(standing.update)}>
                {busy === "install" ? "Installing…" : `Install ${standing.update.version}`}
              </Button>
            ) : undefined
          }
        >
          <strong>Packlight {standing.update.version} is there</strong>
          {standing.update.published !== null && `, of ${format.day(standing.update.published, now)}`}.{" "}
          {standing.update.notes} {standing.update.hindrance}
        </Notice>
      )}
      {standing.kind === "installed" && (
        <Notice
          step={
            <Button look="primary" onClick={() => void backend.restart()}>
              Restart now
            </Button>
          }
        >
          <strong>Packlight {standing.update.version} is installed.</strong> It is used from the next start on.
        </Notice>
      )}
      <div className={styles.buttons}>
        <Button onClick={() => setEditing(true)}>{endpoint === null ? "Set up" : "Change"}</Button>
        {endpoint !== null && (
          <Button disabled={busy !== null} onClick={check}>
            {busy === "check" ? "Checking…" : "Check for updates"}
          </Button>
        )}
      </div>
      <SourceDialog
        key={JSON.stringify(source.data)}
        source={source.data}
        open={editing}
        onClose={() => setEditing(false)}
        onSaved={() => setStanding({ kind: "unknown" })}
      />
    </section>
  );
}

function SourceDialog(props: { source: UpdateSource; open: boolean; onClose: () => void; onSaved: () => void }) {
  const { source, open, onClose, onSaved } = props;
  const id = useId();
  const client = useQueryClient();
  const [error, setError] = useState<string | null>(null);

  const close = () => {
    setError(null);
    onClose();
  };
  const submit = async (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    const text = (name: string) => {
      const value = form.get(name);
      return typeof value === "string" && value.trim() !== "" ? value.trim() : null;
    };
    try {
      const saved = await backend.setUpdateSource({ endpoint: text("endpoint"), public_key: text("public_key") });
      onSaved();
      close();
      client.setQueryData<UpdateSource>([...SOURCE], saved);
    } catch (thrown) {
      setError(Failure.from(thrown).message);
    }
  };
  return (
    <Dialog
      open={open}
      onClose={close}
      title="Where newer versions come from"
      actions={
        <>
          <Button onClick={close}>Cancel</Button>
          <Button look="primary" type="submit" form={id}>
            Save
          </Button>
        </>
      }
    >
      <form id={id} className={styles.form} onSubmit={(event) => void submit(event)} noValidate autoComplete="off">
        <TextField
          name="endpoint"
          label="Address"
          placeholder="https://"
          hint="Of a list of releases in Tauri's form. Leave it empty to ask nobody."
          defaultValue={source.endpoint ?? ""}
          spellCheck={false}
          error={error}
        />
        <TextField
          name="public_key"
          maxLength={LONGEST.path}
          label="Public key"
          className="mono"
          hint="Of whoever signs them; empty for the key of this build. A package without its signature is never installed."
          defaultValue={source.public_key ?? ""}
          spellCheck={false}
        />
      </form>
    </Dialog>
  );
}

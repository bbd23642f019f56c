/** The fields of the three secrets and of where they are kept. Uncontrolled: what is typed stays in the inputs. */
import { useState } from "react";

import { Choice, FieldGroup, SecretField, TextField } from "~/components/field";

import type { SecretsErrors } from "./secrets-form";

export function SecretsFields({
  errors,
  place: first = "keychain",
}: {
  errors: SecretsErrors;
  place?: "keychain" | "file";
}) {
  const [place, setPlace] = useState<"keychain" | "file">(first);
  return (
    <>
      <TextField
        name="client_id"
        label="LWA client id"
        className="mono"
        autoComplete="off"
        spellCheck={false}
        placeholder="amzn1.application-oa2-client.…"
        error={errors.client_id}
      />
      <SecretField
        name="client_secret"
        label="LWA client secret"
        placeholder="amzn1.oa2-cs.…"
        error={errors.client_secret}
      />
      <SecretField name="refresh_token" label="Refresh token" placeholder="Atzr|…" error={errors.refresh_token} />
      <FieldGroup label="Keep the secrets in">
        <Choice
          name="place"
          value="keychain"
          checked={place === "keychain"}
          onChange={() => setPlace("keychain")}
          label="The system's keychain"
          detail="Unlocked with your login"
        />
        <Choice
          name="place"
          value="file"
          checked={place === "file"}
          onChange={() => setPlace("file")}
          label="A vault file with a passphrase"
          detail="Asked for at each start; nobody can recover it"
        />
      </FieldGroup>
      {place === "file" && (
        <>
          <SecretField name="passphrase" label="Passphrase" error={errors.passphrase} />
          <SecretField name="repeat" label="Passphrase again" error={errors.repeat} />
        </>
      )}
    </>
  );
}

/**
 * Reads the three secrets from a form. They exist in its inputs and in the one call that hands them to the core: not in
 * component state, not in the query or mutation cache, not in the URL.
 */
import type { SecretsInput, SecretsPlace } from "~/lib/bindings";

export type SecretsErrors = Partial<
  Record<"client_id" | "client_secret" | "refresh_token" | "passphrase" | "repeat", string>
>;

/** Amazon shows the three side by side, so a mix-up is common; each has a beginning of its own. */
const BEGINNINGS = {
  client_id: { start: "amzn1.application-oa2-client.", name: "client id" },
  client_secret: { start: "amzn1.oa2-cs.", name: "client secret" },
  refresh_token: { start: "Atzr|", name: "refresh token" },
} as const;
type SecretName = keyof typeof BEGINNINGS;
const NAMES = Object.keys(BEGINNINGS) as SecretName[];

const SHORTEST_PASSPHRASE = 8;

function text(form: FormData, name: string): string {
  const value = form.get(name);
  return typeof value === "string" ? value : "";
}

export function readSecrets(form: FormData): { input: SecretsInput; errors: SecretsErrors } {
  const errors: SecretsErrors = {};
  const secrets = { client_id: "", client_secret: "", refresh_token: "" };
  for (const name of NAMES) {
    const value = text(form, name).trim();
    secrets[name] = value;
    const mistaken = NAMES.find((other) => other !== name && value.startsWith(BEGINNINGS[other].start));
    if (value === "") errors[name] = `Enter the ${BEGINNINGS[name].name}`;
    else if (mistaken !== undefined) errors[name] = `This looks like the ${BEGINNINGS[mistaken].name}`;
    else if (/\s/.test(value)) errors[name] = "There is a blank inside; copy it again in one piece";
  }
  const place: SecretsPlace = text(form, "place") === "file" ? "file" : "keychain";
  const passphrase = text(form, "passphrase");
  if (place === "file") {
    if (passphrase.length < SHORTEST_PASSPHRASE) errors.passphrase = `Use at least ${SHORTEST_PASSPHRASE} characters`;
    else if (passphrase !== text(form, "repeat")) errors.repeat = "The two passphrases differ";
  }
  return { input: { ...secrets, secrets: place, passphrase: place === "file" ? passphrase : null }, errors };
}

/**
 * What each error code means to the seller: a title, what still works or happens by itself, and the next step.
 *
 * The core's message says what failed in this very case; this page adds what is the same every time. Every code has an
 * entry, which the type checks, so a new code in the bindings does not compile until it has words.
 */
import type { Code, CommandError } from "./bindings";

/** Where the next step leads: a page, or the same act again. */
export type Step =
  | { label: string; to: "/settings/amazon" | "/settings/amazon/connect"; search?: { unlock: true } }
  | { label: string; again: true };

export type Explanation = {
  title: string;
  /** What still works, or what happens next by itself. */
  meanwhile: string | null;
  step: Step | null;
};

const settings = (label: string): Step => ({ label, to: "/settings/amazon" });
const again: Step = { label: "Try again", again: true };
const readable = "Orders already here stay readable.";

const pages: Record<Code, Explanation> = {
  bad_query: { title: "The search has a word that is not understood", meanwhile: null, step: null },
  bad_input: { title: "Something typed in cannot be used", meanwhile: null, step: null },
  bad_file: { title: "This file cannot be read", meanwhile: "Nothing was imported.", step: null },
  not_found: { title: "It is not here any more", meanwhile: "The list is read again.", step: null },
  unit_claimed: {
    title: "Another order holds this unit",
    meanwhile: "Nothing was changed. Choose another unit, or unlink it there first.",
    step: null,
  },
  not_possible: { title: "This cannot be done", meanwhile: "Nothing was changed.", step: null },
  no_account: {
    title: "Amazon not configured",
    meanwhile: readable,
    step: { label: "Configure", to: "/settings/amazon/connect" },
  },
  credentials_refused: {
    title: "Amazon refused the credentials",
    meanwhile: `${readable} New orders come again once the secrets are replaced.`,
    step: settings("Replace secrets"),
  },
  access_denied: {
    title: "Amazon does not grant this",
    meanwhile: `${readable} A role added to the application needs a new refresh token.`,
    step: settings("Check access"),
  },
  vault_locked: {
    title: "The vault is locked",
    meanwhile: `${readable} New orders come once it is unlocked.`,
    step: { label: "Unlock", to: "/settings/amazon", search: { unlock: true } },
  },
  keychain_unavailable: {
    title: "The system's keychain is not available",
    meanwhile: `${readable} New orders come by themselves once it opens.`,
    step: settings("Unlock or replace"),
  },
  throttled: {
    title: "Waiting for Amazon's limit",
    meanwhile: "It goes on by itself when Amazon allows it.",
    step: null,
  },
  offline: {
    title: "No connection to Amazon",
    meanwhile: `${readable} The next try comes by itself.`,
    step: again,
  },
  untrusted: {
    title: "The connection to Amazon is not trusted",
    meanwhile: `${readable} Nothing was sent. The next try comes by itself.`,
    step: again,
  },
  unavailable: {
    title: "Amazon does not answer at the moment",
    meanwhile: `${readable} The next try comes by itself.`,
    step: again,
  },
  malformed_answer: {
    title: "Amazon's answer could not be read",
    meanwhile: `Nothing was changed. ${readable} The next try comes by itself.`,
    step: again,
  },
  busy: { title: "Something else is under way", meanwhile: null, step: again },
  read_only: {
    title: "Another Packlight is writing here",
    meanwhile: "This window reads along and changes nothing. Close the other one to work here.",
    step: again,
  },
  newer_database: {
    title: "These data are from a newer Packlight",
    meanwhile: "Nothing was touched. Install the newer version to open them.",
    step: again,
  },
  corrupt_database: {
    title: "The database is damaged",
    meanwhile:
      "Nothing was changed. Packlight puts its newest good backup in the place of a damaged database and says what it did; " +
      "the damaged files are kept. Without one, restore a backup of yours or begin empty: Amazon's orders can be read again.",
    step: again,
  },
  disk: {
    title: "The disk refused",
    meanwhile: "Nothing half-done was kept. Free some space or check the permissions of the data folder.",
    step: again,
  },
  refused: {
    title: "Amazon refused the request",
    meanwhile: `${readable} The next try comes by itself.`,
    step: again,
  },
  stopped: {
    title: "Stopped",
    meanwhile: "What was read until then is kept; the next run goes on from there.",
    step: null,
  },
  printer_unavailable: {
    title: "The printer cannot be reached",
    meanwhile: "Nothing was printed. Another printer, or saving as a PDF, works at once.",
    step: again,
  },
  printer_rejected: {
    title: "The printer did not take it",
    meanwhile: "Nothing was printed. Another printer, or saving as a PDF, works at once.",
    step: again,
  },
  update_refused: {
    title: "No newer version was installed",
    meanwhile: "Packlight is as it was.",
    step: again,
  },
  demo: { title: "Not in the demo", meanwhile: "The demo seller cannot be mixed with an account.", step: null },
  internal: {
    title: "Packlight met an error of its own",
    meanwhile: "Nothing half-done was kept.",
    step: again,
  },
};

/** The words for an error; a code of a newer core reads as an internal one. */
export function explain(error: Pick<CommandError, "code">): Explanation {
  return pages[error.code] ?? pages.internal;
}

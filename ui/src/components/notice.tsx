/**
 * How a failure reads: what failed, what still works, what happens next by itself, the next step, and a code to copy.
 */
import { Link } from "@tanstack/react-router";
import { Copy, TriangleAlert } from "lucide-react";
import type { ReactNode } from "react";

import type { CommandError } from "~/lib/bindings";
import { copyText } from "~/lib/clipboard";
import { explain } from "~/lib/explain";

import { Button, buttonClass } from "./button";
import styles from "./notice.module.css";

/** A box with a sentence and a next step, for any news that is no failure. */
export function Notice(props: {
  tone?: "calm" | "warn" | "bad";
  icon?: ReactNode;
  children: ReactNode;
  step?: ReactNode;
}) {
  const { tone = "calm", icon, children, step } = props;
  return (
    <div className={`${styles.notice} ${styles[tone]}`} role="status">
      {icon}
      <div className={styles.words}>{children}</div>
      {step}
    </div>
  );
}

type FailureProps = {
  error: Pick<CommandError, "code" | "message" | "context">;
  /** Does the same act again; without it no such button is shown. */
  onAgain?: () => void;
  /** A whole page instead of a box. */
  page?: boolean;
};

export function FailureNotice({ error, onAgain, page = false }: FailureProps) {
  const { title, meanwhile } = explain(error);
  const reference = error.context === null ? error.code : `${error.code} · ${error.context}`;
  return (
    <div className={page ? styles.page : `${styles.notice} ${styles.bad}`} role="alert">
      <TriangleAlert size={page ? 28 : 16} className={styles.mark} aria-hidden />
      <div className={styles.words}>
        <strong className={styles.title}>{title}</strong>
        <p className={/^[a-z]+ /.test(error.message) ? styles.sentence : undefined}>{error.message}</p>
        {meanwhile !== null && <p className={styles.meanwhile}>{meanwhile}</p>}
        <p className={styles.code}>
          <span className="mono">{reference}</span>
          <button
            type="button"
            className={styles.copy}
            onClick={() => void copyText(`${reference}: ${error.message}`)}
            aria-label="Copy the error"
            title="Copy the error"
          >
            <Copy size={12} />
          </button>
        </p>
      </div>
      <FailureStep error={error} onAgain={onAgain} primary={page} />
    </div>
  );
}

/** The next step of a failure: a link, the same act again, or nothing. */
export function FailureStep(props: Pick<FailureProps, "error" | "onAgain"> & { primary?: boolean }) {
  const { error, onAgain, primary = false } = props;
  const { step } = explain(error);
  const look = primary ? "primary" : "plain";
  if (step === null) return null;
  if ("again" in step) {
    return onAgain ? (
      <Button look={look} small={!primary} onClick={onAgain}>
        {step.label}
      </Button>
    ) : null;
  }
  return (
    <Link to={step.to} search={step.search ?? {}} className={buttonClass(look, !primary)}>
      {step.label}
    </Link>
  );
}

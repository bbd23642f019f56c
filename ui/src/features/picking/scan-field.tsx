/**
 * Takes what a keyboard-wedge scanner types: a code and Enter. It keeps the keys as long as it is used, so that the letters
 * of a code never act on the list; Space in the empty field takes the marked stop, Esc gives the keys back.
 */
import { ScanLine } from "lucide-react";
import { useState, type KeyboardEvent, type RefObject } from "react";

import styles from "./run.module.css";
import type { Scanned } from "./use-run";

type Props = {
  input: RefObject<HTMLInputElement | null>;
  scanned: Scanned | null;
  disabled: boolean;
  onScan: (code: string) => void;
  /** Keys that are no part of a code: the arrows, and Space in the empty field. */
  onKey: (event: KeyboardEvent) => void;
  onLeave: () => void;
};

export function ScanField({ input, scanned, disabled, onScan, onKey, onLeave }: Props) {
  const [typed, setTyped] = useState("");
  const pressed = (event: KeyboardEvent) => {
    if (event.key === "Enter") {
      event.preventDefault();
      const code = typed.trim();
      setTyped("");
      if (code !== "") onScan(code);
    } else if (event.key === "Escape") {
      event.preventDefault();
      setTyped("");
      onLeave();
    } else if (event.key.startsWith("Arrow") || (event.key === " " && typed === "")) onKey(event);
  };
  return (
    <div className={styles.scan}>
      <label className={styles.scanField}>
        <ScanLine size={18} aria-hidden />
        <input
          ref={input}
          type="text"
          aria-label="Scan a code"
          placeholder="Scan a SKU, ASIN, set number or order id"
          autoComplete="off"
          autoCapitalize="off"
          spellCheck={false}
          maxLength={200}
          disabled={disabled}
          value={typed}
          onChange={(event) => setTyped(event.target.value)}
          onKeyDown={pressed}
        />
        <kbd aria-hidden>/</kbd>
      </label>
      <p className={styles.scanned} aria-live="assertive" data-testid="scanned">
        {scanned !== null && "failure" in scanned && (
          <span className={styles.miss}>
            ✕ <bdi className="mono">{scanned.code}</bdi>: {scanned.failure.message}
          </span>
        )}
        {scanned !== null && "stop" in scanned && (
          <span className={styles.hit}>
            ✓ <bdi>{`${scanned.stop.set_number} ${scanned.stop.name}`}</bdi> for{" "}
            <bdi className="mono">{scanned.stop.platform_order_id}</bdi>
            {scanned.stop.tote !== null && <strong> into tote {scanned.stop.tote}</strong>}
          </span>
        )}
      </p>
    </div>
  );
}

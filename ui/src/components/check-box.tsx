/** A box to tick in a table. It never takes the focus: the table keeps it, and its keys go on working. */
import type { MouseEvent } from "react";

import styles from "./check-box.module.css";

type Props = {
  label: string;
  state: "none" | "some" | "all";
  /** Gets the click, to tell Shift. */
  onToggle: (event: MouseEvent) => void;
};

export function CheckBox({ label, state, onToggle }: Props) {
  return (
    <input
      type="checkbox"
      className={styles.box}
      aria-label={label}
      title={label}
      tabIndex={-1}
      checked={state === "all"}
      ref={(input) => {
        if (input !== null) input.indeterminate = state === "some";
      }}
      onMouseDown={(event) => event.preventDefault()}
      onClick={(event) => {
        event.stopPropagation();
        onToggle(event);
      }}
      onChange={() => {}}
    />
  );
}

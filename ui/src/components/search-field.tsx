/** A field that narrows a list while something is typed, with how much it found. */
import { Search } from "lucide-react";
import type { Ref } from "react";

import styles from "./search-field.module.css";

type Props = {
  ref?: Ref<HTMLInputElement>;
  /** What is searched, for those who do not see the field. */
  label: string;
  /** What can be typed. */
  hint: string;
  value: string;
  onChange: (value: string) => void;
  /** How many were found, in words. */
  found: string;
  /** The text is not understood. */
  wrong?: boolean;
  testId?: string;
};

export function SearchField({ ref, label, hint, value, onChange, found, wrong = false, testId }: Props) {
  return (
    <label className={styles.field}>
      <Search size={15} aria-hidden />
      <input
        ref={ref}
        type="search"
        aria-label={label}
        placeholder={hint}
        spellCheck={false}
        value={value}
        aria-invalid={wrong || undefined}
        onChange={(event) => onChange(event.target.value)}
        data-testid={testId}
      />
      <span className={`${styles.found} num`}>{found}</span>
    </label>
  );
}

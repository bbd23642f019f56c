/** A field that narrows a list once the typing pauses, with how much it found. */
import { Search } from "lucide-react";
import type { KeyboardEvent, Ref } from "react";

import styles from "./search-field.module.css";
import { useDraft } from "./use-draft";

type Props = {
  ref?: Ref<HTMLInputElement>;
  /** What is searched, for those who do not see the field. */
  label: string;
  /** What can be typed. */
  hint: string;
  value: string;
  /** `typing` while a word is being typed, so that Back does not lead through every letter. */
  onChange: (value: string, typing: boolean) => void;
  /** How many were found, in words. */
  found: string;
  /** The text is not understood. */
  wrong?: boolean;
  /** The most characters that are taken. */
  most?: number;
  testId?: string;
};

export function SearchField({ ref, label, hint, value, onChange, found, wrong = false, most = 200, testId }: Props) {
  const { draft, change, write, clear, settle } = useDraft(value, onChange);
  const pressed = (event: KeyboardEvent<HTMLInputElement>) => {
    if (event.key === "Enter") write(draft);
    if (event.key !== "Escape") return;
    event.preventDefault();
    if (draft === "") event.currentTarget.blur();
    else clear();
  };
  return (
    <label className={styles.field}>
      <Search size={15} aria-hidden />
      <input
        ref={ref}
        type="search"
        aria-label={label}
        placeholder={hint}
        spellCheck={false}
        autoComplete="off"
        value={draft}
        maxLength={most}
        aria-invalid={wrong || undefined}
        onChange={(event) => change(event.target.value)}
        onKeyDown={pressed}
        onBlur={settle}
        data-testid={testId}
      />
      <span className={`${styles.found} num`}>{draft.length < most ? found : `${most} characters at most`}</span>
    </label>
  );
}

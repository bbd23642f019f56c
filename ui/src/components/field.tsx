/** Form fields with their label, a hint, and what is wrong with them, tied together for those who hear the page. */
import { Eye, EyeOff } from "lucide-react";
import { useId, useState, type ComponentProps, type ReactNode } from "react";

import { IconButton } from "./button";
import styles from "./field.module.css";

type Common = { label: string; hint?: ReactNode; error?: string | null };

function Frame({ id, label, hint, error, children }: Common & { id: string; children: ReactNode }) {
  return (
    <div className={styles.field}>
      <label htmlFor={id} className={styles.label}>
        {label}
      </label>
      {children}
      {error ? (
        <p id={`${id}-error`} className={styles.error}>
          {error}
        </p>
      ) : (
        hint && (
          <p id={`${id}-hint`} className={styles.hint}>
            {hint}
          </p>
        )
      )}
    </div>
  );
}

const described = (id: string, { hint, error }: Common) => ({
  id,
  "aria-invalid": error ? true : undefined,
  "aria-describedby": error ? `${id}-error` : hint ? `${id}-hint` : undefined,
});

/** The longest text where the field says nothing else. */
const LONGEST = 500;
/** Shorter ones are full by nature, such as a code of three letters. */
const TOLD_FROM = 10;

/** What a field of text says of itself, and what makes it say that it is full. */
function useFull(maxLength: number, hint: ReactNode) {
  const [full, setFull] = useState(false);
  const told = full && maxLength >= TOLD_FROM ? `${maxLength} characters at most` : hint;
  return { told, look: ({ value }: { value: string }) => setFull(value.length >= maxLength) };
}

/** A line of text. What does not fit is left out, and the field says so. */
export function TextField({ label, hint, error, maxLength = LONGEST, ...input }: Common & ComponentProps<"input">) {
  const id = useId();
  const { told, look } = useFull(maxLength, hint);
  return (
    <Frame id={id} label={label} hint={told} error={error}>
      <input
        type="text"
        maxLength={maxLength}
        {...input}
        onInput={(event) => {
          look(event.currentTarget);
          input.onInput?.(event);
        }}
        className={`${styles.input} ${input.className ?? ""}`}
        {...described(id, { label, hint: told, error })}
      />
    </Frame>
  );
}

/** Text of several lines: Enter begins one, Ctrl Enter sends the form. */
export function TextArea({ label, hint, error, maxLength = LONGEST, ...area }: Common & ComponentProps<"textarea">) {
  const id = useId();
  const { told, look } = useFull(maxLength, hint);
  return (
    <Frame id={id} label={label} hint={told} error={error}>
      <textarea
        maxLength={maxLength}
        {...area}
        onInput={(event) => {
          look(event.currentTarget);
          area.onInput?.(event);
        }}
        onKeyDown={(event) => {
          if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
            event.preventDefault();
            event.currentTarget.form?.requestSubmit();
          }
          area.onKeyDown?.(event);
        }}
        className={`${styles.input} ${styles.area} ${area.className ?? ""}`}
        {...described(id, { label, hint: told, error })}
      />
    </Frame>
  );
}

export function SelectField({ label, hint, error, ...select }: Common & ComponentProps<"select">) {
  const id = useId();
  return (
    <Frame id={id} label={label} hint={hint} error={error}>
      <select {...select} className={styles.input} {...described(id, { label, hint, error })} />
    </Frame>
  );
}

/** A secret: hidden unless asked to show, never offered to a password store, and kept in the input alone. */
export function SecretField({ label, hint, error, ...input }: Common & ComponentProps<"input">) {
  const id = useId();
  const [shown, setShown] = useState(false);
  return (
    <Frame id={id} label={label} hint={hint} error={error}>
      <span className={styles.secret}>
        <input
          className={`${styles.input} mono`}
          autoComplete="off"
          spellCheck={false}
          autoCapitalize="off"
          {...input}
          type={shown ? "text" : "password"}
          {...described(id, { label, hint, error })}
        />
        <IconButton
          label={shown ? `Hide ${label}` : `Show ${label}`}
          aria-pressed={shown}
          onClick={() => setShown(!shown)}
        >
          {shown ? <EyeOff size={15} /> : <Eye size={15} />}
        </IconButton>
      </span>
    </Frame>
  );
}

/** A group of fields that answer one question. */
export function FieldGroup({ label, hint, error, children }: Common & { children: ReactNode }) {
  const id = useId();
  return (
    <fieldset className={styles.group} aria-describedby={error || hint ? `${id}-about` : undefined}>
      <legend className={styles.label}>{label}</legend>
      <div className={styles.choices}>{children}</div>
      {(error || hint) && (
        <p id={`${id}-about`} className={error ? styles.error : styles.hint}>
          {error ?? hint}
        </p>
      )}
    </fieldset>
  );
}

type ChoiceProps = ComponentProps<"input"> & { label: ReactNode; detail?: ReactNode };

export function Choice({ label, detail, type = "radio", ...input }: ChoiceProps) {
  return (
    <label className={styles.choice}>
      <input type={type} {...input} />
      <span>
        <span className={styles.choiceLabel}>{label}</span>
        {detail && <span className={styles.detail}>{detail}</span>}
      </span>
    </label>
  );
}

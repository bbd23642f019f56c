/** What could be written at the caret, or was written before: a list below the query bar. */
import styles from "./query-options.module.css";

export type Option = { id: string; text: string; hint: string };

type Props = {
  id: string;
  label: string;
  options: readonly Option[];
  active: number;
  onChoose: (index: number) => void;
};

export const optionId = (list: string, index: number) => `${list}-${index}`;

export function QueryOptions({ id, label, options, active, onChoose }: Props) {
  return (
    <div className={styles.popup}>
      <div id={id} role="listbox" aria-label={label}>
        {options.map((option, index) => (
          // Keys are heard by the input, which names the active option.
          // oxlint-disable-next-line jsx-a11y/click-events-have-key-events, jsx-a11y/interactive-supports-focus
          <div
            key={option.id}
            id={optionId(id, index)}
            role="option"
            aria-selected={index === active}
            className={styles.option}
            // The input keeps the focus.
            onMouseDown={(event) => event.preventDefault()}
            onClick={() => onChoose(index)}
          >
            <bdi className={styles.text}>{option.text.trim()}</bdi>
            <span className={styles.hint}>{option.hint}</span>
          </div>
        ))}
      </div>
    </div>
  );
}

/** Which column of the file fills which field: guessed from the heads, changed here, with a look at the first rows. */
import { useId } from "react";

import type { ColumnChoice, ImportPreview } from "~/lib/bindings";

import styles from "./imports.module.css";

type Props = { preview: ImportPreview; onChange: (columns: ColumnChoice[]) => void };

export function Columns({ preview, onChange }: Props) {
  const id = useId();
  const { fields, columns, heads, sample } = preview;
  const columnOf = (field: string) => columns.find((choice) => choice.field === field)?.column ?? null;
  const choose = (field: string, column: number | null) =>
    onChange(
      fields.map(({ name }) => {
        if (name === field) return { field: name, column };
        // A column fills one field: choosing it here takes it from where it was.
        const present = columnOf(name);
        return { field: name, column: present === column ? null : present };
      }),
    );
  return (
    <div className={styles.scroll}>
      <table className={styles.columns}>
        <thead>
          <tr>
            <th scope="col">Field</th>
            <th scope="col">Column of the file</th>
            <th scope="col">First row</th>
          </tr>
        </thead>
        <tbody>
          {fields.map(({ name, label, required }) => {
            const column = columnOf(name);
            const missing = required && column === null;
            return (
              <tr key={name}>
                <th scope="row">
                  <label htmlFor={`${id}-${name}`}>{label}</label>
                  {required && <span className={styles.needed}> needed</span>}
                </th>
                <td>
                  <select
                    id={`${id}-${name}`}
                    value={column ?? ""}
                    aria-invalid={missing || undefined}
                    onChange={({ target }) => choose(name, target.value === "" ? null : Number(target.value))}
                  >
                    <option value="">Not in this file</option>
                    {heads.map((head, at) => (
                      // Two columns may have the same head; their place tells them apart.
                      // oxlint-disable-next-line react/no-array-index-key
                      <option key={at} value={at}>
                        {head === "" ? `Column ${at + 1}` : head}
                      </option>
                    ))}
                  </select>
                </td>
                <td>
                  <bdi className={`${styles.sample} ellipsis`}>
                    {column === null ? "" : (sample[0]?.[column] ?? "")}
                  </bdi>
                </td>
              </tr>
            );
          })}
        </tbody>
      </table>
    </div>
  );
}

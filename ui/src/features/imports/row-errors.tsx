/** The rows that are left out, with their field and what would do; the good ones are not held up by them. */
import type { ImportReport } from "~/lib/bindings";
import { format } from "~/lib/format";

import styles from "./imports.module.css";

const SHOWN = 100;

export function RowErrors({ report }: { report: ImportReport }) {
  const { errors } = report;
  if (errors.length === 0) return null;
  return (
    <div className={styles.scroll}>
      <table className={styles.errors} aria-label="Rows with problems">
        <thead>
          <tr>
            <th scope="col">Row</th>
            <th scope="col">Field</th>
            <th scope="col">Problem</th>
          </tr>
        </thead>
        <tbody>
          {errors.slice(0, SHOWN).map(({ row, field, message }) => (
            <tr key={`${row} ${field} ${message}`}>
              <td className="num">{format.number(row)}</td>
              <td className="mono">{field}</td>
              <td>
                <bdi>{message}</bdi>
              </td>
            </tr>
          ))}
        </tbody>
      </table>
      {errors.length > SHOWN && <p>{format.number(errors.length - SHOWN)} more problems are not shown.</p>}
    </div>
  );
}

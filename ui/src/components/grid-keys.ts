/**
 * Where a key leads in a grid (the grid pattern of WAI-ARIA).
 *
 * The active place is a row, or a cell in it once Left or Right was pressed. On a row Home and End are the ends of the
 * list, in a cell those of the row; with Ctrl always those of the list. The head is a row above the first.
 */

/** Row −1 is the head; column −1 the row as a whole. */
export type GridPlace = { row: number; column: number };

export type GridSize = { rows: number; columns: number; /** Rows that are seen at once. */ page: number };

export type GridKey = { key: string; ctrl: boolean };

/** The place a key leads to, or `null` for a key that moves nothing. No place yet is row `null`. */
export function placeAfter(
  { key, ctrl }: GridKey,
  at: { row: number | null; column: number },
  { rows, columns, page }: GridSize,
): GridPlace | null {
  const { column } = at;
  const row = at.row ?? -1;
  const inRows = (next: number) => ({ row: Math.max(0, Math.min(rows - 1, next)), column });
  if (rows === 0 && row >= 0) return null;
  switch (key) {
    case "ArrowDown":
      return rows === 0 ? null : inRows(row + 1);
    case "ArrowUp":
      // The head has cells only, so whoever comes to it stands in one.
      return row <= 0 ? { row: -1, column: Math.max(0, column) } : inRows(row - 1);
    case "PageDown":
      return inRows(row + page);
    case "PageUp":
      return inRows(Math.max(0, row) - page);
    case "Home":
      return ctrl || column < 0 ? inRows(0) : { row, column: 0 };
    case "End":
      return ctrl || column < 0 ? inRows(rows - 1) : { row, column: columns - 1 };
    case "ArrowRight":
      return at.row === null ? inRows(0) : { row, column: Math.min(columns - 1, column + 1) };
    case "ArrowLeft":
      return at.row === null ? null : { row, column: Math.max(row < 0 ? 0 : -1, column - 1) };
    default:
      return null;
  }
}

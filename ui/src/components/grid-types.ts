/** What a table is made of; shared by the parts of the grid and by those who use it. */
import type { ReactNode } from "react";

export type Column<Row, Key extends string> = {
  id: string;
  header: string;
  /** A track of CSS grid: `104px`, `minmax(160px, 1fr)`. */
  width: string;
  align?: "end";
  /** What a click on the header sorts by. */
  sort?: Key;
  cell: (row: Row) => ReactNode;
};

export type GridSort<Key extends string> = { key: Key; descending: boolean };

/** Rows that can be picked: a column of boxes, Shift for ranges, a box in the head for all that match. */
export type GridPicking<Row> = {
  isPicked: (row: Row) => boolean;
  onToggle: (row: Row, position: number) => void;
  onExtend: (position: number) => void;
  /** What the box in the head shows. */
  head: "none" | "some" | "all";
  onHead: () => void;
  headLabel: string;
  /** How the box of a row is read out. */
  rowLabel: (row: Row) => string;
};

export type GridHandle = {
  focus: () => void;
  reveal: (row: number) => void;
  isAtTop: () => boolean;
  hasFocus: () => boolean;
  /** Does what a key does in the grid, for who chose it by its name. */
  press: (key: string) => void;
};

/** The ids by which `aria-activedescendant` names a place. */
export const rowId = (grid: string, position: number) => `${grid}-${position}`;
export const cellId = (grid: string, position: number, column: number) => `${grid}-${position}-${column}`;

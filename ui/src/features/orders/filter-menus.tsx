/** Drop-downs beside the query bar. Those of status and match write words into it and read them from it. */
import { ChevronDown } from "lucide-react";

import { Button } from "~/components/button";
import { Menu, type MenuEntry } from "~/components/menu";
import type { Density } from "~/lib/bindings";

import { CHOICES, shownColumns } from "./columns";
import { MATCH_WORDS, STATUS_WORDS, type MatchWord, type StatusWord } from "./filter";
import { chooseMatch, chooseStatus, useChosen } from "./use-chosen";

const STATUS_NAMES: Record<string, string> = {
  pending: "Pending",
  paid: "Paid",
  shipped: "Shipped",
  completed: "Completed",
  cancelled: "Cancelled",
};
const MATCH_NAMES: Record<string, string> = { matched: "Matched", unmatched: "Unmatched", no_asin: "No ASIN" };

type FilterProps = { query: string; onQuery: (query: string) => void };

function Choice({ label, present, entries }: { label: string; present: string; entries: MenuEntry[] }) {
  const trigger = (
    <Button>
      {label}: {present}
      <ChevronDown size={13} aria-hidden />
    </Button>
  );
  return <Menu label={label} align="end" trigger={trigger} entries={entries} />;
}

export function StatusMenu({ query, onQuery }: FilterProps) {
  const { statuses: chosen } = useChosen(query);
  const [only] = chosen;
  const choose = (word: StatusWord | null) => () => void chooseStatus(query, word).then(onQuery);
  const entries: MenuEntry[] = [
    { id: "all", label: "All statuses", chosen: chosen.size === 0, run: choose(null) },
    ...STATUS_WORDS.map((word) => ({
      id: word,
      label: STATUS_NAMES[word] ?? word,
      chosen: chosen.has(word),
      run: choose(word),
    })),
  ];
  const present = chosen.size > 1 ? String(chosen.size) : only === undefined ? "all" : (STATUS_NAMES[only] ?? only);
  return <Choice label="Status" present={present} entries={entries} />;
}

export function MatchMenu({ query, onQuery }: FilterProps) {
  const { match: chosen } = useChosen(query);
  const choose = (word: MatchWord | null) => () => void chooseMatch(query, word).then(onQuery);
  const entries: MenuEntry[] = [
    { id: "all", label: "All match status", chosen: chosen === null, run: choose(null) },
    ...MATCH_WORDS.map((word) => ({
      id: word,
      label: MATCH_NAMES[word] ?? word,
      chosen: chosen === word,
      run: choose(word),
    })),
  ];
  const present = chosen === null ? "all" : (MATCH_NAMES[chosen] ?? chosen);
  return <Choice label="Match" present={present} entries={entries} />;
}

/** How the table looks on this screen. */
export type TableLook = { density: Density; columns: readonly string[] | null };

const DENSITIES: readonly { id: Density; label: string }[] = [
  { id: "compact", label: "Compact" },
  { id: "normal", label: "Normal" },
  { id: "comfortable", label: "Comfortable" },
];

type ColumnsProps = { look: TableLook; width: number; onLook: (look: Partial<TableLook>) => void };

export function ColumnsMenu({ look, width, onLook }: ColumnsProps) {
  const shown = shownColumns(width, look.columns);
  const toggled = (id: string) => CHOICES.map((choice) => choice.id).filter((one) => shown.has(one) !== (one === id));
  const entries: MenuEntry[] = [
    ...CHOICES.map(({ id, label }, index) => ({
      id,
      label,
      heading: index === 0 ? "Columns" : undefined,
      checked: shown.has(id),
      run: () => onLook({ columns: toggled(id) }),
    })),
    {
      id: "reset",
      label: "By the width of the window",
      chosen: look.columns === null,
      run: () => onLook({ columns: null }),
    },
    ...DENSITIES.map(({ id, label }, index) => ({
      id,
      label,
      heading: index === 0 ? "Rows" : undefined,
      chosen: look.density === id,
      run: () => onLook({ density: id }),
    })),
  ];
  return <Menu label="Columns and rows" align="end" trigger={<Button>Columns</Button>} entries={entries} />;
}

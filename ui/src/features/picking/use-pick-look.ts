/** How lists are made on this computer, from one to the next: mode, order, codes and paper. The core keeps the paper. */
import { useState } from "react";

import type { Paper, PickMode } from "~/lib/bindings";

import { usePrintDefaults } from "./use-print-defaults";
import { MODES, PAPERS } from "./words";

export type PickLook = {
  mode: PickMode;
  singles_first: boolean;
  sku_barcodes: boolean;
  order_codes: boolean;
  paper: Paper;
};

const KEPT = "pick-list";
const FIRST: PickLook = { mode: "walk", singles_first: false, sku_barcodes: false, order_codes: false, paper: "a4" };

/** What was kept, as far as it is still understood. */
function kept(): PickLook {
  try {
    const { mode, paper, ...flags } = JSON.parse(localStorage.getItem(KEPT) ?? "{}") as Partial<PickLook>;
    return {
      mode: MODES.find(({ id }) => id === mode)?.id ?? FIRST.mode,
      paper: PAPERS.find(({ id }) => id === paper)?.id ?? FIRST.paper,
      singles_first: flags.singles_first === true,
      sku_barcodes: flags.sku_barcodes === true,
      order_codes: flags.order_codes === true,
    };
  } catch {
    return FIRST;
  }
}

export function usePickLook(): [PickLook, (change: Partial<PickLook>) => void] {
  const [own, setOwn] = useState(kept);
  const { defaults, set } = usePrintDefaults();
  // Until the core has answered, the paper is the one that it was last.
  const look = { ...own, paper: defaults?.paper ?? own.paper };
  const change = (next: Partial<PickLook>) => {
    const changed = { ...look, ...next };
    localStorage.setItem(KEPT, JSON.stringify(changed));
    setOwn(changed);
    if (next.paper !== undefined) void set({ paper: next.paper });
  };
  return [look, change];
}

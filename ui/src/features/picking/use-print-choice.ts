/** Which printer, and how: as it was used last for pick lists, else the system's own choice. */
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";

import type { Printer, PrintOptions } from "~/lib/bindings";

import { pickQueries } from "./pick-queries";

export type PrintChoice = {
  /** `undefined` until the system has answered. */
  printers: readonly Printer[] | undefined;
  printer: Printer | undefined;
  choose: (name: string) => void;
  /** As typed; 1 where it is no number. */
  copiesText: string;
  setCopies: (text: string) => void;
  copies: number;
  reverse: boolean;
  setReverse: (on: boolean) => void;
  options: Omit<PrintOptions, "paper">;
  error: ReturnType<typeof useQuery>["error"];
};

export function usePrintChoice(): PrintChoice {
  const { data: printers, error } = useQuery(pickQueries.printers);
  const { data: remembered } = useQuery(pickQueries.choice);
  const [chosen, choose] = useState<string | null>(null);
  const [copiesText, setCopies] = useState("1");
  const [turned, setReverse] = useState<boolean | null>(null);
  // How the stack comes out belongs to the printer; how many are wanted, to the day.
  const reverse = turned ?? remembered?.reverse ?? false;
  const named = (name: string | null | undefined) => printers?.find((printer) => printer.name === name);
  const printer =
    named(chosen) ?? named(remembered?.printer) ?? printers?.find(({ is_default }) => is_default) ?? printers?.[0];
  const copies = Math.max(1, Math.min(99, Math.trunc(Number(copiesText)) || 1));
  return {
    printers,
    printer,
    choose,
    copiesText,
    setCopies,
    copies,
    reverse,
    setReverse,
    options: { printer: printer?.name ?? null, copies, reverse },
    error,
  };
}

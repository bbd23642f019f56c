/** The commands with a key that every page has: the ways to the others, undo, and what opens over it. */
import { useRouter } from "@tanstack/react-router";

import { useCommands, type Command } from "~/components/keys";
import { useActs } from "~/components/undo";

type Frame = {
  palette: () => void;
  keys: () => void;
  fold: () => void;
};

/** What differs between the ways to pages. */
type Way = Pick<Command, "id" | "label" | "keys" | "words" | "run">;

export function useFrameCommands({ palette, keys, fold }: Frame): void {
  const { navigate } = useRouter();
  const { undoLast } = useActs();
  const ways: Way[] = [
    {
      id: "go-orders",
      label: "Go to Amazon orders",
      keys: "g o",
      run: () => void navigate({ to: "/orders/amazon" }),
    },
    {
      id: "go-platforms",
      label: "Go to all orders",
      keys: "g p",
      words: "platforms",
      run: () => void navigate({ to: "/orders" }),
    },
    {
      id: "go-stock",
      label: "Go to inventory",
      keys: "g i",
      words: "stock",
      run: () => void navigate({ to: "/inventory" }),
    },
    {
      id: "go-mappings",
      label: "Go to mappings",
      keys: "g m",
      run: () => void navigate({ to: "/inventory/mappings" }),
    },
    {
      id: "go-pick-lists",
      label: "Go to pick lists",
      keys: "g l",
      words: "run",
      run: () => void navigate({ to: "/orders/pick-lists" }),
    },
    { id: "go-activity", label: "Go to activity", keys: "g a", run: () => void navigate({ to: "/activity" }) },
    { id: "go-settings", label: "Go to settings", keys: "g s", run: () => void navigate({ to: "/settings/amazon" }) },
  ];
  useCommands([
    { id: "palette", label: "All commands", keys: "Ctrl k", group: "Help", run: palette },
    { id: "keys", label: "Keys", keys: "?", group: "Help", run: keys },
    ...ways.map((way): Command => Object.assign(way, { group: "Go" as const })),
    { id: "undo", label: "Undo the last act", keys: "z or Ctrl z", group: "Orders", run: () => void undoLast() },
    { id: "navigation", label: "Fold or unfold the navigation", group: "View", run: fold },
  ]);
}

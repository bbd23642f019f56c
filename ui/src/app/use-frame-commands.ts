/** The commands that every page has: the ways to the others, undo, and how the window looks. */
import { useRouter } from "@tanstack/react-router";

import { useCommands, type Command } from "~/components/keys";
import { useActs } from "~/components/undo";
import { SETTINGS_PAGES } from "~/features/settings/pages";
import type { Preferences } from "~/lib/bindings";

type Frame = {
  set: (preferences: Partial<Preferences>) => void;
  palette: () => void;
  keys: () => void;
  fold: () => void;
};

/** What differs between the ways to pages. */
type Way = Pick<Command, "id" | "label" | "keys" | "words" | "run">;

export function useFrameCommands({ set, palette, keys, fold }: Frame): void {
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
    { id: "go-ebay", label: "Go to eBay orders", run: () => void navigate({ to: "/orders/ebay" }) },
    {
      id: "go-bricqer",
      label: "Go to Bricqer orders",
      run: () => void navigate({ to: "/orders", search: { platform: "bricqer" } }),
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
    ...SETTINGS_PAGES.map(({ page, label, words }) => ({
      id: `go-settings-${page}`,
      label: `Go to settings: ${label}`,
      words,
      run: () => void navigate({ to: "/settings/$page", params: { page } }),
    })),
  ];
  useCommands([
    { id: "palette", label: "All commands", keys: "Ctrl k", group: "Help", run: palette },
    { id: "keys", label: "Keys", keys: "?", group: "Help", run: keys },
    ...ways.map((way): Command => Object.assign(way, { group: "Go" as const })),
    { id: "undo", label: "Undo the last act", keys: "z or Ctrl z", group: "Orders", run: () => void undoLast() },
    { id: "theme-light", label: "Light theme", group: "View", run: () => set({ theme: "light" }) },
    { id: "theme-dark", label: "Dark theme", group: "View", run: () => set({ theme: "dark" }) },
    { id: "theme-system", label: "Theme of the system", group: "View", run: () => set({ theme: "system" }) },
    { id: "rows-compact", label: "Compact rows", group: "View", run: () => set({ density: "compact" }) },
    { id: "rows-normal", label: "Normal rows", group: "View", run: () => set({ density: "normal" }) },
    { id: "rows-comfortable", label: "Comfortable rows", group: "View", run: () => set({ density: "comfortable" }) },
    { id: "navigation", label: "Fold or unfold the navigation", group: "View", run: fold },
  ]);
}

/** The commands without a key that every page has: nobody needs them before the palette is open, so they come with it. */
import { useRouter } from "@tanstack/react-router";

import { useCommands, type Command } from "~/components/keys";
import { SETTINGS_PAGES } from "~/features/settings/pages";
import { usePreferences } from "~/features/settings/use-preferences";

export function usePaletteCommands(): void {
  const { navigate } = useRouter();
  const { set } = usePreferences();
  const go = (id: string, label: string, run: () => Promise<void>, words?: string): Command => ({
    id: `go-${id}`,
    label: `Go to ${label}`,
    words,
    group: "Go",
    run: () => void run(),
  });
  const look = (id: string, label: string, run: () => void): Command => ({ id, label, group: "View", run });
  useCommands([
    go("ebay", "eBay orders", () => navigate({ to: "/orders/ebay" })),
    go("bricqer", "Bricqer orders", () => navigate({ to: "/orders", search: { platform: "bricqer" } })),
    ...SETTINGS_PAGES.map(({ page, label, words }) =>
      go(`settings-${page}`, `settings: ${label}`, () => navigate({ to: "/settings/$page", params: { page } }), words),
    ),
    {
      id: "connect",
      label: "Connect Amazon",
      group: "Go",
      run: () => void navigate({ to: "/settings/amazon/connect" }),
    },
    look("theme-light", "Light theme", () => set({ theme: "light" })),
    look("theme-dark", "Dark theme", () => set({ theme: "dark" })),
    look("theme-system", "Theme of the system", () => set({ theme: "system" })),
    look("rows-compact", "Compact rows", () => set({ density: "compact" })),
    look("rows-normal", "Normal rows", () => set({ density: "normal" })),
    look("rows-comfortable", "Comfortable rows", () => set({ density: "comfortable" })),
  ]);
}

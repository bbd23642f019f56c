/**
 * Puts the theme on <html>, following the system where the seller has not chosen.
 *
 * The choice is the core's to keep. A copy lies in the web view's own storage for one purpose: the first frame, drawn
 * before the core has answered, must not flash in the other theme.
 */
import { useEffect } from "react";

import type { Theme } from "~/lib/bindings";

const COPY = "theme";

const prefersDark = () => window.matchMedia("(prefers-color-scheme: dark)");

function show(theme: Theme): void {
  const dark = theme === "dark" || (theme === "system" && prefersDark().matches);
  document.documentElement.dataset.theme = dark ? "dark" : "light";
}

/** Before the first frame: the theme shown last. */
export function showLastTheme(): void {
  const last = localStorage.getItem(COPY);
  show(last === "light" || last === "dark" ? last : "system");
}

export function useTheme(theme: Theme | undefined): void {
  useEffect(() => {
    if (theme === undefined) return undefined;
    localStorage.setItem(COPY, theme);
    const change = () => show(theme);
    change();
    const system = prefersDark();
    system.addEventListener("change", change);
    return () => system.removeEventListener("change", change);
  }, [theme]);
}

/** Settings → Appearance. */
import { Choice, FieldGroup } from "~/components/field";
import type { Density, Theme } from "~/lib/bindings";

import styles from "./settings.module.css";
import { usePreferences } from "./use-preferences";

export const THEMES: readonly { id: Theme; label: string }[] = [
  { id: "system", label: "As the system" },
  { id: "light", label: "Light" },
  { id: "dark", label: "Dark" },
];

export const DENSITIES: readonly { id: Density; label: string; detail: string }[] = [
  { id: "compact", label: "Compact", detail: "26 px rows" },
  { id: "normal", label: "Normal", detail: "34 px rows" },
  { id: "comfortable", label: "Comfortable", detail: "42 px rows" },
];

export function AppearancePage() {
  const { preferences, set } = usePreferences();
  return (
    <section className={styles.card}>
      <FieldGroup label="Theme">
        {THEMES.map(({ id, label }) => (
          <Choice
            key={id}
            name="theme"
            label={label}
            checked={preferences.theme === id}
            onChange={() => set({ theme: id })}
          />
        ))}
      </FieldGroup>
      <FieldGroup label="Density of tables">
        {DENSITIES.map(({ id, label, detail }) => (
          <Choice
            key={id}
            name="density"
            label={label}
            detail={detail}
            checked={preferences.density === id}
            onChange={() => set({ density: id })}
          />
        ))}
      </FieldGroup>
    </section>
  );
}

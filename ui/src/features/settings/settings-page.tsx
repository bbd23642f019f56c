/** The frame of the settings: a heading and the pages to choose from. */
import { Link } from "@tanstack/react-router";
import type { ReactNode } from "react";

import { SETTINGS_PAGES } from "./pages";
import styles from "./settings.module.css";

export function SettingsPage({ title, children }: { title: string; children: ReactNode }) {
  return (
    <div className={styles.page}>
      <header className={styles.head}>
        <h1>{title}</h1>
        <nav className={styles.tabs} aria-label="Settings">
          {SETTINGS_PAGES.map(({ page, label }) => (
            <Link key={page} to="/settings/$page" params={{ page }} className={styles.tab}>
              {label}
            </Link>
          ))}
        </nav>
      </header>
      <div className={styles.body}>{children}</div>
    </div>
  );
}

/** The frame of the settings: a heading and the pages to choose from. */
import { Link } from "@tanstack/react-router";
import type { ReactNode } from "react";

import styles from "./settings.module.css";

const PAGES = [
  { to: "/settings/amazon", label: "Amazon" },
  { to: "/settings/picking", label: "Picking" },
  { to: "/settings/appearance", label: "Appearance" },
] as const;

export function SettingsPage({ title, children }: { title: string; children: ReactNode }) {
  return (
    <div className={styles.page}>
      <header className={styles.head}>
        <h1>{title}</h1>
        <nav className={styles.tabs} aria-label="Settings">
          {PAGES.map(({ to, label }) => (
            <Link key={to} to={to} className={styles.tab}>
              {label}
            </Link>
          ))}
        </nav>
      </header>
      <div className={styles.body}>{children}</div>
    </div>
  );
}

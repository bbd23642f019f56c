/** What the orders page says while no account is connected: connect one, or look around with the demo seller. */
import { Link } from "@tanstack/react-router";
import { Settings2, Store, TriangleAlert } from "lucide-react";
import type { ReactNode } from "react";

import { buttonClass } from "~/components/button";

import styles from "./first-run.module.css";

/** The whole page, while there is not one order. `demo` offers the demo seller. */
export function FirstRun({ demo }: { demo: ReactNode }) {
  return (
    <div className={styles.page} data-testid="first-run">
      <section className={styles.box}>
        <TriangleAlert size={20} className={styles.mark} aria-hidden />
        <div>
          <h2>Amazon not configured</h2>
          <p>Connect your Amazon Seller account to view and manage orders.</p>
        </div>
        <Link to="/settings/amazon/connect" className={buttonClass("primary")}>
          <Settings2 size={14} aria-hidden /> Configure
        </Link>
      </section>
      <section className={styles.box}>
        <Store size={20} className={styles.quiet} aria-hidden />
        <div>
          <h2>Look around with the demo seller</h2>
          <p>A made-up shop on this computer whose orders keep arriving. Nothing is sent anywhere.</p>
        </div>
        {demo}
      </section>
    </div>
  );
}

/** Settings → Stock & picking: the currency of amounts, where sold units go, how lists are printed and walked. */
import { ArchiveRuleField } from "~/features/confirming/archive-rule";
import { HomeCurrencyField } from "~/features/inventory/home-currency";
import { PrintDefaults } from "~/features/picking/print-defaults";
import { WalkOrder } from "~/features/picking/walk-order";
import settings from "~/features/settings/settings.module.css";

import styles from "./desk-routes.module.css";

export function PickingSettings() {
  return (
    <div className={styles.stack}>
      <section className={settings.card}>
        <HomeCurrencyField />
      </section>
      <section className={settings.card}>
        <ArchiveRuleField />
      </section>
      <section className={settings.card}>
        <PrintDefaults />
      </section>
      <section className={settings.card}>
        <WalkOrder />
      </section>
    </div>
  );
}

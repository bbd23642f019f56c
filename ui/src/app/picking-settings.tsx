/** Settings → Stock & picking: the currency of amounts, where sold units go, in which order the places are walked. */
import { ArchiveRuleField } from "~/features/confirming/archive-rule";
import { HomeCurrencyField } from "~/features/inventory/home-currency";
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
        <WalkOrder />
      </section>
    </div>
  );
}

/** Units that a line could take, one of them to choose: set, name and condition, why it is proposed, where it lies. */
import type { Candidate, Reason, UnitId } from "~/lib/bindings";
import { format } from "~/lib/format";

import styles from "./matching.module.css";

const REASONS: Record<Reason, string> = {
  mapped: "mapped",
  same_asin: "same ASIN",
  same_sku: "same SKU",
  set_number_in_title: "number in title",
  name_in_title: "name in title",
};

type Props = {
  units: readonly Candidate[];
  chosen: UnitId | null;
  onChoose: (unit: UnitId) => void;
};

export function CandidateList({ units, chosen, onChoose }: Props) {
  return (
    <div className={styles.units} role="radiogroup" aria-label="Matching inventory items">
      {units.map(({ unit, reasons }) => {
        const bought = unit.purchase_date === null ? null : `bought ${format.date(unit.purchase_date)}`;
        const cost = unit.cost === null ? null : `cost ${format.money(unit.cost)}`;
        return (
          <label key={unit.id} className={styles.unit} data-chosen={unit.id === chosen || undefined}>
            <input type="radio" name="unit" checked={unit.id === chosen} onChange={() => onChoose(unit.id)} />
            <span className={styles.what}>
              <span className={styles.name}>
                <bdi title={`${unit.set_number} ${unit.name} - ${unit.condition}`}>
                  <strong>
                    {unit.set_number} {unit.name}
                  </strong>{" "}
                  - {unit.condition}
                </bdi>
                {reasons.map((reason) => (
                  <span key={reason} className={styles.reason}>
                    {REASONS[reason]}
                  </span>
                ))}
              </span>
              <small>{[bought, cost].filter(Boolean).join(" · ")}</small>
            </span>
            <bdi className={`${styles.place} mono`} title={unit.storage_location ?? "No location"}>
              {unit.storage_location ?? "—"}
            </bdi>
            <span className={`${styles.price} num`}>
              {unit.listing_price === null ? "—" : format.money(unit.listing_price)}
            </span>
          </label>
        );
      })}
    </div>
  );
}

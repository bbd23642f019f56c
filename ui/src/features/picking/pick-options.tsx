/** How the list is walked and what stands on it. */
import { Choice, FieldGroup } from "~/components/field";

import styles from "./picking.module.css";
import type { PickLook } from "./use-pick-look";
import { MODES } from "./words";

type Props = { look: PickLook; onLook: (change: Partial<PickLook>) => void };

export function PickOptions({ look, onLook }: Props) {
  return (
    <div className={styles.options}>
      <FieldGroup label="How it is walked">
        {MODES.map(({ id, label, detail }) => (
          <Choice
            key={id}
            name="pick-mode"
            label={label}
            detail={detail}
            checked={look.mode === id}
            onChange={() => onLook({ mode: id })}
          />
        ))}
      </FieldGroup>
      <FieldGroup label="On the paper">
        <Choice
          type="checkbox"
          label="Single-unit orders first"
          checked={look.singles_first}
          onChange={(event) => onLook({ singles_first: event.target.checked })}
        />
        <Choice
          type="checkbox"
          label="Barcode of each SKU"
          checked={look.sku_barcodes}
          onChange={(event) => onLook({ sku_barcodes: event.target.checked })}
        />
        <Choice
          type="checkbox"
          label="QR code of each order"
          checked={look.order_codes}
          onChange={(event) => onLook({ order_codes: event.target.checked })}
        />
      </FieldGroup>
    </div>
  );
}

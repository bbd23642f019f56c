/** What a menu is made of. Imported by `menu.tsx` alone, at its first opening. */
import { Menu as Base } from "@base-ui/react/menu";
import { Check } from "lucide-react";

import type { AnchoredMenuProps, MenuEntry } from "./menu";
import styles from "./menu.module.css";

export default function MenuPopup({ anchor, label, entries, align = "end", onClose, returnTo }: AnchoredMenuProps) {
  return (
    <Base.Root
      modal={false}
      open={anchor !== null}
      onOpenChange={(open, { reason, event }) => {
        // A press on the button that opened it is no press outside: the button's click closes.
        const own = reason === "outside-press" && event.target instanceof Node && anchor?.contains(event.target);
        if (!open && !own) onClose();
      }}
    >
      <Base.Portal>
        <Base.Positioner className={styles.positioner} anchor={anchor} align={align} sideOffset={4}>
          <Base.Popup className={styles.popup} aria-label={label} finalFocus={returnTo}>
            {entries.map((entry) => (
              <Entry key={entry.id} entry={entry} />
            ))}
          </Base.Popup>
        </Base.Positioner>
      </Base.Portal>
    </Base.Root>
  );
}

function Entry({ entry }: { entry: MenuEntry }) {
  const ticked = entry.chosen ?? entry.checked ?? false;
  const inside = (
    <>
      <span className={styles.icon}>{ticked ? <Check size={14} /> : entry.icon}</span>
      <span className={styles.label}>{entry.label}</span>
      {entry.keys !== undefined && <kbd>{entry.keys}</kbd>}
    </>
  );
  return (
    <>
      {entry.heading !== undefined && (
        <div role="presentation" className={styles.heading}>
          {entry.heading}
        </div>
      )}
      {entry.checked === undefined ? (
        <Base.Item className={styles.item} onClick={entry.run} aria-current={entry.chosen || undefined}>
          {inside}
        </Base.Item>
      ) : (
        <Base.CheckboxItem className={styles.item} checked={entry.checked} onCheckedChange={entry.run}>
          {inside}
        </Base.CheckboxItem>
      )}
    </>
  );
}

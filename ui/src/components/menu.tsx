/** A drop-down of commands or of choices; arrows move, Esc closes, focus returns to its button. */
import { Menu as Base } from "@base-ui/react/menu";
import { Check } from "lucide-react";
import type { ReactElement, ReactNode } from "react";

import styles from "./menu.module.css";

export type MenuEntry = {
  id: string;
  label: string;
  icon?: ReactNode;
  keys?: string;
  /** Given for a choice: whether it is the present one. */
  chosen?: boolean;
  run: () => void;
};

type Props = {
  /** The element that opens it; gets the trigger's attributes. */
  trigger: ReactElement<Record<string, unknown>>;
  label: string;
  entries: readonly MenuEntry[];
  align?: "start" | "end";
  onOpenChange?: (open: boolean) => void;
};

/** A menu with a button of its own. */
export function Menu({ trigger, label, entries, align = "start", onOpenChange }: Props) {
  return (
    <Base.Root modal={false} onOpenChange={(open) => onOpenChange?.(open)}>
      <Base.Trigger render={trigger} />
      <Base.Portal>
        <Base.Positioner className={styles.positioner} align={align} sideOffset={4}>
          <MenuList label={label} entries={entries} />
        </Base.Positioner>
      </Base.Portal>
    </Base.Root>
  );
}

type AnchoredProps = {
  /** Where it opens; `null` while it is closed. */
  anchor: HTMLElement | null;
  label: string;
  entries: readonly MenuEntry[];
  onClose: () => void;
  /** What gets the focus when it closes. */
  returnTo: () => HTMLElement | null;
};

/** One menu for many buttons, such as those of a table's rows. */
export function AnchoredMenu({ anchor, label, entries, onClose, returnTo }: AnchoredProps) {
  return (
    <Base.Root modal={false} open={anchor !== null} onOpenChange={(open) => !open && onClose()}>
      <Base.Portal>
        <Base.Positioner className={styles.positioner} anchor={anchor} align="end" sideOffset={4}>
          <MenuList label={label} entries={entries} finalFocus={returnTo} />
        </Base.Positioner>
      </Base.Portal>
    </Base.Root>
  );
}

function MenuList({
  label,
  entries,
  finalFocus,
}: Pick<Props, "label" | "entries"> & { finalFocus?: () => HTMLElement | null }) {
  return (
    <Base.Popup className={styles.popup} aria-label={label} finalFocus={finalFocus}>
      {entries.map((entry) => (
        <Base.Item key={entry.id} className={styles.item} onClick={entry.run} aria-current={entry.chosen || undefined}>
          <span className={styles.icon}>{entry.chosen ? <Check size={14} /> : entry.icon}</span>
          <span className={styles.label}>{entry.label}</span>
          {entry.keys !== undefined && <kbd>{entry.keys}</kbd>}
        </Base.Item>
      ))}
    </Base.Popup>
  );
}

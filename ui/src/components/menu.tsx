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

/** The list of a menu, for other places that open one. */
export function MenuList({ label, entries }: Pick<Props, "label" | "entries">) {
  return (
    <Base.Popup className={styles.popup} aria-label={label}>
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

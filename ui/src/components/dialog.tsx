/** A dialog of at most 560 px: one primary action on the right, Esc closes, focus goes back to where it was. */
import { Dialog as Base } from "@base-ui/react/dialog";
import type { ReactNode, RefObject } from "react";

import styles from "./dialog.module.css";

type Props = {
  open: boolean;
  onClose: () => void;
  title: string;
  children: ReactNode;
  /** Buttons, the primary one last. */
  actions?: ReactNode;
  initialFocus?: RefObject<HTMLElement | null>;
  /** For an act that cannot be undone: read out at once and not closed by a click beside it. */
  alert?: boolean;
};

export function Dialog({ open, onClose, title, children, actions, initialFocus, alert = false }: Props) {
  return (
    <Base.Root open={open} onOpenChange={(next) => !next && onClose()} disablePointerDismissal={alert}>
      <Base.Portal>
        <Base.Backdrop className={styles.backdrop} />
        <Base.Popup className={styles.popup} initialFocus={initialFocus} role={alert ? "alertdialog" : "dialog"}>
          <Base.Title className={styles.title}>{title}</Base.Title>
          <div className={styles.body}>{children}</div>
          {actions !== undefined && <div className={styles.actions}>{actions}</div>}
        </Base.Popup>
      </Base.Portal>
    </Base.Root>
  );
}

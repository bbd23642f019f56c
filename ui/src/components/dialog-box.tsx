/** What a dialog is made of. Imported by `dialog.tsx` alone, at its first opening. */
import { Dialog as Base } from "@base-ui/react/dialog";

import type { DialogProps } from "./dialog";
import styles from "./dialog.module.css";
import { MODAL, useHeldFocus, useKeysHeld } from "./modal-focus";

export default function DialogBox(props: DialogProps) {
  const { open, onClose, title, children, actions, initialFocus, alert = false } = props;
  const { icon, description, aside, wide } = props;
  const focus = useHeldFocus(open, initialFocus);
  useKeysHeld(open);
  return (
    <Base.Root open={open} onOpenChange={(next) => !next && onClose()} disablePointerDismissal={alert}>
      <Base.Portal>
        <Base.Backdrop className={styles.backdrop} />
        <Base.Popup
          {...(open ? MODAL : {})}
          ref={focus.popup}
          className={wide ? `${styles.popup} ${styles.wide}` : styles.popup}
          initialFocus={focus.initialFocus}
          onFocus={focus.onFocus}
          role={alert ? "alertdialog" : "dialog"}
        >
          <header className={styles.head}>
            <div className={styles.titleLine}>
              {icon}
              <Base.Title className={styles.title}>{title}</Base.Title>
            </div>
            {description !== undefined && (
              <Base.Description className={styles.description}>{description}</Base.Description>
            )}
          </header>
          <div className={styles.body}>{children}</div>
          {actions !== undefined && (
            <footer className={styles.actions}>
              {aside}
              <span className={styles.space} />
              {actions}
            </footer>
          )}
        </Base.Popup>
      </Base.Portal>
    </Base.Root>
  );
}

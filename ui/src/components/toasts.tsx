/** The toasts on screen. Imported by `toast.tsx` alone, for the first of them. */
import { Toast } from "@base-ui/react/toast";
import { X } from "lucide-react";
import { useEffect } from "react";

import { IconButton } from "./button";
import type { ToastMessage, ToastQueue } from "./toast";
import styles from "./toast.module.css";

export default function Toasts({ queue }: { queue: ToastQueue }) {
  return (
    <Toast.Provider limit={3}>
      <Toast.Portal>
        <Toast.Viewport className={styles.viewport}>
          <Shown queue={queue} />
        </Toast.Viewport>
      </Toast.Portal>
    </Toast.Provider>
  );
}

function Shown({ queue }: { queue: ToastQueue }) {
  const { toasts, add, close } = Toast.useToastManager();
  // Errors stay until they are closed, the rest for six seconds.
  useEffect(
    () =>
      queue.serve(({ text, detail, tone = "plain", action }: ToastMessage) => {
        const id: string = add({
          title: text,
          description: detail,
          type: tone,
          timeout: tone === "bad" ? 0 : 6000,
          actionProps: action && {
            children: action.label,
            onClick: () => {
              close(id);
              action.run();
            },
          },
        });
      }),
    [queue, add, close],
  );
  return toasts.map((toast) => (
    <Toast.Root key={toast.id} toast={toast} className={styles.toast} data-testid="toast" swipeDirection={[]}>
      <Toast.Content className={styles.content}>
        <div className={styles.words}>
          <Toast.Title className={styles.title} />
          <Toast.Description className={styles.detail} />
        </div>
        {toast.actionProps && <Toast.Action className={styles.action} />}
        <Toast.Close render={<IconButton label="Close" />}>
          <X size={14} />
        </Toast.Close>
      </Toast.Content>
    </Toast.Root>
  ));
}

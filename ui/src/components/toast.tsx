/** Short reports of what was done, bottom right, read out politely; one may carry an action such as Undo. */
import { Toast } from "@base-ui/react/toast";
import { X } from "lucide-react";
import { useCallback, type ReactNode } from "react";

import { IconButton } from "./button";
import styles from "./toast.module.css";

export type ToastMessage = {
  text: string;
  detail?: string;
  tone?: "plain" | "bad";
  action?: { label: string; run: () => void };
};

/** Shows a toast. Errors stay until they are closed, the rest for six seconds. */
export function useToast(): (message: ToastMessage) => void {
  const { add, close } = Toast.useToastManager();
  return useCallback(
    ({ text, detail, tone = "plain", action }: ToastMessage) => {
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
    },
    [add, close],
  );
}

export function Toaster({ children }: { children: ReactNode }) {
  return (
    <Toast.Provider limit={3}>
      {children}
      <Toast.Portal>
        <Toast.Viewport className={styles.viewport}>
          <Toasts />
        </Toast.Viewport>
      </Toast.Portal>
    </Toast.Provider>
  );
}

function Toasts() {
  const { toasts } = Toast.useToastManager();
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

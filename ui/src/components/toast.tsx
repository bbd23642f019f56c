/** Short reports of what was done, bottom right, read out politely; one may carry an action such as Undo. */
import { createContext, lazy, Suspense, use, useCallback, useState, type ReactNode } from "react";

export type ToastMessage = {
  text: string;
  detail?: string;
  tone?: "plain" | "bad";
  action?: { label: string; run: () => void };
};

type Show = (message: ToastMessage) => void;

/** Keeps messages until something shows them. */
export class ToastQueue {
  #waiting: ToastMessage[] = [];
  #show: Show | null = null;

  add(message: ToastMessage): void {
    if (this.#show === null) this.#waiting.push(message);
    else this.#show(message);
  }

  /** Shows what waits and what comes with `show`, until the returned function is called. */
  serve(show: Show): () => void {
    this.#show = show;
    for (const message of this.#waiting.splice(0)) show(message);
    return () => (this.#show = null);
  }
}

const Shower = createContext<Show | null>(null);

/** Shows a toast. Errors stay until they are closed, the rest for six seconds. */
export function useToast(): Show {
  const show = use(Shower);
  if (show === null) throw new Error("Toaster is missing");
  return show;
}

// No toast is on screen when the window opens; what it is made of is loaded for the first one.
const Toasts = lazy(() => import("./toasts"));

export function Toaster({ children }: { children: ReactNode }) {
  const [queue] = useState(() => new ToastQueue());
  const [wanted, setWanted] = useState(false);
  const show = useCallback(
    (message: ToastMessage) => {
      queue.add(message);
      setWanted(true);
    },
    [queue],
  );
  return (
    <Shower value={show}>
      {children}
      {wanted && (
        <Suspense>
          <Toasts queue={queue} />
        </Suspense>
      )}
    </Shower>
  );
}

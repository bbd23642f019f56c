/** A dialog of at most 560 px: one primary action on the right, Esc closes, focus goes back to where it was. */
import { lazy, Suspense, type ReactNode, type RefObject } from "react";

import { useEver } from "./use-ever";

export type DialogProps = {
  open: boolean;
  onClose: () => void;
  title: string;
  /** Stands before the title. */
  icon?: ReactNode;
  /** A sentence below the title. */
  description?: string;
  children: ReactNode;
  /** Buttons, the primary one last. */
  actions?: ReactNode;
  /** A lesser action, apart from the others on the left. */
  aside?: ReactNode;
  initialFocus?: RefObject<HTMLElement | null>;
  /** Shows a page of paper, which 560 px cannot: as large as the window allows. */
  wide?: boolean;
  /** For an act that cannot be undone: read out at once and not closed by a click beside it. */
  alert?: boolean;
};

// No dialog is on screen when the window opens; what it is made of is loaded when the first one is wanted.
const DialogBox = lazy(() => import("./dialog-box"));

export function Dialog(props: DialogProps) {
  const wanted = useEver(props.open);
  return wanted ? (
    <Suspense>
      <DialogBox {...props} />
    </Suspense>
  ) : null;
}

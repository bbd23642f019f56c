/**
 * The focus of what lies over the page. It owns one promise: while a dialog is open, no key acts on the page behind it,
 * whatever of the dialog is disabled, loading or gone.
 *
 * Imported by dialogs alone, which are loaded when the first one is wanted.
 */
import { useEffect, useRef, type FocusEvent, type RefObject } from "react";

/** Marks the popup of a dialog; `keys.tsx` leaves the keys of the page alone while there is one. */
export const MODAL = { "data-modal": "" };

/** Keys that Base UI itself takes from anywhere: one closes, one goes round inside. */
const OF_THE_DIALOG = new Set(["Escape", "Tab"]);

/** Stops what is pressed on the page behind, also before the dialog has taken the focus. */
export function useKeysHeld(open: boolean): void {
  useEffect(() => {
    if (!open) return;
    const pressed = (event: KeyboardEvent) => {
      if (OF_THE_DIALOG.has(event.key) || event.ctrlKey || event.metaKey || event.altKey) return;
      // Dialogs, their menus and toasts are portals; the rest is the page.
      if (event.target instanceof Element && event.target.closest("[data-base-ui-portal]") !== null) return;
      event.preventDefault();
      event.stopPropagation();
    };
    window.addEventListener("keydown", pressed, true);
    return () => window.removeEventListener("keydown", pressed, true);
  }, [open]);
}

const canTakeFocus = (element: HTMLElement | null | undefined): element is HTMLElement =>
  element?.isConnected === true && !element.matches(":disabled");

/**
 * Keeps the focus inside: on the wanted control as soon as that can take it, until then on the dialog itself. A control
 * that is disabled while it has the focus (a button at work) gets it back when it can be used again.
 */
export function useHeldFocus(open: boolean, wanted: RefObject<HTMLElement | null> | undefined) {
  const popup = useRef<HTMLDivElement>(null);
  /** The control that had the focus last. */
  const last = useRef<HTMLElement | null>(null);
  /** The dialog has the focus in the place of a control. */
  const standsIn = useRef(false);

  const due = () => [last.current, wanted?.current].find(canTakeFocus);
  const settle = () => {
    const active = document.activeElement;
    const box = popup.current;
    if (!open || box === null) return;
    if (active === box) {
      if (standsIn.current) due()?.focus();
    } else if (last.current !== null && (active === document.body || active?.matches(":disabled") === true)) {
      standsIn.current = true;
      (due() ?? box).focus();
    }
  };
  // What is disabled or enabled changes with a render of the dialog's owner, and so of the dialog.
  useEffect(settle);
  useEffect(() => {
    if (!open) last.current = null;
  }, [open]);
  return {
    popup,
    initialFocus:
      wanted === undefined
        ? undefined
        : () => {
            if (canTakeFocus(wanted.current)) return wanted.current;
            standsIn.current = true;
            return popup.current;
          },
    onFocus: ({ target }: FocusEvent<HTMLElement>) => {
      if (target === popup.current) settle();
      else if (popup.current?.contains(target)) {
        last.current = target;
        standsIn.current = false;
      }
    },
  };
}

/** A drop-down of commands or of choices; arrows move, Esc closes, focus returns to its button. */
import {
  cloneElement,
  lazy,
  Suspense,
  useState,
  type HTMLAttributes,
  type MouseEvent,
  type ReactElement,
  type ReactNode,
} from "react";

import { useEver } from "./use-ever";

export type MenuEntry = {
  id: string;
  label: string;
  icon?: ReactNode;
  keys?: string;
  /** Given for a choice: whether it is the present one. */
  chosen?: boolean;
  /** Given for a box to tick: the menu stays open. */
  checked?: boolean;
  /** Begins a part of the menu under this heading. */
  heading?: string;
  run: () => void;
};

type Props = {
  /** The button that opens it; gets the attributes of one that does. */
  trigger: ReactElement<HTMLAttributes<HTMLElement>>;
  label: string;
  entries: readonly MenuEntry[];
  align?: "start" | "end";
};

/** A menu with a button of its own. */
export function Menu({ trigger, label, entries, align = "start" }: Props) {
  const [anchor, setAnchor] = useState<HTMLElement | null>(null);
  return (
    <>
      {cloneElement(trigger, {
        "aria-haspopup": "menu",
        "aria-expanded": anchor !== null,
        onClick: ({ currentTarget }: MouseEvent<HTMLElement>) => setAnchor(anchor === null ? currentTarget : null),
      })}
      <AnchoredMenu
        anchor={anchor}
        label={label}
        entries={entries}
        align={align}
        onClose={() => setAnchor(null)}
        returnTo={() => anchor}
      />
    </>
  );
}

export type AnchoredMenuProps = {
  /** Where it opens; `null` while it is closed. */
  anchor: HTMLElement | null;
  label: string;
  entries: readonly MenuEntry[];
  /** Which sides meet; `end` unless given. */
  align?: "start" | "end";
  onClose: () => void;
  /** What gets the focus when it closes. */
  returnTo: () => HTMLElement | null;
};

// No menu is open when the window opens; what it is made of is loaded when the first one is wanted.
const MenuPopup = lazy(() => import("./menu-popup"));

/** One menu for many buttons, such as those of a table's rows. A click on the button of an open menu has to close it. */
export function AnchoredMenu(props: AnchoredMenuProps) {
  const wanted = useEver(props.anchor !== null);
  return wanted ? (
    <Suspense>
      <MenuPopup {...props} />
    </Suspense>
  ) : null;
}

/** The mouse of a seller. */
import type { UserEvent } from "@testing-library/user-event";

/** Moves it into an element, and on in there. */
export const pointInto = (user: UserEvent, target: Element): Promise<void> =>
  user.pointer([
    { target, coords: { clientX: 600, clientY: 400 } },
    { target, coords: { clientX: 601, clientY: 400 } },
  ]);

/** Keys as they are written (`Ctrl k`, `g o`) and as they are pressed. */

/** One press. Cmd counts as Ctrl. */
export type Stroke = { key: string; ctrl: boolean; shift: boolean };

/** What a text such as `Ctrl k or g o` asks for: alternatives, each a sequence of presses. */
export function strokesOf(keys: string): Stroke[][] {
  return keys.split(" or ").map((alternative) => {
    const strokes: Stroke[] = [];
    let [ctrl, shift] = [false, false];
    for (const part of alternative.split(" ")) {
      if (part === "Ctrl") ctrl = true;
      else if (part === "Shift") shift = true;
      else {
        strokes.push({ key: part === "Space" ? " " : part.toLowerCase(), ctrl, shift });
        [ctrl, shift] = [false, false];
      }
    }
    return strokes;
  });
}

export function toStroke(event: KeyboardEvent): Stroke {
  return { key: event.key.toLowerCase(), ctrl: event.ctrlKey || event.metaKey, shift: event.shiftKey };
}

/** Whether a press is the one asked for. Shift counts for letters and named keys; a sign such as `?` needs it anyway. */
export function matches(pressed: Stroke, asked: Stroke | undefined): boolean {
  if (asked === undefined || pressed.key !== asked.key || pressed.ctrl !== asked.ctrl) return false;
  const shiftCounts = /^([a-z]|..+)$/.test(asked.key);
  return !shiftCounts || pressed.shift === asked.shift;
}

/** Whether letters pressed there are text. */
export function isTyping(target: EventTarget | null): boolean {
  if (!(target instanceof HTMLElement)) return false;
  if (target instanceof HTMLInputElement) return !["checkbox", "radio", "button"].includes(target.type);
  return target.isContentEditable || ["TEXTAREA", "SELECT"].includes(target.tagName);
}

export function isInside(target: EventTarget | null, selector: string): boolean {
  return target instanceof Element && target.closest(selector) !== null;
}

const COMBINED = /Mac/.test(globalThis.navigator?.userAgent ?? "") ? "⌘" : "Ctrl";
const NAMES: Record<string, string> = {
  Ctrl: COMBINED,
  ArrowDown: "↓",
  ArrowUp: "↑",
  ArrowLeft: "←",
  ArrowRight: "→",
  Escape: "Esc",
  ContextMenu: "Menu",
};

/** One alternative as it is printed on a keyboard. */
export function keyLabel(keys: string): string {
  const parts = keys.split(" ");
  const modified = parts.includes("Ctrl") || parts.includes("Shift");
  return parts
    .map((part) => NAMES[part] ?? (part.length === 1 ? part.toUpperCase() : part))
    .join(modified || parts.length === 1 ? " " : " then ");
}

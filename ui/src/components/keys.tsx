/**
 * The one register of keys and commands: what is pressed, what is listed by `?`, and what the palette offers.
 *
 * A screen registers its commands while it is shown. Single letters are ignored while something is typed or a dialog is
 * open; only combinations with Ctrl or Cmd, which no text field needs, work everywhere.
 */
import { createContext, use, useEffect, useEffectEvent, useMemo, useRef, useState, type ReactNode } from "react";

export type Command = {
  id: string;
  label: string;
  /** As shown and pressed: `/`, `?`, `Ctrl K`, `Enter`; alternatives separated by a blank and `or`. */
  keys?: string;
  group: "Go" | "Orders" | "View" | "Help";
  /** Absent for keys that a component handles itself and that are only listed. */
  run?: () => void;
};

type Register = { add: (commands: readonly Command[]) => () => void; all: () => readonly Command[] };

const Keys = createContext<Register | null>(null);

function useRegister(): Register {
  const register = use(Keys);
  if (register === null) throw new Error("KeyProvider is missing");
  return register;
}

function isTyping(target: EventTarget | null): boolean {
  return (
    target instanceof HTMLElement &&
    (target.isContentEditable || ["INPUT", "TEXTAREA", "SELECT"].includes(target.tagName))
  );
}

function isInside(target: EventTarget | null, selector: string): boolean {
  return target instanceof Element && target.closest(selector) !== null;
}

/** Whether `event` presses one of the alternatives of `keys`. */
export function presses(event: KeyboardEvent, keys: string): boolean {
  return keys.split(" or ").some((alternative) => {
    const parts = alternative.split(" ");
    const key = parts.at(-1) ?? "";
    const withCtrl = parts.includes("Ctrl");
    return (
      event.key.toLowerCase() === key.toLowerCase() && (event.ctrlKey || event.metaKey) === withCtrl && !event.altKey
    );
  });
}

export function KeyProvider({ children }: { children: ReactNode }) {
  const sets = useRef(new Set<readonly Command[]>());
  const register = useMemo<Register>(
    () => ({
      add(commands) {
        sets.current.add(commands);
        return () => void sets.current.delete(commands);
      },
      all: () => [...sets.current].flat(),
    }),
    [],
  );
  useEffect(() => {
    const pressed = (event: KeyboardEvent) => {
      if (event.defaultPrevented || event.isComposing) return;
      const combined = event.ctrlKey || event.metaKey;
      if (
        !combined &&
        (isTyping(event.target) || isInside(event.target, "[role=dialog],[role=alertdialog],[role=menu]"))
      ) {
        return;
      }
      const command = register.all().findLast(({ keys, run }) => keys && run && presses(event, keys));
      if (command === undefined) return;
      event.preventDefault();
      command.run?.();
    };
    window.addEventListener("keydown", pressed);
    return () => window.removeEventListener("keydown", pressed);
  }, [register]);
  return <Keys value={register}>{children}</Keys>;
}

/** Registers commands while the caller is shown; `run` always sees the present render. */
export function useCommands(commands: readonly Command[]): void {
  const register = useRegister();
  const run = useEffectEvent((id: string) => commands.find((command) => command.id === id)?.run?.());
  const shape = commands
    .map(({ id, label, keys, run: act }) => `${id}|${label}|${keys ?? ""}|${act ? 1 : 0}`)
    .join("\n");
  useEffect(() => {
    return register.add(commands.map((command) => ({ ...command, run: command.run && (() => run(command.id)) })));
    // The shape says when the list itself differs; what a command does is read at the time it runs.
    // oxlint-disable-next-line react/exhaustive-deps
  }, [register, shape]);
}

/** The commands as they are at the moment of opening. */
export function useCommandList(open: boolean): readonly Command[] {
  const register = useRegister();
  const [list, setList] = useState<readonly Command[]>([]);
  useEffect(() => {
    if (open) setList(register.all());
  }, [open, register]);
  return list;
}

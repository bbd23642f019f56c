/**
 * The one register of commands: what a key runs, what `?` lists, and what the palette offers.
 *
 * A screen registers its commands while it is shown. Single letters are ignored while something is typed or a dialog is
 * open; of the combinations with Ctrl or Cmd those that text fields know (Ctrl A, Ctrl Z) are left to them.
 */
import { createContext, use, useEffect, useEffectEvent, useMemo, useRef, useState, type ReactNode } from "react";

import { isInside, isTyping, matches, strokesOf, toStroke, type Stroke } from "./strokes";

export type Command = {
  id: string;
  label: string;
  /** As pressed: `/`, `Ctrl k`, `Shift x`, `g o` for one after the other; alternatives are separated by ` or `. */
  keys?: string;
  group: "Go" | "Orders" | "Inventory" | "Picking" | "View" | "Settings" | "Help";
  /** More words by which the palette finds it. */
  words?: string;
  /** False while there is nothing for it to act on: it is listed by `?`, not offered, and its key does nothing. */
  when?: boolean;
  /** A component hears the keys itself, such as a table that has the focus; `run` is for who chooses it by name. */
  heard?: boolean;
  run?: () => void;
};

type Register = {
  add: (commands: readonly Command[]) => () => void;
  all: () => readonly Command[];
  /** Ids of what was chosen in the palette, the last first. */
  recent: () => readonly string[];
  remember: (id: string) => void;
};

const Keys = createContext<Register | null>(null);

/** How long the second key of a sequence is waited for. */
const SEQUENCE_PAUSE = 1200;

function useRegister(): Register {
  const register = use(Keys);
  if (register === null) throw new Error("KeyProvider is missing");
  return register;
}

const usable = ({ run, when = true }: Command) => run !== undefined && when;

/** The command whose keys are exactly these strokes, and whether more strokes could follow. */
function find(commands: readonly Command[], strokes: readonly Stroke[]) {
  let longer = false;
  let found: Command | undefined;
  for (const command of commands) {
    if (command.keys === undefined || command.heard || !usable(command)) continue;
    for (const sequence of strokesOf(command.keys)) {
      if (strokes.length > sequence.length || !strokes.every((stroke, i) => matches(stroke, sequence[i]))) continue;
      // The last registered wins: a screen may take a key from the frame around it.
      if (sequence.length === strokes.length) found = command;
      else longer = true;
    }
  }
  return { found, longer };
}

export function KeyProvider({ children }: { children: ReactNode }) {
  const sets = useRef(new Set<readonly Command[]>());
  const recent = useRef<readonly string[]>([]);
  const register = useMemo<Register>(
    () => ({
      add(commands) {
        sets.current.add(commands);
        return () => void sets.current.delete(commands);
      },
      all: () => [...sets.current].flat(),
      recent: () => recent.current,
      remember(id) {
        recent.current = [id, ...recent.current.filter((other) => other !== id)].slice(0, 8);
      },
    }),
    [],
  );
  useEffect(() => {
    let begun: Stroke[] = [];
    let pause: ReturnType<typeof setTimeout> | undefined;
    const begin = (strokes: Stroke[]) => {
      begun = strokes;
      clearTimeout(pause);
      if (strokes.length > 0) pause = setTimeout(() => (begun = []), SEQUENCE_PAUSE);
    };
    const pressed = (event: KeyboardEvent) => {
      if (event.defaultPrevented || event.isComposing || event.altKey) return;
      if (["Control", "Meta", "Shift"].includes(event.key)) return;
      const stroke = toStroke(event);
      const elsewhere = stroke.ctrl && !"acvxyz".includes(stroke.key);
      if (
        !elsewhere &&
        (isTyping(event.target) ||
          isInside(event.target, "[role=dialog],[role=alertdialog],[role=menu]") ||
          document.querySelector("[data-modal]") !== null)
      ) {
        return;
      }
      const commands = register.all();
      let tried = [...begun, stroke];
      let { found, longer } = find(commands, tried);
      if (found === undefined && !longer && begun.length > 0) {
        tried = [stroke];
        ({ found, longer } = find(commands, tried));
      }
      begin(found === undefined && longer ? tried : []);
      if (found === undefined && !longer) return;
      event.preventDefault();
      found?.run?.();
    };
    window.addEventListener("keydown", pressed);
    return () => {
      clearTimeout(pause);
      window.removeEventListener("keydown", pressed);
    };
  }, [register]);
  return <Keys value={register}>{children}</Keys>;
}

/** Registers commands while the caller is shown; `run` always sees the present render. */
export function useCommands(commands: readonly Command[]): void {
  const register = useRegister();
  const run = useEffectEvent((id: string) => commands.find((command) => command.id === id)?.run?.());
  const shape = commands
    .map(({ id, label, keys, words, ...rest }) => [id, label, keys, words, usable({ id, label, ...rest })].join("|"))
    .join("\n");
  useEffect(() => {
    return register.add(commands.map((command) => ({ ...command, run: command.run && (() => run(command.id)) })));
    // The shape says when the list itself differs; what a command does is read at the time it runs.
    // oxlint-disable-next-line react/exhaustive-deps
  }, [register, shape]);
}

/** The commands as they are at the moment of opening, those chosen last first. */
export function useCommandList(open: boolean): readonly Command[] {
  const register = useRegister();
  const [list, setList] = useState<readonly Command[]>([]);
  useEffect(() => {
    if (!open) return;
    const place = ({ id }: Command) => {
      const at = register.recent().indexOf(id);
      return at < 0 ? Number.POSITIVE_INFINITY : at;
    };
    setList(register.all().toSorted((a, b) => (place(a) === place(b) ? 0 : place(a) - place(b))));
  }, [open, register]);
  return list;
}

/** Notes that a command was chosen by name, so that it comes first the next time. */
export function useRememberCommand(): (id: string) => void {
  return useRegister().remember;
}

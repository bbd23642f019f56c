/**
 * A core that is not there: answers the commands in the window's own process, typed by the generated bindings.
 *
 * It knows commands by position of their arguments, not by name, so regenerated bindings change nothing here unless a
 * type changes, and then this file does not compile.
 */
import { emit } from "@tauri-apps/api/event";
import { mockIPC } from "@tauri-apps/api/mocks";

import type { Code, CommandError, commands, DataChanged, SyncChanged } from "~/lib/bindings";

type Command = keyof typeof commands;
type Answered<C extends Command> = Extract<Awaited<ReturnType<(typeof commands)[C]>>, { status: "ok" }>["data"];
export type Handlers = {
  [C in Command]: (...args: Parameters<(typeof commands)[C]>) => Answered<C> | Promise<Answered<C>>;
};

/** What a command refuses with; thrown by handlers. */
export function refusal(code: Code, message: string, more: Partial<CommandError> = {}): CommandError {
  return { code, message, retryable: false, context: null, ...more };
}

export type FakeBackend = {
  /** Every call so far. */
  calls: { command: Command; args: unknown[] }[];
  /** The calls of one command. */
  callsOf: <C extends Command>(command: C) => Parameters<(typeof commands)[C]>[];
  /** Takes the place of handlers from now on. */
  answer: (handlers: Partial<Handlers>) => void;
  changed: (...tags: DataChanged["tags"]) => Promise<void>;
  synced: (status: SyncChanged) => Promise<void>;
};

function camel(name: string): Command {
  return name.replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase()) as Command;
}

/** Puts the fake in the core's place. A command without a handler is refused and thereby shows in the test. */
export function startFakeBackend(first: Partial<Handlers>): FakeBackend {
  const handlers: Partial<Handlers> = { ...first };
  const calls: FakeBackend["calls"] = [];
  mockIPC(
    async (name, payload) => {
      const command = camel(name);
      const args = Object.values((payload ?? {}) as Record<string, unknown>);
      calls.push({ command, args });
      const handler = handlers[command] as ((...given: unknown[]) => unknown) | undefined;
      if (handler === undefined) {
        return Promise.reject(refusal("internal", `the fake core has no answer to ${command}`));
      }
      return handler(...args);
    },
    { shouldMockEvents: true },
  );
  return {
    calls,
    callsOf: <C extends Command>(command: C) =>
      calls.filter((call) => call.command === command).map(({ args }) => args as Parameters<(typeof commands)[C]>),
    answer: (more) => void Object.assign(handlers, more),
    changed: (...tags) => emit("data-changed", { tags } satisfies DataChanged),
    synced: (status) => emit("sync-changed", status),
  };
}

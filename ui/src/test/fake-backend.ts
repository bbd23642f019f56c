/**
 * A core that is not there: answers the commands in the window's own process, typed by the generated bindings.
 *
 * It knows commands by position of their arguments, not by name, so regenerated bindings change nothing here unless a
 * type changes, and then this file does not compile.
 */
import { mockIPC } from "@tauri-apps/api/mocks";

import type { CacheTag, Code, CommandError, commands, News, SyncStatus } from "~/lib/bindings";

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
  /** What answers a command at the moment. */
  handled: <C extends Command>(command: C) => Handlers[C];
  /** Takes the place of handlers from now on. */
  answer: (handlers: Partial<Handlers>) => void;
  /** Lets calls of a command wait from now on, as a busy disk does, until the returned function is called. */
  hold: (command: Command) => () => void;
  changed: (...tags: CacheTag[]) => Promise<void>;
  synced: (status: SyncStatus) => Promise<void>;
};

/** Answers who asks for news, each turn on its own. */
class Newsroom {
  #turns: News[] = [];
  #waiting = new Set<() => void>();

  async after(known: number): Promise<News> {
    while (this.#turns.length <= known) {
      // oxlint-disable-next-line no-await-in-loop
      await new Promise<void>((resolve) => this.#waiting.add(resolve));
    }
    const turns = this.#turns.slice(known);
    return {
      turn: this.#turns.length,
      tags: [...new Set(turns.flatMap(({ tags }) => tags))],
      sync: turns.findLast(({ sync }) => sync !== null)?.sync ?? null,
    };
  }

  /** Resolves when those who wait have been answered. */
  async publish(tags: CacheTag[], sync: SyncStatus | null): Promise<void> {
    this.#turns.push({ turn: this.#turns.length + 1, tags, sync });
    for (const resolve of this.#waiting) resolve();
    this.#waiting.clear();
    await new Promise((resolve) => {
      setTimeout(resolve, 0);
    });
  }
}

/** What a command changes, as the core tells it to all windows. */
const MATCHING: readonly CacheTag[] = ["orders", "counts", "inventory", "mappings"];
const PICKING: readonly CacheTag[] = ["pick_lists", "orders", "inventory"];
const TELLS: Partial<Record<Command, readonly CacheTag[]>> = {
  setNote: ["orders"],
  createMapping: MATCHING,
  linkUnit: MATCHING,
  unlinkLine: MATCHING,
  linkSelected: MATCHING,
  addUnits: ["inventory"],
  editUnit: ["inventory"],
  moveUnits: ["inventory"],
  deleteUnits: ["inventory"],
  mapNumber: MATCHING,
  deleteMapping: MATCHING,
  addView: ["settings"],
  changeView: ["settings"],
  startPickRun: PICKING,
  markPicked: ["pick_lists"],
  seeStruck: ["pick_lists"],
  scanPick: ["pick_lists"],
  finishPickList: PICKING,
  discardPickList: PICKING,
  printPickList: PICKING,
  reprintPickList: ["pick_lists"],
  setWalkOrder: ["settings"],
  setArchiveRule: ["settings"],
  setHomeCurrency: ["settings"],
  setBackground: ["settings"],
  setAlerts: ["settings"],
  pauseSync: ["settings"],
  resumeSync: ["settings"],
  confirmOrders: MATCHING,
  undo: [...MATCHING, "settings", "pick_lists"],
};

function camel(name: string): Command {
  return name.replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase()) as Command;
}

/** Puts the fake in the core's place. A command without a handler is refused and thereby shows in the test. */
export function startFakeBackend(first: Partial<Handlers>): FakeBackend {
  const newsroom = new Newsroom();
  const handlers: Partial<Handlers> = { news: (known) => newsroom.after(known), ...first };
  const calls: FakeBackend["calls"] = [];
  const held = new Map<Command, Promise<void>>();
  mockIPC(async (name, payload) => {
    const command = camel(name);
    const args = Object.values((payload ?? {}) as Record<string, unknown>);
    calls.push({ command, args });
    const handler = handlers[command] as ((...given: unknown[]) => unknown) | undefined;
    if (handler === undefined) {
      return Promise.reject(refusal("internal", `the fake core has no answer to ${command}`));
    }
    await held.get(command);
    const answer = await handler(...args);
    const tags = TELLS[command];
    if (tags !== undefined) void newsroom.publish([...tags], null);
    return answer;
  });
  return {
    calls,
    callsOf: <C extends Command>(command: C) =>
      calls.filter((call) => call.command === command).map(({ args }) => args as Parameters<(typeof commands)[C]>),
    handled: (command) => {
      const handler = handlers[command];
      if (handler === undefined) throw new Error(`nothing answers ${command}`);
      return handler;
    },
    answer: (more) => void Object.assign(handlers, more),
    hold: (command) => {
      let release = () => {};
      held.set(command, new Promise((resolve) => (release = resolve)));
      return () => {
        held.delete(command);
        release();
      };
    },
    changed: (...tags) => newsroom.publish(tags, null),
    synced: (status) => newsroom.publish([], status),
  };
}

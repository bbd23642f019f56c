/**
 * The one door to the core. Together with the generated bindings, the only importer of `@tauri-apps/api`.
 *
 * Commands resolve to their data or reject with a `Failure`; a panic, a plugin error or anything else that is no
 * `CommandError` becomes one with code `internal`, so callers switch on `code` and on nothing else.
 */
import { commands, type CommandError, type News } from "./bindings";

/** A refused command, as an `Error` so that it keeps a stack and passes through promises unharmed. */
export class Failure extends Error implements CommandError {
  readonly code: CommandError["code"];
  readonly retryable: boolean;
  readonly context: string | null;

  constructor(error: CommandError) {
    super(error.message);
    this.name = "Failure";
    this.code = error.code;
    this.retryable = error.retryable;
    this.context = error.context;
  }

  /** Any thrown value as a failure. */
  static from(thrown: unknown): Failure {
    if (thrown instanceof Failure) return thrown;
    const message = thrown instanceof Error ? thrown.message : String(thrown);
    return new Failure({ code: "internal", message, retryable: false, context: null });
  }
}

type Answer = { status: "ok"; data: unknown } | { status: "error"; error: CommandError };
type Data<A> = A extends { status: "ok"; data: infer D } ? D : never;
type Backend = {
  [Name in keyof typeof commands]: (
    ...args: Parameters<(typeof commands)[Name]>
  ) => Promise<Data<Awaited<ReturnType<(typeof commands)[Name]>>>>;
};

/** The core repairs what it is told of; several questions at once fail for one and the same damage. */
let toldOfDamage = false;

function unwrapped(command: (...args: never[]) => Promise<Answer>) {
  return async (...args: never[]): Promise<unknown> => {
    let answer: Answer;
    try {
      answer = await command(...args);
    } catch (thrown) {
      throw Failure.from(thrown);
    }
    if (answer.status === "ok") return answer.data;
    const { error } = answer;
    if (error?.code === "corrupt_database" && !toldOfDamage) {
      toldOfDamage = true;
      // Where even this fails there is nobody left to be told; the page shows that what it asked for has failed.
      void commands.suspectDamage().catch(() => null);
    }
    throw typeof error === "object" && error !== null && "code" in error ? new Failure(error) : Failure.from(error);
  };
}

/** Every command of the core under its own name, resolving to its data. */
export const backend = Object.fromEntries(
  Object.entries(commands).map(([name, command]) => [name, unwrapped(command as never)]),
) as Backend;

/** Stops listening. */
export type Unlisten = () => void;

/** How long after a question that failed the next one is asked. */
const PAUSE = 1000;

/** Calls back with all that changed after turn `known`: asks the core, which answers when there is something to tell. */
export function onNews(known: number, heard: (news: News) => void): Unlisten {
  let stopped = false;
  let turn = known;
  const ask = (): void => {
    if (stopped) return;
    backend.news(turn).then(
      (news) => {
        if (stopped) return;
        turn = news.turn;
        heard(news);
        ask();
      },
      () => void setTimeout(ask, PAUSE),
    );
  };
  ask();
  return () => {
    stopped = true;
  };
}

import { join, relative } from "node:path";
import { lockFolder } from "../results/lock.ts";
import { type Found, projectRoot } from "../run/discover.ts";
import { Deferred, Stopped } from "../run/executor.ts";
import { Session } from "../run/session.ts";
import { type ExecutorChoice, openExecutor } from "./choose-executor.ts";
import { leave } from "./leave.ts";
import { logged, plainDisplay, terminalDisplay } from "./observe.ts";

/** Where and how trials run, for every command that runs some. */
export interface RunPlace extends ExecutorChoice {
  readonly out: string;
}

export type Print = (text: string) => void;

/** Exit codes of work that did not come to its end. */
export const exitCodes = { stopped: 130, later: 0 } as const;

/**
 * Does work that runs trials, with a display of how far it is, a log in OUT/run.log, and a clean stop on Ctrl-C: the running trials are
 * killed, finished ones are kept. The folder of results belongs to this process meanwhile.
 *
 * @param all every benchmark of the project: what other machines that run trials must have too.
 * @returns what the work returns; "stopped", or "later" when trials were handed to what runs them later, after saying how to go on.
 */
export async function supervise<T>(
  place: RunPlace,
  all: readonly Found[],
  print: Print,
  work: (session: Session) => Promise<T>,
): Promise<T | keyof typeof exitCodes> {
  const { out } = place;
  const project = projectRoot(process.cwd());
  const release = lockFolder(out);
  try {
    let say: Print = print;
    const executor = await openExecutor(place, { all, project, say: (text) => say(text) });
    const display = process.stdout.isTTY ? terminalDisplay(executor.lines) : plainDisplay(print);
    const observer = logged(display, join(out, "run.log"));
    say = (text) => observer.remark(text);
    const stop = () => void executor.stop();
    const signals = ["SIGINT", "SIGTERM", "SIGHUP"] as const;
    for (const signal of signals) process.on(signal, stop);
    let result: T | Error;
    try {
      result = await work(new Session({ executor, out, project, observer }));
    } catch (error) {
      if (!(error instanceof Stopped || error instanceof Deferred)) throw error;
      result = error;
    } finally {
      await executor.stop();
      for (const signal of signals) process.off(signal, stop);
      await observer.close();
    }
    if (result instanceof Stopped) {
      const where = relative(".", out) || ".";
      leave();
      print(`Stopped. Finished trials are kept in ${where}; the same command goes on from there.`);
      return "stopped";
    }
    if (result instanceof Deferred) {
      print(executor.later?.() ?? "");
      return "later";
    }
    return result as T;
  } finally {
    release();
  }
}

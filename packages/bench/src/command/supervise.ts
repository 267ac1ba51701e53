import { join, relative } from "node:path";
import { projectRoot } from "../run/discover.ts";
import { Stopped } from "../run/executor.ts";
import { localExecutor } from "../run/local-executor.ts";
import { Session } from "../run/session.ts";
import { logged, plainDisplay, terminalDisplay } from "./observe.ts";

/** Where and how trials run, for every command that runs some. */
export interface RunPlace {
  readonly out: string;
  readonly jobs?: number;
  readonly threads: number;
  /** Seconds a trial may take. */
  readonly limit?: number;
  /** How often a trial is started at most when its process dies or hangs. */
  readonly attempts?: number;
}

export type Print = (text: string) => void;

/**
 * Does work that runs trials, with a display of how far it is, a log in OUT/run.log, and a clean stop on Ctrl-C: the running trials are
 * killed, finished ones are kept.
 *
 * @returns what the work returns; "stopped" after saying how to go on.
 */
export async function supervise<T>(
  { out, jobs, threads, limit, attempts }: RunPlace,
  print: Print,
  work: (session: Session) => Promise<T>,
): Promise<T | "stopped"> {
  const executor = localExecutor({ jobs, threads, limit, attempts });
  const display = process.stdout.isTTY ? terminalDisplay(executor.jobs) : plainDisplay(print);
  const observer = logged(display, join(out, "run.log"));
  const stop = () => executor.stop();
  const signals = ["SIGINT", "SIGTERM", "SIGHUP"] as const;
  for (const signal of signals) process.on(signal, stop);
  let result: T | "stopped";
  try {
    result = await work(new Session({ executor, out, project: projectRoot(process.cwd()), observer }));
  } catch (error) {
    if (!(error instanceof Stopped)) throw error;
    result = "stopped";
  } finally {
    executor.stop();
    for (const signal of signals) process.off(signal, stop);
    await observer.close();
  }
  if (result === "stopped") {
    const place = relative(".", out) || ".";
    print(`Stopped. Finished trials are kept in ${place}; the same command goes on from there.`);
  }
  return result;
}

import { availableParallelism } from "node:os";
import { makeAttempts, persist } from "./attempt.ts";
import { type Executor, Stopped } from "./executor.ts";
import { limitOf } from "./limit.ts";

export interface LocalOptions {
  /** Trials at a time; default: as many as the cores allow with `threads` each. */
  readonly jobs?: number;
  /** Native threads a trial may use; default 1, which is the fastest for many small trials. */
  readonly threads?: number;
  /** How often a trial is started at most when its process dies or hangs; default 2. */
  readonly attempts?: number;
  /** Seconds a trial may take; default: the benchmark's own limit, else 10 minutes (smoke), 2 hours (ci), a day (full). */
  readonly limit?: number;
  readonly execArgv?: readonly string[];
}

/**
 * Runs every trial in a forked process of its own, so that one that dies (exit code, signal, out of memory) or hangs costs itself alone.
 * Trials do not outlive the runner. Such an attempt is lost and the trial is started anew (`persist`).
 */
export function localExecutor({
  jobs,
  threads = 1,
  attempts = 2,
  limit,
  execArgv = process.execArgv,
}: LocalOptions = {}): Executor {
  const slots = jobs ?? Math.max(1, Math.floor(availableParallelism() / threads));
  const attempt = makeAttempts(execArgv);
  const waiting: (() => void)[] = [];
  let busy = 0;
  let stopped = false;

  return {
    name: "local",
    jobs: slots,
    lines: slots,
    threads,
    async run(trial, on) {
      if (busy >= slots) await new Promise<void>((resolve) => waiting.push(resolve));
      else busy++;
      try {
        if (stopped) throw new Stopped();
        on.start();
        const how = { limit: limitOf(trial, limit), threads, progress: on.progress };
        const {
          reply,
          startedAt,
          attempts: tries,
        } = await persist(attempt, trial, how, attempts, (why, tried) => {
          if (!stopped) on.lost(why, tried);
          return !stopped;
        });
        if (stopped && reply.type !== "done") throw new Stopped();
        return { reply, startedAt, attempts: tries };
      } finally {
        // The slot goes to the next in line, if there is one.
        const next = waiting.shift();
        if (next) next();
        else busy--;
      }
    },
    stop() {
      stopped = true;
      attempt.stop();
    },
  };
}

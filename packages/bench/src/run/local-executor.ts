import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { availableParallelism, tmpdir } from "node:os";
import { join } from "node:path";
import { type Executor, Stopped } from "./executor.ts";
import { type Guard, startGuard } from "./guard.ts";
import { limitOf } from "./limit.ts";
import type { Job } from "./message.ts";
import type { TrialSpec } from "./plan.ts";
import { startTrial, type TrialProcess } from "./trial-process.ts";

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
 * Trials do not outlive the runner. Such an attempt is lost and the trial is started anew, for it may be the machine's fault; an error that the benchmark throws is not
 * retried, for it would be thrown again.
 */
export function localExecutor({
  jobs,
  threads = 1,
  attempts = 2,
  limit,
  execArgv = process.execArgv,
}: LocalOptions = {}): Executor {
  const slots = jobs ?? Math.max(1, Math.floor(availableParallelism() / threads));
  const running = new Set<TrialProcess>();
  const waiting: (() => void)[] = [];
  let workspace: Workspace | null = null;
  let started = 0;
  let busy = 0;
  let stopped = false;

  async function attempt(trial: TrialSpec, progress: (fraction: number, note?: string) => void) {
    workspace ??= openWorkspace();
    const { guard, folder } = workspace;
    const directory = join(folder, String(started++));
    mkdirSync(directory);
    try {
      const job = jobOf(trial, threads, directory);
      const child = startTrial(job, { limit: limitOf(trial, limit), execArgv, progress });
      running.add(child);
      if (child.pid !== undefined) guard.add(child.pid);
      return await child.ended.finally(() => {
        running.delete(child);
        if (child.pid !== undefined) guard.remove(child.pid);
      });
    } finally {
      rmSync(directory, { recursive: true, force: true });
    }
  }

  return {
    name: "local",
    jobs: slots,
    threads,
    async run(trial, on) {
      if (busy >= slots) await new Promise<void>((resolve) => waiting.push(resolve));
      else busy++;
      try {
        if (stopped) throw new Stopped();
        on.start();
        for (let tried = 1; ; tried++) {
          const startedAt = new Date();
          const { lost, reply } = await attempt(trial, on.progress);
          if (stopped && reply.type !== "done") throw new Stopped();
          if (!lost || reply.type === "done" || tried >= attempts)
            return { reply, startedAt, attempts: tried };
          on.lost(reply.error, tried);
        }
      } finally {
        // The slot goes to the next in line, if there is one.
        const next = waiting.shift();
        if (next) next();
        else busy--;
      }
    },
    stop() {
      stopped = true;
      for (const child of running) child.kill();
      workspace?.guard.close();
    },
  };
}

/** The folder that holds the trials' own, and who removes it. */
interface Workspace {
  readonly folder: string;
  readonly guard: Guard;
}

function openWorkspace(): Workspace {
  const folder = mkdtempSync(join(tmpdir(), "outrigger-trials-"));
  return { folder, guard: startGuard(folder) };
}

function jobOf(
  { found, method, group, options, seed, tier }: TrialSpec,
  threads: number,
  directory: string,
): Job {
  const { name, version } = found.benchmark;
  return {
    file: found.file,
    benchmark: name,
    version,
    method,
    group,
    options,
    seed,
    tier,
    threads,
    directory,
  };
}

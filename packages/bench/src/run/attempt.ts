import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Watch } from "./executor.ts";
import { type Guard, startGuard } from "./guard.ts";
import type { Job } from "./message.ts";
import type { Runnable } from "./plan.ts";
import { type Attempt, startTrial, type TrialProcess } from "./trial-process.ts";

/** How a trial runs on this machine. */
export interface How {
  /** Seconds it may take. */
  readonly limit: number;
  /** Native threads it may use. */
  readonly threads: number;
  readonly progress: Watch;
  /** Kills it when aborted. */
  readonly signal?: AbortSignal;
}

/** Makes single attempts at trials, each in a process and an empty folder of its own. */
export interface Attempts {
  run(trial: Runnable, how: How): Promise<Attempt>;
  /** Kills what runs. */
  stop(): void;
}

/** No trial and no folder outlives this process, however it ends. */
export function makeAttempts(execArgv: readonly string[] = process.execArgv): Attempts {
  const running = new Set<TrialProcess>();
  let workspace: Workspace | null = null;
  let started = 0;
  return {
    async run(trial, { limit, threads, progress, signal }) {
      workspace ??= openWorkspace();
      const { guard, folder } = workspace;
      const directory = join(folder, String(started++));
      mkdirSync(directory);
      try {
        const child = startTrial(jobOf(trial, threads, directory), { limit, execArgv, progress });
        running.add(child);
        signal?.addEventListener("abort", () => child.kill(), { once: true });
        if (child.pid !== undefined) guard.add(child.pid);
        return await child.ended.finally(() => {
          running.delete(child);
          if (child.pid !== undefined) guard.remove(child.pid);
        });
      } finally {
        rmSync(directory, { recursive: true, force: true });
      }
    },
    stop() {
      for (const child of running) child.kill();
      workspace?.guard.close();
    },
  };
}

/** A trial that has ended, and how often it was started for that. */
export type Ended = Attempt & { readonly startedAt: Date; readonly attempts: number };

/**
 * Attempts a trial until it has ended. One whose process died or hung is started anew, for it may be the machine's fault; an error that the
 * benchmark throws is not, for it would be thrown again.
 *
 * @param most how often it is started. @param lost is told of every attempt after which another follows.
 */
export async function persist(
  attempts: Attempts,
  trial: Runnable,
  how: How,
  most: number,
  lost: (why: string, tried: number) => boolean,
): Promise<Ended> {
  for (let tried = 1; ; tried++) {
    const startedAt = new Date();
    const attempt = await attempts.run(trial, how);
    const { reply } = attempt;
    const ended = { ...attempt, startedAt, attempts: tried };
    if (reply.type === "done" || !attempt.lost || tried >= most || !lost(reply.error, tried)) return ended;
  }
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
  { found, method, group, options, seed, tier }: Runnable,
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

import { type ChildProcess, fork } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { availableParallelism, tmpdir } from "node:os";
import { extname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { type Executor, type Outcome, Stopped, type Watch } from "./executor.ts";
import { type Ending, type Job, replySchema } from "./message.ts";
import type { TrialSpec } from "./plan.ts";

// The same extension as this file: .js when built, .ts when the sources run under a loader.
const worker = fileURLToPath(new URL(`./worker${extname(import.meta.url)}`, import.meta.url));

/** Kept of what a trial printed, in characters: enough for a stack trace. */
const tailLength = 4000;

export interface LocalOptions {
  /** Trials at a time; default: as many as the cores allow with `threads` each. */
  readonly jobs?: number;
  /** Native threads a trial may use; default 1, which is the fastest for many small trials. */
  readonly threads?: number;
  readonly execArgv?: readonly string[];
}

/**
 * Runs every trial in a forked process of its own. A process that dies (exit code, signal) is started once more, for a crash may be
 * the machine's fault; an error that the benchmark throws is not retried, for it would be thrown again.
 */
export function localExecutor({
  jobs,
  threads = 1,
  execArgv = process.execArgv,
}: LocalOptions = {}): Executor {
  const limit = jobs ?? Math.max(1, Math.floor(availableParallelism() / threads));
  const running = new Set<ChildProcess>();
  const waiting: (() => void)[] = [];
  let busy = 0;
  let stopped = false;

  async function attempt(trial: TrialSpec, progress: Watch): Promise<{ reply: Ending; crashed: boolean }> {
    const directory = mkdtempSync(join(tmpdir(), "outrigger-trial-"));
    try {
      const child = fork(worker, [], {
        execArgv: [...execArgv],
        stdio: ["ignore", "pipe", "pipe", "ipc"],
        serialization: "advanced", // keeps NaN apart from null
        env: { ...process.env, OMP_NUM_THREADS: String(threads) },
      });
      running.add(child);
      const { found, method, group, options, seed, tier } = trial;
      const { name, version } = found.benchmark;
      const job: Job = {
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
      return await conversation(child, job, progress).finally(() => running.delete(child));
    } finally {
      rmSync(directory, { recursive: true, force: true });
    }
  }

  return {
    name: "local",
    jobs: limit,
    threads,
    async run(trial, on): Promise<Outcome> {
      if (busy >= limit) await new Promise<void>((resolve) => waiting.push(resolve));
      else busy++;
      try {
        if (stopped) throw new Stopped();
        on.start();
        for (let attempts = 1; ; attempts++) {
          const startedAt = new Date();
          const { crashed, reply } = await attempt(trial, on.progress);
          if (stopped && reply.type !== "done") throw new Stopped();
          if (!crashed || attempts === 2) return { reply, startedAt, attempts };
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
      for (const child of running) child.kill("SIGKILL");
    },
  };
}

/** Sends the job, listens until the process has ended, and says how it went. */
function conversation(
  child: ChildProcess,
  job: Job,
  progress: Watch,
): Promise<{ reply: Ending; crashed: boolean }> {
  const started = performance.now();
  return new Promise((resolve) => {
    let last: Ending | null = null;
    let tail = "";
    const listen = (chunk: Buffer) => {
      tail = (tail + chunk.toString("utf8")).slice(-tailLength);
    };
    child.stdout?.on("data", listen);
    child.stderr?.on("data", listen);
    child.on("message", (message) => {
      const reply = replySchema.safeParse(message);
      if (!reply.success) listen(Buffer.from(`\nUnreadable message from the trial: ${reply.error.message}`));
      else if (reply.data.type === "progress") progress(reply.data.fraction, reply.data.note);
      else last = reply.data;
    });
    const fail = (why: string) => {
      const seconds = (performance.now() - started) / 1000;
      const error = `${why}\n${tail}`.trim();
      resolve({ reply: { type: "failed", error, seconds, peakMemory: 0 }, crashed: true });
    };
    child.on("error", (error) => fail(`The trial's process could not be used: ${error.message}`));
    child.on("close", (code, signal) => {
      // A native library may still crash while it unloads; the result was complete before that.
      if (last) resolve({ reply: last, crashed: false });
      else fail(signal ? `The process was ended by ${signal}.` : `The process ended with exit code ${code}.`);
    });
    child.send(job, () => {}); // a process that died at once is reported by "close"
  });
}

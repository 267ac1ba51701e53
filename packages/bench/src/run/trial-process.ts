import { type ChildProcess, fork } from "node:child_process";
import { extname } from "node:path";
import { fileURLToPath } from "node:url";
import { z } from "zod";
import type { Watch } from "./executor.ts";
import type { Ending, Job } from "./message.ts";
import { replySchema } from "./reply.ts";

// The same extension as this file: .js when built, .ts when the sources run under a loader.
const worker = fileURLToPath(new URL(`./worker${extname(import.meta.url)}`, import.meta.url));

/** Kept of what a trial printed, in characters: enough for a stack trace. */
const tailLength = 4000;

/** Seconds that a trial may take to be gone after its result came or its process ended: libraries may hang while they unload, and what it
 * has started may still hold its output open. */
const leaving = 5;

/** How an attempt at a trial ended. */
export interface Attempt {
  readonly reply: Ending;
  /** The process died or hung before it could say how the trial ended, which may be the machine's fault. */
  readonly lost: boolean;
}

/** One attempt at a trial, in a process of its own. */
export interface TrialProcess {
  /** The process's id and that of its group; undefined when it could not be started. */
  readonly pid: number | undefined;
  readonly ended: Promise<Attempt>;
  kill(): void;
}

/**
 * Starts a trial. Resolves when its process is gone, with its reply or with why there is none: an exit code, a signal, or that it took
 * longer than `limit` seconds and was killed.
 */
export function startTrial(
  job: Job,
  { limit, execArgv, progress }: { limit: number; execArgv: readonly string[]; progress: Watch },
): TrialProcess {
  const started = performance.now();
  const child = fork(worker, [], {
    execArgv: [...execArgv],
    stdio: ["ignore", "pipe", "pipe", "ipc"],
    serialization: "advanced", // keeps NaN apart from null
    // A group of its own: Ctrl-C reaches the runner alone, and killing a trial kills what it has started.
    detached: process.platform !== "win32",
    // The address of a queue may hold a password, which is none of a benchmark's business.
    env: { ...process.env, OUTRIGGER_QUEUE: undefined, OMP_NUM_THREADS: String(job.threads) },
  });
  let closed = false;
  const kill = () => {
    if (!closed) killGroup(child);
  };
  const ended = new Promise<Attempt>((resolve) => {
    let last: Ending | null = null;
    let hung = false;
    let tail = "";
    let timer = after(limit, () => {
      hung = true;
      kill();
    });
    const listen = (chunk: Buffer) => {
      tail = (tail + chunk.toString("utf8")).slice(-tailLength);
    };
    child.stdout?.on("data", listen);
    child.stderr?.on("data", listen);
    child.on("message", (message) => {
      const reply = replySchema.safeParse(message);
      if (reply.success && reply.data.type === "progress") {
        progress(reply.data.fraction, reply.data.note);
        return;
      }
      last = reply.success
        ? (reply.data as Ending)
        : failed(`The trial's result cannot be stored. ${z.prettifyError(reply.error)}`);
      leave();
    });
    const leave = () => {
      if (closed) return;
      timer.close();
      timer = after(leaving, () => {
        kill();
        // What it has started in a group of its own would hold them open for as long as it runs.
        child.stdout?.destroy();
        child.stderr?.destroy();
      });
    };
    const failed = (why: string): Ending => {
      const seconds = (performance.now() - started) / 1000;
      return { type: "failed", error: `${why}\n${tail}`.trim(), seconds, peakMemory: 0 };
    };
    const settle = (why: string) => {
      closed = true;
      timer.close();
      // What was said before the process died is complete.
      resolve(last ? { reply: last, lost: false } : { reply: failed(why), lost: true });
    };
    child.on("error", (error) => settle(`The trial's process could not be used: ${error.message}`));
    child.on("exit", leave);
    child.on("close", (code, signal) => {
      if (hung) settle(`The trial took longer than its limit of ${limit} s and was killed.`);
      else
        settle(signal ? `The process was ended by ${signal}.` : `The process ended with exit code ${code}.`);
    });
    child.send(job, () => {}); // a process that died at once is reported by "close"
  });
  return { pid: child.pid, ended, kill };
}

/** setTimeout for any number of seconds: node's own takes at most 24 days, and infinity for none at all. */
function after(seconds: number, action: () => void): NodeJS.Timeout {
  const longest = 2 ** 31 - 1;
  const milliseconds = Math.ceil(seconds * 1000);
  return milliseconds > longest ? setTimeout(() => {}, longest) : setTimeout(action, milliseconds);
}

function killGroup(child: ChildProcess): void {
  if (child.pid === undefined) return;
  try {
    if (process.platform === "win32") child.kill("SIGKILL");
    else process.kill(-child.pid, "SIGKILL");
  } catch (error) {
    // It ended between the question and the signal.
    if ((error as NodeJS.ErrnoException).code !== "ESRCH") throw error;
  }
}

import { type ChildProcessWithoutNullStreams, spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { createInterface } from "node:readline";
import type { CompileOptions } from "../src/graph/index.ts";

/** What worker.ts is told on its command line. */
export interface WorkerOptions {
  readonly network: string;
  /** More than one: a Gram rule weighs them. */
  readonly tasks: number;
  readonly compile: CompileOptions;
}

export type Request = { readonly steps: number } | { readonly growth: number } | { readonly save: string };

/** Milliseconds and the sum of the task losses of every step. */
export interface Answer {
  readonly ms: number[];
  readonly losses: number[];
  readonly growth?: { readonly rss: number; readonly arrayBuffers: number };
}

/** A process that makes training steps on request. */
export interface Contender {
  readonly name: string;
  readonly command: string;
  readonly args: readonly string[];
  /** Longest its first step may take, in seconds. Default 120. */
  readonly patience?: number;
}

/** A contender that could not take part; the message says why. */
export class Failed extends Error {}

export interface Running {
  readonly version: string;
  /** @throws Failed when the process ends or stays silent for longer than `seconds`. */
  ask(request: Request, seconds?: number): Promise<Answer>;
  /** Largest resident memory so far, in MiB; undefined where the system does not tell (it does on Linux). */
  peakMemory(): number | undefined;
  stop(): void;
}

/** VmHWM, the high-water mark of resident memory. */
function highWaterMark(pid: number): number | undefined {
  try {
    const kilobytes = /^VmHWM:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1];
    return kilobytes === undefined ? undefined : Number(kilobytes) / 1024;
  } catch {
    return undefined;
  }
}

/** The last line that says something, without Python's indentation. */
const lastLine = (text: string): string => text.trim().split("\n").at(-1)?.trim() ?? "";

/**
 * Starts a contender and waits for its first line.
 *
 * @throws Failed when it ends before.
 */
export async function start({ command, args }: Contender): Promise<Running> {
  const child: ChildProcessWithoutNullStreams = spawn(command, args);
  const errors: string[] = [];
  child.stderr.on("data", (chunk: Buffer) => errors.push(chunk.toString()));
  const lines = createInterface(child.stdout)[Symbol.asyncIterator]();
  const ended = new Promise<never>((_, reject) => {
    child.once("error", (error) => reject(new Failed(error.message)));
    child.once("close", (code, signal) =>
      reject(new Failed(lastLine(errors.join("")) || `ended with ${signal ?? code}`)),
    );
  });
  ended.catch(() => {});
  const next = async (): Promise<string> => {
    const line = await lines.next();
    return line.done ? ended : line.value;
  };
  const { version } = JSON.parse(await Promise.race([next(), ended])) as { version: string };
  return {
    version,
    async ask(request, seconds = 600) {
      let timer: NodeJS.Timeout | undefined;
      const late = new Promise<never>((_, reject) => {
        const give = (): void => {
          child.kill("SIGKILL");
          reject(new Failed(`no answer within ${seconds} s`));
        };
        timer = setTimeout(give, 1000 * seconds);
      });
      child.stdin.write(`${JSON.stringify(request)}\n`);
      try {
        return JSON.parse(await Promise.race([next(), ended, late])) as Answer;
      } finally {
        clearTimeout(timer);
      }
    },
    peakMemory: () => highWaterMark(child.pid!),
    stop: () => {
      child.stdin.end();
    },
  };
}

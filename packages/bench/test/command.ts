import { type ChildProcess, spawn } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { command, project, temporary } from "./harness.ts";

/** How a command ended, with all that it printed. */
export interface Ended {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly output: string;
  /** Of that, what can be piped on. */
  readonly stdout: string;
}

export interface Start {
  readonly env?: Record<string, string>;
  /** Options of node itself. */
  readonly node?: readonly string[];
  readonly cwd?: string;
  /** The script to run; default: the command. */
  readonly run?: string;
}

/** Starts the `outrigger` command, in the project of the fixtures unless told otherwise; `heard` is what it has said so far. */
export function start(
  args: readonly string[],
  { env = {}, node = [], cwd = project, run = command }: Start = {},
): { child: ChildProcess; ended: Promise<Ended>; heard: () => string } {
  const child = spawn(process.execPath, [...node, run, ...args], {
    cwd,
    env: { ...process.env, ...env },
  });
  let output = "";
  let stdout = "";
  child.stdout.on("data", (chunk: Buffer) => (stdout += chunk.toString()));
  for (const stream of [child.stdout, child.stderr])
    stream.on("data", (chunk: Buffer) => (output += chunk.toString()));
  const ended = new Promise<Ended>((resolve) =>
    child.on("close", (code, signal) => resolve({ code, signal, output, stdout })),
  );
  return { child, ended, heard: () => output };
}

/** Runs the command to its end. */
export const outrigger = (...parameters: Parameters<typeof start>): Promise<Ended> =>
  start(...parameters).ended;

/** Waits until something is so. */
export async function until(so: () => boolean): Promise<void> {
  for (let tries = 0; tries < 1200; tries++) {
    if (so()) return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error(`This did not become so within a minute: ${so.toString()}`);
}

/** Waits until a file has so many lines. */
export const reached = (path: string, count: number): Promise<void> =>
  until(() => count === 0 || (existsSync(path) && readFileSync(path, "utf8").split("\n").length > count));

/** Whether a process runs; one that has ended and waits for its parent (state Z) does not. */
export const alive = (pid: number): boolean => {
  try {
    process.kill(pid, 0);
    return process.platform !== "linux" || !/\) Z /.test(readFileSync(`/proc/${pid}/stat`, "utf8"));
  } catch {
    return false;
  }
};

/** A folder for results, and the arguments of a run into it. */
export function place(): { out: string; results: string; args: (name: string) => string[] } {
  const out = temporary();
  const args = (name: string) => [
    "run",
    name,
    "--out",
    out,
    "--report",
    join(out, "report"),
    "--workers",
    "2",
  ];
  return { out, results: join(out, "toy/smoke.jsonl"), args };
}

import { spawn } from "node:child_process";
import { once } from "node:events";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

/** Starts a command in this folder; `heard` is all that it has printed. */
function start(command, args, queue) {
  const [program, ...first] = command;
  const child = spawn(program, [...first, ...args], {
    cwd: import.meta.dirname,
    // The address holds a password, so it travels in the environment and never in a command line.
    env: { ...process.env, OUTRIGGER_QUEUE: queue },
  });
  let output = "";
  for (const stream of [child.stdout, child.stderr]) stream.on("data", (chunk) => (output += chunk));
  const ended = once(child, "close").then(([code]) => code);
  return { child, ended, heard: () => output };
}

async function finished(command, args, queue) {
  const { ended, heard } = start(command, args, queue);
  const code = await ended;
  if (code !== 0) throw new Error(`outrigger ${args.join(" ")} ended with exit code ${code}:\n${heard()}`);
}

/** The results of a run: one line a trial, without where and when it ran, sorted. */
export function results(folder) {
  const files = readdirSync(folder, { recursive: true, encoding: "utf8" }).filter((file) =>
    file.endsWith(".jsonl"),
  );
  const lines = files.flatMap((file) => readFileSync(join(folder, file), "utf8").trim().split("\n"));
  return lines.map((line) => JSON.stringify({ ...JSON.parse(line), provenance: null })).sort();
}

/**
 * Runs the benchmark twice: with one coordinator and two workers that share its trials over a queue, and here alone.
 *
 * @param {{ command: readonly string[], queue: string, out: string, args?: readonly string[] }} options
 *   command: how `outrigger` is started; queue: address of the server; out: folder of the results; args: more options of both runs
 * @returns results of both runs, and how many trials each worker finished
 */
export async function twoMachines({ command, queue, out, args = [] }) {
  const run = (name) => {
    const folder = join(out, name);
    return ["run", "queue", ...args, "--out", folder, "--report", join(folder, "report")];
  };
  // On real machines, one such command on each; they may come and go at any time.
  const workers = [1, 2].map(() => start(command, ["worker", "--workers", "1"], queue));
  try {
    await Promise.all(workers.map(ready));
    await finished(command, [...run("shared"), "--executor", "bullmq"], queue);
  } finally {
    for (const { child } of workers) child.kill("SIGTERM");
    await Promise.all(workers.map(({ ended }) => ended));
  }
  await finished(command, run("local"), queue);
  return {
    shared: results(join(out, "shared")),
    local: results(join(out, "local")),
    finishedBy: workers.map(({ heard }) => heard().match(/: done, /g)?.length ?? 0),
  };
}

/** Until a worker is ready. One that cannot begin ends by itself, and then there is nothing to wait for. */
async function ready({ child, heard }) {
  while (!heard().includes("Waits for trials")) {
    if (child.exitCode !== null) throw new Error(`A worker has ended:\n${heard()}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

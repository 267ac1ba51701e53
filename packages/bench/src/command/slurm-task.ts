import { existsSync, readFileSync } from "node:fs";
import { BenchError } from "../error.ts";
import { writeWhole } from "../results/write-whole.ts";
import { makeAttempts, persist } from "../run/attempt.ts";
import { discover, projectRoot } from "../run/discover.ts";
import { environment } from "../run/environment.ts";
import { trialOfOrder } from "../run/order.ts";
import { writeOutcome } from "../run/outcome.ts";
import { outcomePath } from "../run/slurm-executor.ts";
import type { Print } from "./supervise.ts";

export interface SlurmTask {
  readonly out: string;
  /** This task's number, from 0. */
  readonly task: number;
  readonly of: number;
}

/**
 * `outrigger slurm-task`: runs every `of`-th trial of a list, from the `task`-th on, one after the other, and puts how each ended into a
 * file of its own, which the runner takes.
 *
 * @returns the exit code: 0 when all have ended, well or badly.
 * @throws BenchError "other-version" when the code here is not what the list asks for, "bad-trial" for what is no list of trials.
 */
export async function slurmTaskCommand(
  list: string,
  { out, task, of }: SlurmTask,
  print: Print,
): Promise<number> {
  const all = await discover(process.cwd());
  const own = readFileSync(list, "utf8")
    .split("\n")
    .filter((line, i) => line !== "" && i % of === task);
  const tries = makeAttempts();
  let stopped = false;
  for (const signal of ["SIGINT", "SIGTERM"] as const)
    process.on(signal, () => {
      stopped = true;
      tries.stop();
    });
  for (const line of own) {
    const { trial, order } = trialOfOrder(parsed(line), all);
    const path = outcomePath(out, order.id);
    if (stopped || existsSync(path)) continue;
    const { threads } = order;
    const how = { threads, limit: order.limit ?? Number.POSITIVE_INFINITY, progress() {} };
    const { reply, lost, ...ended } = await persist(tries, trial, how, order.attempts, () => !stopped);
    if (stopped && lost) continue;
    const machine = { ...environment(trial.found.root, projectRoot(process.cwd())), threads, jobs: 1 };
    writeWhole(path, writeOutcome({ reply, ...ended, machine }));
    print(`${order.id} ${trial.method}, seed ${trial.seed}: ${reply.type}, ${reply.seconds.toFixed(1)} s`);
  }
  tries.stop();
  return stopped ? 1 : 0;
}

function parsed(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch (error) {
    throw new BenchError("bad-trial", `The list has a line that is no JSON: ${(error as Error).message}`);
  }
}

import { BenchError } from "../error.ts";
import { bullmqExecutor } from "../run/bullmq-executor.ts";
import type { Found } from "../run/discover.ts";
import type { Executor } from "../run/executor.ts";
import { localExecutor } from "../run/local-executor.ts";
import { queueAddress } from "../run/queue/address.ts";
import { openServer } from "../run/queue/server.ts";
import { slurmExecutor } from "../run/slurm-executor.ts";

export const executors = ["local", "bullmq", "slurm"] as const;

/** Which executor runs the trials, and how. */
export interface ExecutorChoice {
  readonly executor: (typeof executors)[number];
  /** Where the queue of `bullmq` is. */
  readonly queue?: string;
  readonly out: string;
  /** Trials at a time; for slurm the tasks of the array. */
  readonly workers?: number;
  readonly threads: number;
  /** Seconds a trial may take. */
  readonly limit?: number;
  /** How often a trial is started at most when its process dies or hangs. */
  readonly attempts?: number;
}

/** What executors on other machines must know besides. */
export interface Surroundings {
  /** Every benchmark of the project. */
  readonly all: readonly Found[];
  readonly project: string;
  /** Tells the person what goes on there. */
  readonly say: (text: string) => void;
}

/** @throws BenchError "bad-option" for a queue that is not asked for, and what the executors throw: "queue", "missing-package". */
export async function openExecutor(choice: ExecutorChoice, around: Surroundings): Promise<Executor> {
  const { executor, queue, workers, ...rest } = choice;
  const how = { ...rest, jobs: workers };
  if (queue !== undefined && executor !== "bullmq")
    throw new BenchError("bad-option", "--queue goes with --executor bullmq.");
  if (executor === "local") return localExecutor(how);
  if (executor === "slurm") return slurmExecutor({ ...how, ...around });
  const server = await openServer(queueAddress(queue));
  return bullmqExecutor({ ...how, ...around, server });
}

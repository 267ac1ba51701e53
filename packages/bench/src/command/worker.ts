import { BenchError } from "../error.ts";
import { discover, projectRoot } from "../run/discover.ts";
import { queueAddress } from "../run/queue/address.ts";
import { serve } from "../run/queue/serve.ts";
import { openServer } from "../run/queue/server.ts";
import { leave } from "./leave.ts";
import type { Print } from "./supervise.ts";

export interface WorkerOptions {
  readonly queue?: string;
  /** Trials at a time. */
  readonly workers?: number;
  readonly lock: number;
  /** Folder of datasets. */
  readonly data?: string;
}

/**
 * `outrigger worker`: runs trials from a queue until it is stopped.
 *
 * @returns the exit code: 0 after Ctrl-C, 1 when its code was built anew meanwhile.
 * @throws BenchError "nothing-to-run" when there is no benchmark here, and what `openServer` throws.
 */
export async function workerCommand(
  { queue, workers, lock, data }: WorkerOptions,
  print: Print,
): Promise<number> {
  if (data !== undefined) process.env.OUTRIGGER_DATA = data;
  const all = await discover(process.cwd());
  if (all.length === 0)
    throw new BenchError(
      "nothing-to-run",
      "No package here has benchmarks, so there is nothing this worker could run.",
    );
  const server = await openServer(queueAddress(queue));
  const serving = await serve({
    server,
    all,
    project: projectRoot(process.cwd()),
    jobs: workers,
    lock,
    say: print,
  });
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, () => serving.stop());
  const why = await serving.ended;
  print(why ?? "Stopped. What ran here was given back to the queue.");
  leave();
  return why === null ? 0 : 1;
}

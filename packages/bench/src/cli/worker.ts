import type { Command } from "commander";
import { z } from "zod";
import { workerCommand } from "../command/worker.ts";
import { check, count, print, shared } from "./shared.ts";

const schema = z.object({
  queue: z.string().optional(),
  workers: count.optional(),
  lock: z.coerce.number().min(1, "give 1 second or more"),
  data: z.string().optional(),
});

export function addWorker(program: Command): void {
  program
    .command("worker")
    .description("run trials that `outrigger run --executor bullmq` puts on a queue, here, until stopped")
    .addOption(shared.queue())
    .option(
      "--workers <n>",
      "trials at a time (default: the number of cores; give a quarter of that for runs with --threads 4)",
    )
    .option("--data <dir>", "folder of datasets; sets OUTRIGGER_DATA")
    .option(
      "--lock <seconds>",
      "when this machine dies, others are given its trials after one to one and a half times this",
      "60",
    )
    .addHelpText(
      "after",
      `
Start one on each machine, in a copy of the project that is built the same (git pull, npm ci, npm run build): a worker whose code differs
from the run's is told so, and gets no trial. Trials are names and numbers, never code. Every trial has a process of its own, with the
run's limit; one that dies or hangs is tried again, here or elsewhere. Ctrl-C gives back to the queue what runs here. Exit code: 0, or 1
when the project was built anew meanwhile.

Examples:
  outrigger worker --queue redis://lab1:6379 --workers 4
  OUTRIGGER_QUEUE=rediss://:PASSWORD@lab1:6379 outrigger worker
  OUTRIGGER_QUEUE='postgres://me:PASSWORD@lab1/trials?sslmode=verify-full' outrigger worker --data ~/data`,
    )
    .action(async (raw: unknown) => {
      process.exitCode = await workerCommand(check(schema, raw), print);
    });
}

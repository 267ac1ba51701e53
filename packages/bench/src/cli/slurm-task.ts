import type { Command } from "commander";
import { z } from "zod";
import { slurmTaskCommand } from "../command/slurm-task.ts";
import { check, count, print } from "./shared.ts";

const schema = z.object({
  out: z.string(),
  task: z.coerce.number().int().min(0),
  of: count,
});

/** The scripts that `--executor slurm` writes call it; people have no use for it. */
export function addSlurmTask(program: Command): void {
  program
    .command("slurm-task <list>", { hidden: true })
    .description("run a share of a list of trials")
    .requiredOption("--out <dir>", "folder of the results")
    .requiredOption("--task <k>", "which share, from 0")
    .requiredOption("--of <n>", "how many shares there are")
    .action(async (list: string, raw: unknown) => {
      process.exitCode = await slurmTaskCommand(list, check(schema, raw), print);
    });
}

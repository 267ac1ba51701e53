import type { Command } from "commander";
import { z } from "zod";
import { runCommand } from "../command/run-command.ts";
import { tierSchema } from "../results/row.ts";
import { addRunning, check, count, print, running, shared } from "./shared.ts";

const schema = z.object({
  tier: tierSchema,
  out: z.string(),
  report: z.string(),
  ...running,
  seeds: count.optional(),
  updateReference: z.boolean().default(false),
});

export function addRun(program: Command): void {
  addRunning(program.command("run [names...]"))
    .description("run what is not finished, print the table, write the report")
    .addOption(shared.tier().default("smoke"))
    .option(
      "--seeds <n>",
      "only the first n seeds of the tier: for a look; the table calls such rows incomplete",
    )
    .option("--update-reference", "afterwards copy the rows to the packages' own results, to be committed")
    .addOption(shared.out())
    .addOption(shared.report())
    .addHelpText(
      "after",
      `
Names are benchmarks ("molecular/esol") or domains ("molecular"). Candidates of a method are tried with the first seed; the best on
validation is kept for all seeds. Exit code: 0, also when trials were handed to slurm; 1 when a trial failed, 130 when stopped.

On many machines, --executor bullmq puts the trials on a queue in Redis or PostgreSQL, from which \`outrigger worker\` takes them on each; on a
cluster, --executor slurm writes the script of an array, and the same command takes the results once its tasks have ended. Either way the
rows are written here, by this command alone, and a trial that is finished is not run again. README, "On many machines".

Examples:
  outrigger run molecular --tier ci --data ~/data --workers 2
  outrigger run molecular --tier full --executor bullmq --queue redis://lab1:6379
  outrigger run molecular --tier full --executor slurm --workers 64 --threads 2
  outrigger run molecular/enumerated --methods uniform pcgrad --out /tmp/try`,
    )
    .action(async (names: string[], raw: unknown) => {
      process.exitCode = await runCommand(names, check(schema, raw), print);
    });
}

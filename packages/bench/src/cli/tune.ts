import { type Command, Option } from "commander";
import { z } from "zod";
import { tuneCommand } from "../command/tune.ts";
import { tierSchema } from "../results/row.ts";
import { addRunning, check, count, print, running, shared } from "./shared.ts";

const schema = z.object({
  tier: tierSchema,
  out: z.string(),
  ...running,
  configurations: count,
  search: z.enum(["random", "halving"]),
  seed: z.coerce.number().int("give a whole number"),
  score: z.boolean().default(false),
});

export function addTune(program: Command): void {
  addRunning(program.command("tune [names...]"))
    .description("choose the options of every method at the same budget, on validation only")
    .addOption(shared.tier().default("ci"))
    .option("--configurations <n>", "how many every row may try", "16")
    .addOption(
      new Option("--search <how>", "how the budget is spent")
        .choices(["random", "halving"])
        .default("random"),
    )
    .option("--seed <n>", "of the draw of configurations", "0")
    .option("--score", "afterwards run what was chosen with all seeds, and print the table")
    .addOption(shared.out().default("results/tuned"))
    .addHelpText(
      "after",
      `
Every row draws configurations from the "space" of its arm, or from its list of candidates; rows with the same space get the same ones,
and where one has fewer than asked for, all get as few. random: each is run with the tier's first seed. halving: the better half goes on
with twice the seeds, again and again. No choice looks at test. Exit code: 0, 1 when a trial failed, 130 when stopped.

Examples:
  outrigger tune molecular/esol --configurations 32 --score
  outrigger tune molecular/esol --methods pcgrad --search halving
  outrigger table molecular/esol --tier ci --out results/tuned      the table again, of all searches in that folder together`,
    )
    .action(async (names: string[], raw: unknown) => {
      process.exitCode = await tuneCommand(names, check(schema, raw), print);
    });
}

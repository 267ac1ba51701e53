import type { Command } from "commander";
import { z } from "zod";
import { reproduceCommand } from "../command/reproduce.ts";
import { tierSchema } from "../results/row.ts";
import { addRunning, check, print, running, shared } from "./shared.ts";

const part = z
  .string()
  .regex(/^\d+\/\d+$/, "give two numbers, for example 2/7")
  .transform((text) => {
    const [index = 0, of = 0] = text.split("/").map(Number);
    return { index, of };
  })
  .refine(({ index, of }) => index >= 1 && index <= of, "the first number runs from 1 to the second");

const schema = z.object({
  tier: tierSchema,
  out: z.string(),
  ...running,
  part: part.optional(),
});

export function addReproduce(program: Command): void {
  addRunning(program.command("reproduce [names...]"))
    .description("run the committed rows again and check that the numbers come out again")
    .addOption(shared.tier().default("smoke"))
    .option("--part <k/n>", "only every n-th row, from the k-th on: n calls go through all")
    .addOption(shared.out().default("results/reproduced"))
    .addHelpText(
      "after",
      `
Takes the rows that the packages have committed in results/<tier>.jsonl, and runs their trials with the code that is here, with the
options that validation chose then. smoke: every metric must be equal to 1e-6. ci and full: a row reproduces when the interval of
(new - committed) over its seeds holds zero, adjusted by Holm over all rows. Exit code: 0 when all reproduce, 1, 130 when stopped.

Trials are kept in --out and not run twice with the same code; delete that folder to run them anew.

Examples:
  outrigger reproduce                          the smoke rows, exactly: what CI does for every change
  outrigger reproduce --tier ci --part 3/7     a seventh of the ci rows: what CI does at night, all in a week`,
    )
    .action(async (names: string[], raw: unknown) => {
      process.exitCode = await reproduceCommand(names, check(schema, raw), print);
    });
}

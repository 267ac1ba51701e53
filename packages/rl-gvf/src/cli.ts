import { OutriggerError } from "@outrigger/core/error";
import { Command } from "commander";
import { addEval } from "./cli/eval.ts";
import { addRecord } from "./cli/record.ts";
import { addTrain } from "./cli/train.ts";
import { addWatch } from "./cli/watch.ts";
import { RlGvfError } from "./error.ts";

/** The `outrigger-rl` command. Sets the exit code: 0, or 1 for a mistake that it names. */
export async function main(argv: readonly string[]): Promise<void> {
  const command = new Command("outrigger-rl")
    .description("Trains, tests, shows and records actor-critics with random questions as auxiliary tasks.")
    .showHelpAfterError("(add --help to see all that there is)");
  for (const add of [addTrain, addEval, addWatch, addRecord]) add(command);
  try {
    await command.parseAsync([...argv]);
  } catch (error) {
    if (!(error instanceof RlGvfError || error instanceof OutriggerError)) throw error;
    process.stderr.write(`${error.message}\n`);
    process.exitCode = 1;
  }
}

import { OutriggerError } from "@outrigger/core/error";
import { Command } from "commander";
import { addEval } from "./cli/eval.ts";
import { addList } from "./cli/list.ts";
import { warn } from "./cli/shared.ts";
import { addTrace } from "./cli/trace.ts";
import { addTrain } from "./cli/train.ts";

/** The `outrigger-seq` command. Sets the exit code: 0, 1 for a mistake that it names, 130 when stopped by Ctrl-C. */
export async function main(argv: readonly string[]): Promise<void> {
  try {
    await program().parseAsync([...argv]);
  } catch (error) {
    if (!(error instanceof OutriggerError)) throw error;
    warn(error.message);
    process.exitCode = 1;
  }
}

function program(): Command {
  const command = new Command("outrigger-seq")
    .description(
      "Trains a small transformer on short sequences with auxiliary tasks, tests it on long ones, and shows where its attention goes astray.",
    )
    .showHelpAfterError("(add --help to see all that there is)")
    .addHelpText(
      "after",
      `
Examples, of which the first three make a minute or two:
  outrigger-seq train --out runs/with                        reversal to length 10, restrictions of lengths to 50
  outrigger-seq train --auxiliary none --out runs/without    the same without help: the baseline
  outrigger-seq eval runs/with runs/without --html curve.html
  outrigger-seq trace runs/with --html trace.html            what the heads look at where it first fails
  outrigger-seq list                                         every task, auxiliary, position encoding and attention scale`,
    );
  for (const add of [addTrain, addEval, addTrace, addList]) add(command);
  return command;
}

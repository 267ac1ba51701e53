import { OutriggerError } from "@outrigger/core/error";
import { Command } from "commander";
import { addCompare } from "./cli/compare.ts";
import { addDescribe } from "./cli/describe.ts";
import { addExplain } from "./cli/explain.ts";
import { addPredict } from "./cli/predict.ts";
import { addSelect } from "./cli/select.ts";
import { addSplit } from "./cli/split.ts";
import { addTrain } from "./cli/train.ts";
import { warn } from "./cli/warn.ts";

/** The `outrigger-molecular` command. Sets the exit code: 0, 1 for a mistake that it names, 130 when stopped by Ctrl-C. */
export async function main(argv: readonly string[]): Promise<void> {
  try {
    await program().parseAsync([...argv]);
  } catch (error) {
    if (!(error instanceof OutriggerError)) throw error;
    warn(error.message);
    process.exitCode = 1;
  }
}

/** The command with all that it can do. */
export function program(): Command {
  const command = new Command("outrigger-molecular")
    .description(
      "Predicts properties of molecules from a table of measured ones, with error bars, and says whether auxiliary tasks help.",
    )
    .showHelpAfterError("(add --help to see all that there is)")
    .addHelpText(
      "after",
      `
Examples, in the order of use:
  outrigger-molecular describe data.csv --target logS                    what is in the table, and what is wrong with it
  outrigger-molecular compare data.csv --target logS                     do auxiliary tasks or descriptors help with these data?
  outrigger-molecular train data.csv --target logS --out model           a model, and model/card.html on how good it is
  outrigger-molecular predict new.csv --model model --out predictions.csv
  outrigger-molecular explain "CC(=O)Oc1ccccc1C(=O)O" --model model --out aspirin.svg`,
    );
  const commands = [addDescribe, addSplit, addSelect, addCompare, addTrain, addPredict, addExplain];
  for (const add of commands) add(command);
  return command;
}

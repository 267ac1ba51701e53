import { Command } from "commander";
import { addAnalyse } from "./cli/analyse.ts";
import { addCurve } from "./cli/curve.ts";
import { addExplore } from "./cli/explore.ts";
import { addPhase } from "./cli/phase.ts";
import { LinearTheoryError } from "./error.ts";

/** The `outrigger-linear` command. Sets the exit code: 0, or 1 for a mistake that it names. */
export async function main(argv: readonly string[]): Promise<void> {
  try {
    await program().parseAsync([...argv]);
  } catch (error) {
    if (!(error instanceof LinearTheoryError)) throw error;
    process.stderr.write(`${error.message}\n`);
    process.exitCode = 1;
  }
}

function program(): Command {
  const command = new Command("outrigger-linear")
    .description(
      "Says whether auxiliary data help a linear model, by how much, and at which weight: from your own tables, or from the theory alone.",
    )
    .showHelpAfterError("(add --help to see all that there is)")
    .addHelpText(
      "after",
      `
Examples:
  outrigger-linear analyse main.csv aux.csv              do these auxiliary rows help? a verdict with intervals
  outrigger-linear analyse main.csv a.csv b.csv --json   the same for programs
  outrigger-linear curve --features 12 --rows 30,60      the risk along the auxiliary's weight
  outrigger-linear phase --features 12 --rows 30         how near an auxiliary must be, by its number of rows
  outrigger-linear explore --out explorer.html           all of this to play with, in one page

Words: the risk is the expected squared error of a prediction beyond the label's noise. The distance Δ of an auxiliary is the risk that its own
true coefficients would have on the primary. "Alone" is least squares on the primary's rows.`,
    );
  for (const add of [addAnalyse, addCurve, addPhase, addExplore]) add(command);
  return command;
}

import { Command } from "commander";
import { addCompare } from "./cli/compare.ts";
import { addDoctor } from "./cli/doctor.ts";
import { addExport } from "./cli/export.ts";
import { addList } from "./cli/list.ts";
import { addReproduce } from "./cli/reproduce.ts";
import { addResults } from "./cli/results.ts";
import { addRun } from "./cli/run.ts";
import { warn } from "./cli/shared.ts";
import { addSlurmTask } from "./cli/slurm-task.ts";
import { addTune } from "./cli/tune.ts";
import { addWorker } from "./cli/worker.ts";
import { BenchError } from "./error.ts";

/** The `outrigger` command. Sets the exit code: 0, 1 for a failed trial or a mistake that it names, 130 when stopped by Ctrl-C. */
export async function main(argv: readonly string[]): Promise<void> {
  try {
    await program().parseAsync([...argv]);
  } catch (error) {
    if (!(error instanceof BenchError)) throw error;
    warn(error.message);
    process.exitCode = 1;
  }
}

function program(): Command {
  const command = new Command("outrigger")
    .description(
      "Runs the benchmarks of this project's packages and says honestly whether auxiliary tasks helped: every method against the same baseline, on the same seeds, with intervals.",
    )
    .showHelpAfterError("(add --help to see all that there is)")
    .addHelpText(
      "after",
      `
Examples:
  outrigger run                             every benchmark, tier smoke: minutes, shows that all works
  outrigger run molecular/esol --tier ci    the real thing: minutes to an hour on two cores
  outrigger run --tier ci --methods pcgrad  one method, and the baseline that it is compared with
  outrigger table --reference               the committed numbers, without running anything
  outrigger report --picture picture.png    the report again, and a picture for a README
  outrigger compare HEAD~1 HEAD             what the last commit changed, once both were run
  outrigger reproduce --tier ci             do the committed numbers come out again?
  outrigger run --executor bullmq           on many machines, each of which runs: outrigger worker
  outrigger tune molecular/esol --score     every method's options chosen at the same budget, on validation
  outrigger export csv trials.csv           for a spreadsheet, DuckDB, TensorBoard or MLflow

A run can be stopped (Ctrl-C, or worse) and started again: finished trials are kept and skipped.`,
    );
  for (const add of [
    addRun,
    addWorker,
    addSlurmTask,
    addList,
    addResults,
    addCompare,
    addReproduce,
    addTune,
    addExport,
    addDoctor,
  ])
    add(command);
  return command;
}

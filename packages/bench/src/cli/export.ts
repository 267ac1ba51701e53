import { Argument, type Command } from "commander";
import { z } from "zod";
import { exportable, exporters } from "../command/export.ts";
import { named } from "../command/select.ts";
import { tierSchema } from "../results/row.ts";
import { check, print, shared, warn } from "./shared.ts";

const schema = z.object({
  tier: tierSchema.optional(),
  out: z.string(),
  reference: z.boolean().default(false),
});
const format = z.enum(["csv", "parquet", "tensorboard", "mlflow"]);

export function addExport(program: Command): void {
  program
    .command("export")
    .description("hand trials on: to a spreadsheet, DuckDB, TensorBoard or MLflow")
    .addArgument(new Argument("<format>", "what to write").choices(format.options))
    .argument("<to>", "file (csv, parquet), folder (tensorboard) or address of a server (mlflow)")
    .argument("[names...]", "benchmarks or domains; all when none is named")
    .addOption(shared.tier())
    .addOption(shared.reference())
    .addOption(shared.out())
    .addHelpText(
      "after",
      `
Every trial is one row, file or run, of whatever code it was: the column "counts" says whether a table rests on it. The test metrics of
tuning trials that were not chosen are left out. Exporting again replaces files, and adds to MLflow what is not there yet. MLflow's
credentials come from MLFLOW_TRACKING_TOKEN, or MLFLOW_TRACKING_USERNAME and MLFLOW_TRACKING_PASSWORD.

Examples:
  outrigger export csv esol.csv molecular/esol --tier ci --reference
  outrigger export parquet trials.parquet
  outrigger export tensorboard runs && tensorboard --logdir runs
  outrigger export mlflow http://localhost:5000 molecular`,
    )
    .action(async (how: string, to: string, names: string[], raw: unknown) => {
      const { tier, ...source } = check(schema, raw);
      const { trials, remarks } = exportable(await named(names), tier, source);
      for (const remark of remarks) warn(remark);
      print(await exporters[format.parse(how)](trials, to));
    });
}

import type { Tier } from "../benchmark.ts";
import { tiers } from "../benchmark.ts";
import { BenchError } from "../error.ts";
import { toCsv } from "../export/csv.ts";
import { exportMlflow } from "../export/mlflow.ts";
import { mlflowClient } from "../export/mlflow-client.ts";
import { toParquet } from "../export/parquet.ts";
import { writeTensorBoard } from "../export/tensorboard.ts";
import { type ExportedTrial, exportedTrials } from "../export/trial.ts";
import { plural } from "../plural.ts";
import { describeRemarks, readResults } from "../results/read.ts";
import { writeWhole } from "../results/write-whole.ts";
import { type Selection, type Source, sourcePath } from "./select.ts";

/** Trials that are to be exported, and what their files hold besides. */
export interface Exportable {
  readonly trials: readonly ExportedTrial[];
  readonly remarks: readonly string[];
}

/**
 * All rows of the benchmarks, of one tier or of all, of whatever code.
 *
 * @throws BenchError "nothing-to-run" when there are none.
 */
export function exportable({ found }: Selection, tier: Tier | undefined, source: Source): Exportable {
  const benchmarks = found.map((entry) => entry.benchmark);
  const paths = new Set(
    found.flatMap((entry) => (tier ? [tier] : tiers).map((each) => sourcePath(entry, each, source))),
  );
  const files = [...paths].map(readResults);
  const names = new Set(benchmarks.map(({ name }) => name));
  const rows = files.flatMap((file) => file.rows).filter((row) => names.has(row.benchmark));
  const remarks = files.flatMap(describeRemarks);
  if (rows.length > 0) return { trials: exportedTrials(rows, benchmarks), remarks };
  throw new BenchError(
    "nothing-to-run",
    [
      "There are no results to export. Run some (outrigger run), or export the committed ones with --reference.",
      ...remarks,
    ].join("\n"),
  );
}

/** A way to hand trials on. @returns what was done, in words. */
export type Exporter = (trials: readonly ExportedTrial[], to: string) => Promise<string>;

export const exporters: Readonly<Record<"csv" | "parquet" | "tensorboard" | "mlflow", Exporter>> = {
  async csv(trials, to) {
    writeWhole(to, toCsv(trials));
    return `${plural(trials.length, "trial")} in ${to}`;
  },
  async parquet(trials, to) {
    writeWhole(to, await toParquet(trials));
    return `${plural(trials.length, "trial")} in ${to}`;
  },
  async tensorboard(trials, to) {
    return `${plural(await writeTensorBoard(trials, to), "trial")} in ${to}. Show them: tensorboard --logdir ${to}`;
  },
  async mlflow(trials, to) {
    const { exported, present } = await exportMlflow(mlflowClient(to, process.env), trials);
    return `${plural(exported, "trial")} exported to ${to}, ${present} were there already`;
  },
};

import { OutriggerError } from "@outrigger/core/error";
import type { CompileOptions } from "@outrigger/core/graph/compile";
import type { MoleculeTable } from "../data/dataset.ts";
import type { Split } from "../data/split.ts";
import { moleculeModel } from "../model/molecule-model.ts";
import { featureBatches } from "../predictor/molecule-features.ts";
import type { Configuration } from "../training/configuration.ts";
import { trainMember } from "../training/members.ts";
import type { Prepared } from "../training/prepare.ts";
import { targetsOf } from "../training/targets.ts";
import { METRICS } from "../training/test-metrics.ts";
import type { Measured } from "./kept-trainings.ts";

/** One training of one arm. */
export interface MeasureSetting {
  /** Its seed is that of the training. */
  readonly configuration: Configuration;
  readonly split: Split;
  readonly prepared: Prepared;
  /** Where its checkpoint is kept; undefined: nowhere. */
  readonly directory: string | undefined;
  readonly signal?: AbortSignal | undefined;
  readonly run?: CompileOptions | undefined;
}

/**
 * Trains one model and measures the primary on validation and test.
 *
 * @returns null when the signal stopped it
 * @throws OutriggerError `bad-data` where the test part gives no metric, and as `trainMember`
 */
export async function measureTraining(
  table: MoleculeTable,
  { configuration, split, prepared, directory, signal, run }: MeasureSetting,
): Promise<Measured | null> {
  const { seed, batchSize } = configuration;
  const targets = targetsOf(table, configuration.targets, configuration.kind, split);
  const [primary] = targets;
  const { features, auxiliaries, descriptors } = prepared;
  const metric = METRICS[primary!.kind][0]!;
  const fitted = await trainMember({
    configuration,
    split,
    targets,
    features,
    auxiliaries,
    extra: descriptors.length,
    seed,
    ...(directory !== undefined && { directory }),
    ...(signal && { signal }),
    ...(run && { run }),
  });
  const { input } = moleculeModel(configuration.model, { tasks: [] });
  const columns = {
    ...Object.fromEntries(targets.map(({ name, column }) => [name, column])),
    ...auxiliaries,
  };
  const rows = split.test;
  const labels = rows.filter((row) => primary!.raw.mask[row] === 1).length;
  const { batches } = featureBatches(features, { input, columns, rows, batchSize });
  const evaluation = fitted.stopped === "signal" ? null : await fitted.evaluate(batches);
  await fitted.dispose();
  if (evaluation === null) return null;
  const test = evaluation[primary!.name]?.[metric.name];
  if (test === null || test === undefined)
    throw new OutriggerError(
      "bad-data",
      `The test molecules of seed ${seed} give no ${metric.name} of "${primary!.name}": ${labels === 0 ? "none has a label" : "all are of one class"}. Choose --split random, or larger --fractions.`,
      { target: primary!.name, seed },
    );
  return { validation: fitted.best!.value, test, labels, auxiliaries: Object.keys(auxiliaries) };
}

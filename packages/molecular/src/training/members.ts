import { join } from "node:path";
import type { Column } from "@outrigger/core/data/column";
import { OutriggerError } from "@outrigger/core/error";
import type { CompileOptions } from "@outrigger/core/graph/compile";
import type { FitEvent } from "@outrigger/core/train/callback/event";
import { binary, type ColumnBatch, regression, type Task } from "@outrigger/core/train/task";
import { correlationWeights } from "../auxiliary/descriptor-tasks.ts";
import type { Split } from "../data/split.ts";
import { cosineAdam } from "../method/cosine-adam.ts";
import { namedMethod } from "../method/methods.ts";
import { type StagePlace, type TrainedByName, trainByName } from "../method/train-by-name.ts";
import { moleculeModel } from "../model/molecule-model.ts";
import { featureBatches, type MoleculeFeatures } from "../predictor/molecule-features.ts";
import type { Configuration } from "./configuration.ts";
import type { Target } from "./targets.ts";

/** What a member is trained on. */
export interface MemberSetting {
  readonly configuration: Configuration;
  readonly features: readonly MoleculeFeatures[];
  readonly split: Split;
  /** The primary first. */
  readonly targets: readonly Target[];
  readonly auxiliaries: Readonly<Record<string, Column>>;
  /** Number of descriptors in `features`. */
  readonly extra: number;
  readonly seed: number;
  /** Where its checkpoint is kept; default nowhere. */
  readonly directory?: string;
  readonly signal?: AbortSignal;
  readonly onEvent?: (event: FitEvent, stage: StagePlace) => void;
  readonly run?: CompileOptions;
}

/** Methods that leave everything but the primary untrained, or train it no further: heads of other targets would predict nothing. */
const ONE_TARGET: readonly string[] = ["single-task", "pre-train"];

/**
 * The name of the method: a single task where there is nothing to weigh.
 *
 * @throws OutriggerError `bad-option` for an unknown name, or one that would leave a target untrained.
 */
function methodOf({ configuration, targets, auxiliaries }: MemberSetting): string {
  const { method } = configuration;
  namedMethod(method);
  if (targets.length + Object.keys(auxiliaries).length === 1) return "single-task";
  if (targets.length === 1 || !ONE_TARGET.includes(method)) return method;
  const said = `The method "${method}" ends with the first of ${targets.length} targets alone, so the others would not be learned. Train a model for each target, or choose another method, such as uniform.`;
  throw new OutriggerError("bad-option", said, { method, targets: targets.map(({ name }) => name) });
}

const taskOf = ({ name, kind, scaler }: Target, k: number): Task<ColumnBatch> => {
  const role = k === 0 ? ("primary" as const) : ("auxiliary" as const);
  return kind === "classification" ? binary({ name, role }) : regression({ name, role, scaler });
};

/**
 * Trains one model of the ensemble by any of `METHODS`: selection and early stopping on validation, the test molecules are not touched. Further
 * targets count as much as the first under `uniform`, the default; other methods weigh them as they weigh auxiliaries.
 */
export async function trainMember(setting: MemberSetting): Promise<TrainedByName<ColumnBatch>> {
  const { configuration, features, split, targets, auxiliaries, extra, seed } = setting;
  const { learningRate, weightDecay, epochs, patience, batchSize } = configuration;
  const tasks = [
    ...targets.map(taskOf),
    ...Object.keys(auxiliaries).map((name) => regression({ name, role: "auxiliary" })),
  ];
  const { model, input } = moleculeModel(configuration.model, {
    tasks: tasks.map(({ name }) => name),
    extra,
  });
  const columns = {
    ...Object.fromEntries(targets.map(({ name, column }) => [name, column])),
    ...auxiliaries,
  };
  const batches = (rows: readonly number[]) =>
    featureBatches(features, { input, columns, rows, batchSize }).batches;
  const others = [...targets.slice(1).map(({ column }) => column), ...Object.values(auxiliaries)];
  return trainByName(model, {
    tasks,
    method: methodOf(setting),
    scale: configuration.scale,
    correlations: correlationWeights(targets[0]!.column, others, split.train),
    furtherTargets: targets.length - 1,
    rows: split,
    batches,
    optimizer: cosineAdam({ learningRate, weightDecay }),
    epochs,
    patience,
    seed,
    progress: "none",
    ...(setting.onEvent && { onEvent: setting.onEvent }),
    ...(setting.directory !== undefined && { directory: join(setting.directory, `seed-${seed}`) }),
    ...(setting.signal && { signal: setting.signal }),
    ...setting.run,
  });
}

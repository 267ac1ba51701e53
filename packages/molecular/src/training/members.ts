import { join } from "node:path";
import type { Column } from "@outrigger/core/data/column";
import { OutriggerError } from "@outrigger/core/error";
import type { CompileOptions } from "@outrigger/core/graph/compile";
import { adam } from "@outrigger/core/optimize/adam";
import { adamw } from "@outrigger/core/optimize/adamw";
import { cosineDecay } from "@outrigger/core/optimize/schedule";
import type { FitEvent } from "@outrigger/core/train/callback/event";
import { type Fitted, fit } from "@outrigger/core/train/fit";
import { isProcedure } from "@outrigger/core/train/method";
import { binary, type ColumnBatch, regression, type Task } from "@outrigger/core/train/task";
import { staticWeights } from "@outrigger/core/weighting/static";
import type { Weighting } from "@outrigger/core/weighting/weighting";
import { correlationWeights } from "../auxiliary/descriptor-tasks.ts";
import type { Split } from "../data/split.ts";
import { METHODS, namedMethod } from "../method/methods.ts";
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
  readonly onEvent?: (event: FitEvent) => void;
  readonly run?: CompileOptions;
}

/**
 * The rule of a configuration: nothing to weigh without a second task; further targets count as much as the first under `uniform`, which is
 * the default. Other rules weigh them as they weigh auxiliaries.
 */
function ruleOf({ configuration, targets, auxiliaries, split }: MemberSetting): Weighting {
  const columns = Object.values(auxiliaries);
  const { method, scale, epochs } = configuration;
  if (method === "uniform")
    return staticWeights({ weights: [...targets.map(() => 1), ...columns.map(() => scale)] }) as Weighting;
  const others = [...targets.slice(1).map(({ column }) => column), ...columns];
  const correlations = correlationWeights(targets[0]!.column, others, split.train);
  const named = namedMethod(others.length === 0 ? "single-task" : method);
  const [stage, ...later] = named.plan({ correlations, epochs, scale });
  if (named.heldOut > 0 || later.length > 0 || isProcedure(stage!.method)) {
    const names = Object.keys(METHODS).join(", ");
    const said = `The method "${method}" has stages or a step of its own, which a predictor's training cannot stop and continue; use \`trainByName\`, or another of ${names}.`;
    throw new OutriggerError("bad-option", said, { method });
  }
  return stage!.method as Weighting;
}

const taskOf = ({ name, kind, scaler }: Target, k: number): Task<ColumnBatch> => {
  const role = k === 0 ? ("primary" as const) : ("auxiliary" as const);
  return kind === "classification" ? binary({ name, role }) : regression({ name, role, scaler });
};

/** Trains one model of the ensemble: selection and early stopping on validation, the test molecules are not touched. */
export async function trainMember(setting: MemberSetting): Promise<Fitted<ColumnBatch>> {
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
  const train = batches(split.train);
  const rate = cosineDecay({ peak: learningRate, steps: epochs * train.size });
  return fit(model, {
    tasks,
    method: ruleOf(setting),
    optimizer: weightDecay > 0 ? adamw({ learningRate: rate, weightDecay }) : adam({ learningRate: rate }),
    train,
    validation: batches(split.validation),
    epochs,
    patience,
    seed,
    progress: "none",
    ...(setting.onEvent && { callbacks: [setting.onEvent] }),
    ...(setting.directory !== undefined && { directory: join(setting.directory, `seed-${seed}`) }),
    ...(setting.signal && { signal: setting.signal }),
    ...setting.run,
  });
}

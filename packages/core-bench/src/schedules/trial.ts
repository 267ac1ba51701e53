import type { Trial, TrialResult } from "@outrigger/bench/benchmark";
import { adam } from "@outrigger/core/optimize/adam";
import { fitInStages } from "@outrigger/core/train/fit-in-stages";
import type { Method } from "@outrigger/core/train/method";
import { regression } from "@outrigger/core/train/task";
import { alternate } from "@outrigger/core/weighting/combine/alternate";
import { metaTartan } from "@outrigger/core/weighting/meta-tartan";
import { singleTask } from "@outrigger/core/weighting/single-task";
import { staticWeights } from "@outrigger/core/weighting/static";
import { uniform } from "@outrigger/core/weighting/uniform";
import type { Weighting } from "@outrigger/core/weighting/weighting";
import { smallNetwork } from "../low-data/model.ts";
import { lowData, sizes, tasks } from "../low-data/problem.ts";
import { repeated } from "../repeated.ts";

const UNITS = 6;
/** Steps between two looks at validation: an epoch of this benchmark. */
const EPOCH = 5;
const [PRIMARY] = tasks;

/** A part of a row's 600 steps. */
interface Part {
  readonly name: string;
  readonly steps: number;
  readonly method: () => Method;
  readonly frozen?: readonly string[];
}

interface Row {
  readonly parts: readonly Part[];
  readonly describe: string;
}

const auxiliaries = (): Weighting => staticWeights({ weights: [0, 1, 1, 1] }) as Weighting;
const inTurn = (): Weighting => alternate([1, singleTask() as Weighting], [1, auxiliaries()]) as Weighting;
const all = (method: () => Method): Part[] => [{ name: "train", steps: 600, method }];
const tuned = (method: () => Method): Part[] => [
  { name: "pre-train", steps: 300, method },
  { name: "fine-tune", steps: 300, method: singleTask },
];

/** Every row by its name; each takes 600 steps. */
export const rows: Readonly<Record<string, Row>> = {
  uniform: { parts: all(uniform), describe: "Primary and auxiliaries jointly, weighed alike: MT-TARTAN." },
  "single-task": { parts: all(singleTask), describe: "The primary alone." },
  alternate: { parts: all(inTurn), describe: "A step of the primary, then one of the auxiliaries, in turn." },
  "meta-tartan": {
    parts: all(metaTartan),
    describe: "Primary and auxiliaries jointly, weighed by META-TARTAN with the run's own head.",
  },
  "pre-train": {
    parts: tuned(auxiliaries),
    describe: "300 steps of the auxiliaries, then 300 of the primary.",
  },
  "pre-train-adapt": {
    parts: [
      { name: "pre-train", steps: 300, method: auxiliaries },
      { name: "adapt", steps: 100, method: uniform, frozen: ["trunk"] },
      { name: "fine-tune", steps: 200, method: singleTask },
    ],
    describe:
      "300 steps of the auxiliaries, 100 of all heads with the trunk frozen, then 200 of the primary.",
  },
  "pre-train-noise": {
    parts: tuned(() => staticWeights({ weights: [0, 0, 0, 1] })),
    describe: "300 steps of the auxiliary that is noise, then 300 of the primary.",
  },
  oracle: {
    parts: all(() => staticWeights({ weights: [1, 1, 0, 0] })),
    describe: "Jointly with the auxiliary that helps, and no other.",
  },
};

const squared = (rmse: number | null | undefined): number | null =>
  rmse === null || rmse === undefined ? null : rmse ** 2;

/** One seed of one row: 600 steps of Adam on the full batch, the best look at validation in the last stage, one look at the test. */
export async function runSchedules(trial: Trial): Promise<TrialResult> {
  const { train, validation, test } = lowData(trial.seed);
  const { parts } = rows[trial.method]!;
  const total = parts.reduce((sum, { steps }) => sum + steps, 0) / EPOCH;
  let done = 0;
  const fitted = await fitInStages(smallNetwork(sizes.inputs, UNITS, tasks), {
    tasks: tasks.map((name) => regression({ name, role: name === PRIMARY ? "primary" : "auxiliary" })),
    optimizer: adam({ learningRate: 0.01 }),
    train: repeated(train, EPOCH),
    validation,
    // Only rules that ask for it look at it; every row is selected on the same samples.
    dev: validation,
    seed: trial.seed,
    progress: "none",
    onEpoch: () => trial.progress(++done / total),
    threads: trial.threads,
    spinning: false,
    stages: parts.map(({ steps, method, ...part }) => ({ ...part, method: method(), epochs: steps / EPOCH })),
  });
  const { [PRIMARY]: tested } = await fitted.evaluate(test);
  await fitted.dispose();
  const { stages, best } = fitted;
  return {
    metrics: {
      "validation/mse": squared(best?.value),
      "test/mse": squared(tested?.["rmse"]),
    },
    curves: {
      "validation/mse": stages
        .flatMap(({ history }) => history)
        .map(({ validation }) => squared(validation[PRIMARY]?.["rmse"])),
    },
    notes: [
      best === null
        ? "no finite validation error"
        : `best after step ${(best.epoch + 1) * EPOCH} of the ${parts.at(-1)!.steps} of the last stage`,
    ],
    runtime: "onnx/cpu",
  };
}

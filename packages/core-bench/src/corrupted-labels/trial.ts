import type { Trial, TrialResult } from "@outrigger/bench/benchmark";
import type { EpochRecord } from "@outrigger/core/train/history";
import { sizes } from "../low-data/problem.ts";
import { methods } from "./methods.ts";
import { type CorruptedLabels, corruptedLabels, WRONG } from "./problem.ts";
import { EPOCH, STEPS, trained, trainedShuffled, withoutWrong } from "./train.ts";

/** Steps between two points of a curve. */
const POINT = 30;

/** Mean weights of the auxiliary's right and wrong labels, relative to the primary's. */
interface Means {
  readonly right: number;
  readonly wrong: number;
}

const mean = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0) / values.length;
const squared = (rmse: number | null | undefined): number | null =>
  rmse === null || rmse === undefined ? null : rmse ** 2;
const rounded = (value: number | null): number | null =>
  value === null || !Number.isFinite(value) ? null : Number(value.toPrecision(4));

/** Of a step's weights of all rows, those of the primary first. */
function meansOf(weights: Float32Array, { batch, wrong }: CorruptedLabels): Means {
  const mask = batch.masks["main"]!.data;
  const main = mean([...weights.subarray(0, sizes.train)].filter((_, row) => mask[row] === 1));
  const helpful = [...weights.subarray(sizes.train)];
  const of = (kind: 0 | 1): number => mean(helpful.filter((_, row) => wrong[row] === kind)) / main;
  return { right: of(0), wrong: of(1) };
}

/** Every label of a task has the task's weight, but for those that were left out. */
const meansOfTasks = (history: readonly EpochRecord[], oracle: boolean): Means[] =>
  history.flatMap(({ weights }) => {
    const right = weights["helpful"]! / weights["main"]!;
    return Array.from({ length: EPOCH }, () => ({ right, wrong: oracle ? 0 : right }));
  });

/**
 * One seed of one row: 600 steps of Adam on the full batch, the parameters of the best of 120 looks at validation, one look at the test.
 *
 * Methods that learn from held-out data get the validation samples, which every row is selected on. `shuffled` first trains as `aux-ts`.
 */
export async function runCorruptedLabels(trial: Trial): Promise<TrialResult> {
  const { method, seed, threads } = trial;
  const clean = corruptedLabels(seed);
  const data = method === "oracle" ? withoutWrong(clean) : clean;
  const parts = method === "shuffled" ? 2 : 1;
  const told: Float32Array[] = [];
  const options = (part: number) => ({
    seed,
    threads,
    onEpoch: (epoch: number) => trial.progress((part + ((epoch + 1) * EPOCH) / STEPS) / parts),
  });
  const rule = methods[method]!.make((weights) => told.push(weights));
  if (method === "shuffled") {
    const first = methods["aux-ts"]!.make((weights) => told.push(weights));
    await (await trained(data, first, options(0))).dispose();
  }
  const fitted =
    method === "shuffled"
      ? await trainedShuffled(data, told, rule, options(1))
      : await trained(data, rule, options(0));
  const { main } = await fitted.evaluate(data.test);
  await fitted.dispose();
  const { best, history } = fitted;
  const steps =
    told.length > 0
      ? told.map((weights) => meansOf(weights, data))
      : meansOfTasks(history, method === "oracle");
  // Shuffled among right and wrong ones, both have the mean of all.
  const all = steps.map(({ right, wrong }) => (1 - WRONG) * right + WRONG * wrong);
  const seen = method === "shuffled" ? all.map((value) => ({ right: value, wrong: value })) : steps;
  const points = seen.filter((_, step) => step % POINT === POINT - 1);
  const overall = (kind: keyof Means): string => mean(seen.map((one) => one[kind])).toPrecision(3);
  return {
    metrics: {
      "validation/mse": squared(best?.value),
      "test/mse": squared(main?.["rmse"]),
    },
    curves: {
      "validation/mse": history
        .filter(({ step }) => step % POINT === 0)
        .map(({ validation }) => rounded(squared(validation["main"]?.["rmse"]))),
      "weight/right": points.map(({ right }) => rounded(right)),
      "weight/wrong": points.map(({ wrong }) => rounded(wrong)),
    },
    notes: [
      best === null
        ? "no finite validation error"
        : `best after step ${(best.epoch + 1) * EPOCH} of ${STEPS}`,
      `mean weights relative to the primary's: right labels ${overall("right")}, wrong labels ${overall("wrong")}`,
    ],
    runtime: "onnx/cpu",
  };
}

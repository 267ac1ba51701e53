import type { Trial, TrialResult } from "@outrigger/bench/benchmark";
import type { CompileOptions } from "@outrigger/core";
import { Random } from "@outrigger/core/random";
import { scoreLengths, type TestOptions } from "../evaluate/by-length.ts";
import { predictor } from "../evaluate/teacher-forced.ts";
import { extrapolation } from "../metric/extrapolation.ts";
import type { LengthScore } from "../metric/length-score.ts";
import { limitsOf } from "../model/batch.ts";
import type { Decoder, DecoderParams } from "../model/decoder.ts";
import { stepsFor } from "../train/batches.ts";
import { type Trained, trainDecoder } from "../train/train.ts";
import type { Problem } from "./problem.ts";
import { revealing } from "./rows.ts";
import { safeLengths } from "./safe-length.ts";
import { headlineLength } from "./settings.ts";
import { decoderOf, mixtureOf, placing, type TrialOptions } from "./training.ts";

/** Points of a curve over the training. */
const LOOKS = 20;

/** Where a tier computes: `smoke` in plain JavaScript, whose numbers are the same on every machine; `full` on a GPU if there is one. */
const placeOf = ({ tier, threads }: Trial): Omit<CompileOptions, "random"> =>
  ({
    smoke: { runtime: "tfjs", device: "cpu" } as const,
    ci: { runtime: "onnx", device: "cpu", threads, spinning: false } as const,
    full: { threads },
  })[tier];

/** The mean of the primary's loss in every twentieth of the training, over the steps that had a row of it. */
function lossCurve(losses: readonly number[]): (number | null)[] {
  return Array.from({ length: LOOKS }, (_, i) => {
    const part = losses.slice((i * losses.length) / LOOKS, ((i + 1) * losses.length) / LOOKS);
    // A step without a row of the primary has the loss 0.
    const there = part.filter((loss) => Number.isFinite(loss) && loss > 0);
    return there.length === 0 ? null : there.reduce((a, b) => a + b, 0) / there.length;
  });
}

async function trained(
  trial: Trial,
  problem: Problem,
  options: TrialOptions,
  decoder: Decoder,
): Promise<Trained & { readonly curve: (number | null)[] }> {
  const mixture = mixtureOf(problem, options);
  // The stream from which the run draws its batches.
  const stream = Random.seeded(trial.seed, "shuffle");
  const steps = stepsFor({ ...mixture, limits: limitsOf(decoder.options) }, stream, options.tokens);
  const losses: number[] = [];
  const run = await trainDecoder({
    ...placeOf(trial),
    ...mixture,
    decoder,
    steps,
    seed: trial.seed,
    learningRate: options.learningRate,
    callbacks: [
      (event) => {
        if (event.kind !== "step") return;
        losses.push(event.loss);
        if (event.done % 50 === 0)
          trial.progress((0.97 * event.done) / steps, `step ${event.done}, loss ${event.loss.toFixed(3)}`);
      },
    ],
  });
  return { ...run, curve: lossCurve(losses) };
}

/** Scores on fresh sequences: those of the test at all lengths, and others, for validation, at the longest training length and the headline's. */
async function scored(
  trial: Trial,
  problem: Problem,
  options: TrialOptions,
  model: { readonly decoder: Decoder; readonly params: DecoderParams },
): Promise<{ readonly test: LengthScore[]; readonly validation: LengthScore[] }> {
  const { task, vocabulary } = problem;
  const { sequences, trainLength, testLengths } = options;
  const found = predictor(model.decoder, model.params, {
    ...placeOf(trial),
    batchSize: Math.min(64, sequences),
  });
  const score = (lengths: readonly number[], seed: number): Promise<LengthScore[]> => {
    const given: TestOptions = { sequences, seed, place: placing(options) };
    return scoreLengths(found, task, vocabulary, lengths, given);
  };
  // Sequences of a seed are the same for all rows. Those of validation come from a seed that no trial has.
  const test = await score(testLengths, trial.seed);
  const validation = await score([trainLength, headlineLength(options)], trial.seed + 1_000_000);
  await found.dispose();
  return { test, validation };
}

const byLength = (
  split: string,
  scores: readonly LengthScore[],
  of: (score: LengthScore) => number,
  name: string,
): Record<string, number> =>
  Object.fromEntries(scores.map((score) => [`${split}/${name}@${score.length}`, of(score)]));

/** A curve whose x is the length itself: nothing where no test was. */
function curveOf(scores: readonly LengthScore[], of: (score: LengthScore) => number): (number | null)[] {
  const at = new Map(scores.map((score) => [score.length, of(score)]));
  return Array.from({ length: Math.max(...at.keys()) }, (_, i) => at.get(i + 1) ?? null);
}

/**
 * One seed of one row: training on as many tokens as any other row, then the last parameters, with which nothing is selected, on fresh sequences of every
 * test length.
 */
export async function runLengths(problem: Problem, trial: Trial): Promise<TrialResult> {
  const options = trial.options as unknown as TrialOptions;
  const decoder = decoderOf(problem, options);
  const { params, budget, curve } = await trained(trial, problem, options, decoder);
  const { test, validation } = await scored(trial, problem, options, { decoder, params });
  const place = placeOf(trial);
  const heads = await safeLengths(problem, options, { decoder, params }, { seed: trial.seed, place });
  const exact = ({ exactMatch }: LengthScore): number => exactMatch;
  const tokens = ({ tokenAccuracy }: LengthScore): number => tokenAccuracy;
  const headline = (scores: readonly LengthScore[]): number =>
    scores.find(({ length }) => length === headlineLength(options))!.exactMatch;
  const reach = extrapolation(
    test.map(({ length, exactMatch }) => ({ length, score: exactMatch })),
    options.trainLength,
  );
  const { main } = budget.taskSteps;
  return {
    metrics: {
      "validation/exact-match@3x": headline(validation),
      "test/exact-match@3x": headline(test),
      ...byLength("validation", validation, exact, "exact-match"),
      ...byLength("test", test, exact, "exact-match"),
      ...byLength("test", test, tokens, "token-accuracy"),
      "test/length-90": reach.length90,
      "test/mean-unseen": reach.meanUnseen ?? null,
      ...heads.metrics,
      "train/steps": budget.steps,
      "train/main-steps": main!,
      "train/tokens": budget.tokens,
      "train/targets": budget.targets,
    },
    curves: {
      "exact match by length": curveOf(test, exact),
      "token accuracy by length": curveOf(test, tokens),
      "training loss by twentieth of the steps": curve,
    },
    notes: [
      `${budget.tokens} tokens in ${budget.steps} steps, ${main} of them with the main task; last parameters`,
      ...revealing(options.auxiliary, options),
      ...heads.notes,
    ],
    runtime: { smoke: "tfjs/cpu", ci: "onnx/cpu", full: "onnx/auto" }[trial.tier],
  };
}

import { adamw, cosineDecay, type FitOptions, fit, type Method, Random, uniform } from "@outrigger/core";
import { limitsOf } from "../model/batch.ts";
import type { Decoder, DecoderParams } from "../model/decoder.ts";
import { type SequenceBatch, sequenceModel, sequenceTask } from "../model/sequence-model.ts";
import { type Budget, budgetOf, type SequenceBatchesOptions, sequenceBatches } from "./batches.ts";

/** What goes to `fit` as it is. */
const passedOn = [
  "callbacks",
  "checkpointEvery",
  "dev",
  "device",
  "diagnostics",
  "directory",
  "onNonFinite",
  "progress",
  "resume",
  "runtime",
  "signal",
  "spinning",
  "threads",
] as const;
type Passed = Pick<FitOptions<SequenceBatch>, (typeof passedOn)[number]>;

/** How to train a decoder; see {@link trainDecoder}. */
export interface TrainOptions extends Omit<SequenceBatchesOptions, "limits">, Passed {
  readonly decoder: Decoder;
  /** Every random number of the run follows from it. */
  readonly seed: number;
  /** What weighs the tasks. Default: all weights 1, so that shares alone mix them. */
  readonly method?: Method;
  /** At its peak. Default 2e-3: with 1e-3 a decoder of width 64 had not learned restrictions well after 2,000 steps. */
  readonly learningRate?: number;
  /** Share of the steps in which the rate rises. Default 0.05. */
  readonly warmup?: number;
  /** Default 0. */
  readonly weightDecay?: number;
  /** Greatest norm of a gradient. Default 1. */
  readonly maxGradientNorm?: number;
}

export interface Trained {
  readonly params: DecoderParams;
  /** Of the whole run, also where it was stopped. */
  readonly budget: Budget;
  /** Mean loss of every task over the whole run; null for one that was never drawn. */
  readonly losses: Readonly<Record<string, number | null>>;
  readonly stopped: string;
}

/**
 * Trains a decoder on a mixture of tasks for a fixed number of steps, with AdamW (β 0.9 and 0.98), a linear warm-up and half a cosine down to 5 % of the
 * peak rate.
 *
 * The parameters of the last step are returned: nothing is selected, on short lengths or long ones. Arms with the same seed and decoder start from
 * the same parameters (so give all of them one vocabulary) and make the same number of steps on the same number of rows; auxiliaries take steps or rows from the main task. With a
 * `directory` a run that was interrupted goes on bit for bit.
 *
 * @throws OutriggerError as `fit` and {@link sequenceBatches}
 *
 * @example
 * const { params, budget } = await trainDecoder({
 *   decoder, mixing: "steps", batchSize: 64, steps: 2000, seed: 0,
 *   tasks: [
 *     { name: "reversal", role: "primary", source: whole(task, words, { lengths: [2, 10] }) },
 *     { name: "restriction", role: "auxiliary", source: restriction(task, words, { trainLength: 10, longest: 50 }) },
 *   ],
 * });
 */
export async function trainDecoder(options: TrainOptions): Promise<Trained> {
  const { decoder, tasks, mixing, batchSize, steps, seed, method = uniform() } = options;
  const { learningRate = 2e-3, warmup = 0.05, weightDecay = 0, maxGradientNorm = 1 } = options;
  const mixture = { tasks, mixing, batchSize, steps, limits: limitsOf(decoder.options) };
  const names = tasks.map(({ name }) => name);
  // `fit` wants to look at something after its epoch, and nothing depends on it: one batch of the primary.
  const looked = tasks.map((task) => ({ ...task, share: task.role === "primary" ? 1 : 0 }));
  const passed: Passed = Object.fromEntries(
    passedOn.flatMap((name) => (options[name] === undefined ? [] : [[name, options[name]]])),
  );
  const rate = cosineDecay({
    peak: learningRate,
    steps,
    warmup: Math.floor(warmup * steps),
    end: 0.05 * learningRate,
  });
  const fitted = await fit(sequenceModel(decoder, names), {
    ...passed,
    tasks: tasks.map(({ name, role }) => sequenceTask({ name, role })),
    method,
    optimizer: adamw({ learningRate: rate, beta2: 0.98, weightDecay }),
    train: sequenceBatches(mixture),
    validation: sequenceBatches({ tasks: looked, mixing: "steps", batchSize, steps: 1, seed }),
    epochs: 1,
    keep: "last",
    seed,
    maxGradientNorm,
    progress: options.progress ?? "none",
  });
  await fitted.dispose();
  return {
    params: fitted.params.trunk as unknown as DecoderParams,
    // The stream from which `fit` draws its batches.
    budget: budgetOf(mixture, Random.seeded(seed, "shuffle")),
    losses: fitted.history[0]?.losses ?? {},
    stopped: fitted.stopped,
  };
}

import { type CompileOptions, Random } from "@outrigger/core";
import { OutriggerError } from "@outrigger/core/error";
import { predictSafeLengths, type SafeLengths } from "../bound/predict-safe-length.ts";
import { type AttentionSupport, attentionMaps, meanMap } from "../evaluate/attention-map.ts";
import { testExamples } from "../evaluate/by-length.ts";
import { supportAt } from "../evaluate/support-at.ts";
import { predictor } from "../evaluate/teacher-forced.ts";
import type { Example } from "../example.ts";
import { largestLength } from "../metric/extrapolation.ts";
import type { LengthScore } from "../metric/length-score.ts";
import { type Configuration, valueOf } from "../setup/configuration.ts";
import { readModel, type SavedModel } from "../setup/model-folder.ts";
import { instanceOf } from "../setup/prepare.ts";
import { type SequenceTask, sequenceLength } from "../task/task.ts";
import { checkReach, type EvalSetting, everyHalf, scoresOf } from "./eval.ts";

/** What `trace` shows of one sequence: the tokens of its answer, and where the heads look before each. */
export interface TracedSequence {
  /** Its number among the test sequences. */
  readonly index: number;
  /** Every token in words, the last one only predicted. */
  readonly tokens: readonly string[];
  /** Index of the separator: the query of output 0. */
  readonly separator: number;
  /** Index of the query before the first wrong output, or before the middle output if all are right. */
  readonly query: number;
  readonly wrong: boolean;
  readonly said: string;
  readonly expected: string;
  /** weights[pass][head][query][key]. */
  readonly weights: readonly (readonly (readonly (readonly number[])[])[])[];
  /** Where the query of each output should look; empty for a task without a sparse rule. */
  readonly supports: readonly AttentionSupport[];
}

/** What `trace` found. */
export interface Traced {
  readonly folder: string;
  readonly configuration: Configuration;
  readonly task: Pick<SequenceTask, "name" | "describe" | "dense">;
  readonly scores: readonly LengthScore[];
  readonly length: number;
  readonly right: number;
  readonly samples: number;
  readonly sequence: TracedSequence;
  /** Absent for a task without a sparse rule, or where no context is longer than a training sequence. */
  readonly bound?: SafeLengths;
  readonly noBound?: string;
  /** The greatest task length whose longest context has so many tokens. */
  readonly lengthWithin: (tokens: number) => number;
}

/** Options of a trace: as for `eval`, with one length. */
export type TraceSetting = Omit<EvalSetting, "lengths"> & { readonly length?: number };

/**
 * Follows a model to where it fails: its curve, the attention of one sequence that it gets wrong at the first length with less than 90 % exact match
 * (or at a length of choice), and the lengths that the bound predicts from restrictions.
 *
 * @throws OutriggerError as `readModel` and `checkReach`.
 */
export async function trace(folder: string, setting: TraceSetting): Promise<Traced> {
  const model = readModel(folder);
  const { configuration, task, vocabulary, place } = model;
  const { trainLength, long } = configuration;
  const lengths = everyHalf(trainLength, long, task.minimum);
  checkReach(model, [...lengths, ...(setting.length === undefined ? [] : [setting.length])]);
  setting.progress(`testing lengths to ${lengths.at(-1)}`);
  const scores = await scoresOf(model, lengths, setting);
  const length = setting.length ?? failing(scores);
  const { samples, testSeed, threads } = setting;
  const compile: Omit<CompileOptions, "random"> = { ...(threads !== undefined && { threads }) };
  const examples = testExamples(task, vocabulary, length, {
    sequences: samples,
    seed: testSeed,
    ...(place && { place }),
  });
  setting.progress(`looking at length ${length}`);
  const errors = await firstErrors(model, examples, compile);
  const sequence = await tracedSequence(model, examples, errors, compile);
  const predicted = await boundOf(model, examples, compile);
  return {
    folder,
    configuration,
    task,
    scores,
    length,
    samples,
    right: errors.filter((error) => error === undefined).length,
    sequence,
    ...predicted,
    lengthWithin: (tokens) => lengthWithin(task, tokens),
  };
}

/** The first length with less than 90 % exact match, the longest if there is none. */
function failing(scores: readonly LengthScore[]): number {
  const reach = largestLength(
    scores.map(({ length, exactMatch }) => ({ length, score: exactMatch })),
    0.9,
  );
  return (scores.find(({ length }) => length > reach) ?? scores.at(-1)!).length;
}

interface FirstError {
  /** Index of the query. */
  readonly query: number;
  readonly said: number;
}

/** The first wrong output of every example; undefined for those that are right. */
async function firstErrors(
  { decoder, params }: SavedModel,
  examples: readonly Example[],
  compile: Omit<CompileOptions, "random">,
): Promise<(FirstError | undefined)[]> {
  const found = predictor(decoder, params, compile);
  try {
    const predicted = await found.predict(examples);
    return examples.map(({ tokens, targets }, i) => {
      const at = targets.find((target) => predicted[i]![target - 1] !== tokens[target]);
      return at === undefined ? undefined : { query: at - 1, said: predicted[i]![at - 1]! };
    });
  } finally {
    await found.dispose();
  }
}

async function tracedSequence(
  { decoder, params, task, vocabulary }: SavedModel,
  examples: readonly Example[],
  errors: readonly (FirstError | undefined)[],
  compile: Omit<CompileOptions, "random">,
): Promise<TracedSequence> {
  const index = Math.max(
    0,
    errors.findIndex((error) => error !== undefined),
  );
  const [example, error] = [examples[index]!, errors[index]];
  const { tokens, targets } = example;
  const query = error?.query ?? targets[Math.floor(targets.length / 2)]! - 1;
  const maps = await attentionMaps(decoder, params, [example], compile);
  const { input, output } = instanceOf(example, vocabulary);
  const text = (token: number): string => vocabulary.text(token, task.alphabet);
  return {
    index,
    tokens: tokens.map(text),
    separator: input.length + 1,
    query,
    wrong: error !== undefined,
    said: text(error?.said ?? tokens[query + 1]!),
    expected: text(tokens[query + 1]!),
    weights: maps.weights.map((_, pass) =>
      Array.from({ length: maps.heads }, (_unused, head) => meanMap(maps, pass, head)),
    ),
    supports: task.sparse
      ? Array.from({ length: output.length + 1 }, (_, t) => supportAt(task, input, t))
      : [],
  };
}

/** One output of every example, drawn at random among those whose context is longer than a training sequence. */
async function boundOf(
  { decoder, params, task, vocabulary, configuration }: SavedModel,
  examples: readonly Example[],
  compile: Omit<CompileOptions, "random">,
): Promise<Pick<Traced, "bound" | "noBound">> {
  if (task.sparse === undefined) return { noBound: task.dense ?? "" };
  const kept = sequenceLength(task, configuration.trainLength) - 1;
  const random = Random.seeded(configuration.seed, "trace");
  const supports = examples.map((example) => {
    const { input, output } = instanceOf(example, vocabulary);
    const first = Math.min(output.length, Math.max(0, kept - input.length - 1));
    return supportAt(task, input, first + random.integer(output.length + 1 - first));
  });
  try {
    return {
      bound: await predictSafeLengths(decoder, params, { examples, supports, kept, random, compile }),
    };
  } catch (error) {
    // Short sequences, or a support that a training sequence cannot hold.
    if (error instanceof OutriggerError && error.code === "bad-option") return { noBound: error.message };
    throw error;
  }
}

function lengthWithin(task: SequenceTask, tokens: number): number {
  let length = task.minimum - 1;
  while (length < 10_000 && sequenceLength(task, length + 1) - 1 <= tokens) length++;
  return length;
}

/** Position encoding and auxiliaries of a model, for titles. */
export const modelWords = (configuration: Configuration): string =>
  `${configuration.position}, ${configuration.auxiliary.length === 0 ? "no auxiliary" : valueOf(configuration, "auxiliary")}, trained to length ${configuration.trainLength}, seed ${configuration.seed}`;

import { Random } from "@outrigger/core/random";
import { wholeExample } from "../auxiliary/whole.ts";
import type { Example } from "../example.ts";
import { scoreAnswer } from "../metric/answer-score.ts";
import { type LengthScore, summarizeLength } from "../metric/length-score.ts";
import type { SequenceTask } from "../task/task.ts";
import { END, type Vocabulary } from "../vocabulary.ts";
import type { Predictor } from "./teacher-forced.ts";

export interface TestOptions {
  /** Sequences a length. Default 128. */
  readonly sequences?: number;
  /** Decides the sequences: models with the same seed are tested on the same ones. Default 0. */
  readonly seed?: number;
  /** Gives other position ids than 0, 1, 2, …: randomized or coupled ones, say. */
  readonly place?: (example: Example, random: Random) => Example;
}

/** Fresh instances of one length, from a stream of their own for every length. */
export function testExamples(
  task: SequenceTask,
  vocabulary: Vocabulary,
  length: number,
  { sequences = 128, seed = 0, place = (example) => example }: TestOptions = {},
): Example[] {
  const random = Random.seeded(seed, `test ${task.name} ${length}`);
  return Array.from({ length: sequences }, () =>
    place(wholeExample(task, task.sample(random, length), vocabulary), random),
  );
}

/**
 * Exact match and per-token accuracy of a task by length, in teacher-forced passes.
 *
 * Exact match is that of greedy generation. Per-token accuracy is under the right tokens before each: generation that goes wrong once has
 * less.
 *
 * Cost: one pass over `sequences` sequences a length, and the compilation of a graph for each length that is new to the predictor, about half a second.
 */
export async function scoreLengths(
  predictor: Predictor,
  task: SequenceTask,
  vocabulary: Vocabulary,
  lengths: readonly number[],
  options: TestOptions = {},
): Promise<LengthScore[]> {
  const scores: LengthScore[] = [];
  for (const length of lengths) {
    const examples = testExamples(task, vocabulary, length, options);
    const predicted = await predictor.predict(examples);
    const answers = examples.map(({ tokens, targets }, i) =>
      scoreAnswer(
        targets.map((at) => predicted[i]![at - 1]!),
        targets.map((at) => tokens[at]!),
        END,
      ),
    );
    scores.push(summarizeLength(length, answers));
  }
  return scores;
}

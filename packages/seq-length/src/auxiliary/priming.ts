import { Random } from "@outrigger/core/random";
import { checkCount, type SequenceTask, sequenceLength } from "../task/task.ts";
import type { Vocabulary } from "../vocabulary.ts";
import type { Source } from "./source.ts";
import { whole } from "./whole.ts";

/**
 * Priming: a few long examples of the main task, the same ones over and over. Unlike restrictions and hints this shows long sequences.
 *
 * Jelassi et al., "Length Generalization in Arithmetic Transformers", 2023, https://arxiv.org/abs/2306.15400.
 *
 * @param options.length of every example.
 * @param options.examples how many there are; the paper takes 10 to 50. Default 50.
 * @param options.seed which ones. Default 0.
 * @throws OutriggerError `bad-option` for a length that the task has not, a task without a token, or no examples.
 */
export function priming(
  task: SequenceTask,
  vocabulary: Vocabulary,
  { length, examples = 50, seed = 0 }: { length: number; examples?: number; seed?: number },
): Source {
  checkCount("examples", examples, 1);
  const stream = Random.seeded(seed, `${task.name}/priming`);
  const source = whole(task, vocabulary, { lengths: [length, length] });
  const shown = Array.from({ length: examples }, () => source.draw(stream));
  const longest = sequenceLength(task, length);
  return {
    name: `${task.name}/priming`,
    longest,
    largestPosition: longest - 1,
    draw: (random) => shown[random.integer(examples)]!,
  };
}

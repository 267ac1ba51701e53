import { between } from "../draw.ts";
import type { SequenceTask } from "../task/task.ts";
import type { Vocabulary } from "../vocabulary.ts";
import { type HintRule, hintExample, hintLength } from "./hint.ts";
import { checkLengths, type Source } from "./source.ts";
import { whole } from "./whole.ts";

/**
 * A related task, or a hint about the items of the main task, at longer lengths than the main task is trained at: the main task is to take
 * over its range. Unlike restrictions and hints this shows long sequences.
 *
 * Cai et al., "Extrapolation by Association: Length Generalization Transfer in Transformers", 2025, https://arxiv.org/abs/2506.09251.
 *
 * @param related a task with a token of its own, or a hint.
 * @param options.lengths the shortest and the longest length of the related task.
 * @throws OutriggerError `bad-option` for bounds in the wrong order or below the task's minimum, or a task without a token.
 */
export function association(
  task: SequenceTask,
  related: SequenceTask | HintRule,
  vocabulary: Vocabulary,
  { lengths }: { lengths: readonly [number, number] },
): Source {
  if ("sample" in related)
    return { ...whole(related, vocabulary, { lengths }), name: `${task.name}/${related.name}/longer` };
  const [shortest, longest] = lengths;
  checkLengths(`The hint "${related.name}" of ${task.name}`, task.minimum, shortest, longest);
  vocabulary.task(related.name);
  const room = hintLength(task, related, longest);
  return {
    name: `${task.name}/${related.name}/longer`,
    longest: room,
    largestPosition: room - 1,
    draw: (random) =>
      hintExample(random, task, related, vocabulary, { length: between(random, shortest, longest), room }),
  };
}

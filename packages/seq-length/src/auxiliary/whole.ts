import { OutriggerError } from "@outrigger/core/error";
import { between } from "../draw.ts";
import type { Example } from "../example.ts";
import { type Instance, type SequenceTask, sequenceLength } from "../task/task.ts";
import { END, SEPARATOR, type Vocabulary } from "../vocabulary.ts";
import { checkLengths, consecutive, type Source } from "./source.ts";

/** Position ids of whole instances: 0, 1, 2, …, or the task's coupled ids with 0 for the task token. */
export type WholePositions = "consecutive" | "coupled";

/**
 * A whole instance as an example: [task] input [separator] output [end]; every output token and the end are targets.
 *
 * @throws OutriggerError `bad-option` for coupled positions of a task that has none.
 */
export function wholeExample(
  task: SequenceTask,
  { input, output }: Instance,
  vocabulary: Vocabulary,
  positions: WholePositions = "consecutive",
): Example {
  const example = consecutive(
    [
      vocabulary.task(task.name),
      ...input.map(vocabulary.symbol),
      SEPARATOR,
      ...output.map(vocabulary.symbol),
      END,
    ],
    input.length + 2,
  );
  return positions === "coupled"
    ? { ...example, positions: coupledPositions(task, { input, output }) }
    : example;
}

/** The coupled ids of a whole sequence. @throws OutriggerError `bad-option` for a task that has none. */
export function coupledPositions(task: SequenceTask, instance: Instance): number[] {
  if (task.coupling === undefined)
    throw new OutriggerError("bad-option", `${task.name} has no coupled positions; take consecutive ones.`);
  const { inputs, separator, outputs } = task.coupling.ids(instance);
  return [0, ...inputs, separator, ...outputs];
}

/**
 * Whole instances of a task, their length uniform between two bounds.
 *
 * @param options.lengths the shortest and the longest length.
 * @param options.positions default "consecutive".
 * @throws OutriggerError `bad-option` for bounds in the wrong order or below the task's minimum, a task without a token, or coupled
 * positions of a task that has none.
 */
export function whole(
  task: SequenceTask,
  vocabulary: Vocabulary,
  { lengths, positions = "consecutive" }: { lengths: readonly [number, number]; positions?: WholePositions },
): Source {
  const [shortest, longest] = lengths;
  checkLengths(task.name, task.minimum, shortest, longest);
  vocabulary.task(task.name);
  const tokens = sequenceLength(task, longest);
  return {
    name: task.name,
    longest: tokens,
    largestPosition: tokens - 1,
    draw: (random) =>
      wholeExample(task, task.sample(random, between(random, shortest, longest)), vocabulary, positions),
  };
}

import { OutriggerError } from "@outrigger/core/error";
import { between } from "../draw.ts";
import { type SequenceTask, sequenceLength } from "../task/task.ts";
import { END, SEPARATOR, type Vocabulary } from "../vocabulary.ts";
import { checkLengths, consecutive, type Source } from "./source.ts";

/** The task token of predicted coupled positions. */
export const COUPLED_PREDICTION = "coupled-positions";

/**
 * Predicting the coupled position id of every output token, for sorting the index of its source: [coupled-positions] input [separator]
 * id_1 … id_M [end], ids as number tokens. As long as the main task's sequence.
 *
 * After predictive position coupling of Golowich et al., "The Role of Sparsity for Length Generalization in Transformers", ICML 2025,
 * https://arxiv.org/abs/2502.16792. Difference: there a second head predicts the id beside each token and the prediction is the next
 * token's id; here it is a task of its own with a token of its own, so that any model and any weighting takes it.
 *
 * @param options.lengths the shortest and the longest length.
 * @throws OutriggerError `bad-option` for a task that has no coupled positions, bounds out of order, a missing task token; `bad-data` from
 * `draw` when the vocabulary has too few numbers.
 */
export function coupledPrediction(
  task: SequenceTask,
  vocabulary: Vocabulary,
  { lengths }: { lengths: readonly [number, number] },
): Source {
  const [shortest, longest] = lengths;
  const { coupling } = task;
  if (coupling === undefined)
    throw new OutriggerError("bad-option", `${task.name} has no coupled positions to predict.`);
  checkLengths(`${COUPLED_PREDICTION} of ${task.name}`, task.minimum, shortest, longest);
  const token = vocabulary.task(COUPLED_PREDICTION);
  const tokens = sequenceLength(task, longest);
  return {
    name: `${task.name}/${COUPLED_PREDICTION}`,
    longest: tokens,
    largestPosition: tokens - 1,
    draw(random) {
      const instance = task.sample(random, between(random, shortest, longest));
      const ids = coupling.ids(instance).outputs.slice(0, -1);
      const start = [token, ...instance.input.map(vocabulary.symbol), SEPARATOR];
      return consecutive([...start, ...ids.map(vocabulary.number), END], start.length);
    },
  };
}

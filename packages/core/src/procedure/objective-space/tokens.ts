import type { Tensor, Tensor1D, Tensor2D, Tensor3D } from "@tensorflow/tfjs";
import * as tf from "@tensorflow/tfjs";
import { OutriggerError } from "../../error.ts";
import { array, type NDArray } from "../../graph/array.ts";
import type { Random } from "../../random.ts";
import type { ColumnBatch, Task } from "../../train/task.ts";
import { inRange } from "../../weighting/gram/check.ts";
import { checkSources, drawRows, type Source, unlabelled, withDrawn } from "./source.ts";
import { type Loss, type ObjectiveSpace, objectiveSpace } from "./space.ts";

/** What a model of token sequences reads. */
export interface TokenInputs<T = Tensor> {
  /** int32 [N, L]; 0 is padding. */
  readonly tokens: T;
  /** [N, 2]: whether a position sees earlier and later ones, 1 or 0 each; [1, 1] for the primary. */
  readonly sees: T;
}
type Batch = ColumnBatch<TokenInputs>;

export interface TokenSpaceOptions {
  /** Where sequences come from, by name; a table's inputs are tokens [M, L]. */
  readonly inputs: Readonly<Record<string, Source>>;
  /** The primary, whose loss the output "label" has. */
  readonly primary: Task<never>;
  /** V: tokens are 1 … V − 1, 0 is padding. */
  readonly vocabulary: number;
  /** The token that stands for one taken out; it replaces none. */
  readonly mask: number;
  /** Share of the tokens that are taken out. Default 0.15, BERT's. */
  readonly rate?: number;
  /** Names of the tasks whose heads answer. Default: those of the outputs, "denoise" and "label". */
  readonly heads?: { readonly denoise?: string; readonly label?: string };
}

/** Which neighbours are seen, and which token the output at a position says: its own, the next, the one before. */
const representations = {
  none: { sees: [1, 1], says: 0 },
  "left-to-right": { sees: [1, 0], says: 1 },
  "right-to-left": { sees: [0, 1], says: -1 },
} as const;

/**
 * The mask of attention, [N, L, L]: 1 where a position (row) sees another (column), which is itself, and what `sees` says of earlier and later
 * ones, of those that are not padding.
 */
export function visible({ tokens, sees }: TokenInputs): Tensor3D {
  const [samples, time] = tokens.shape as [number, number];
  const steps = tf.range(0, time);
  const distance = tf.sub(tf.reshape(steps, [1, 1, time]), tf.reshape(steps, [1, time, 1]));
  const when = (side: number, there: Tensor): Tensor =>
    tf.mul(
      tf.reshape(tf.slice(sees as Tensor2D, [0, side], [samples, 1]), [samples, 1, 1]),
      tf.cast(there, "float32"),
    );
  const near = tf.cast(tf.equal(distance, 0), "float32");
  const seen = tf.add(near, tf.add(when(0, tf.less(distance, 0)), when(1, tf.greater(distance, 0))));
  const there = tf.cast(tf.notEqual(tf.cast(tokens, "float32"), 0), "float32");
  return tf.mul(seen, tf.reshape(there, [samples, 1, time]));
}

/** What stands where a token was; "bert" leaves a tenth, replaces a tenth and masks the rest. */
function stand(transform: string, token: number, word: () => number, mask: number, random: Random): number {
  if (transform === "mask") return mask;
  if (transform === "replace") return word();
  const dice = random.uniform();
  if (dice < 0.8) return mask;
  return dice < 0.9 ? word() : token;
}

/** −log p of the tokens asked for, their mean over a sequence; sequences of which nothing is asked do not count. */
const denoise =
  (vocabulary: number): Loss<Batch> =>
  (output, _, target) => {
    const { clean, where } = target as { clean: Tensor; where: Tensor };
    const right = tf.oneHot(clean as Tensor2D, vocabulary, 1, 0, "float32");
    const surprise = tf.neg(tf.sum(tf.mul(tf.logSoftmax(output), right), -1));
    const asked = tf.sum<Tensor1D>(where, -1);
    const mean = tf.div<Tensor1D>(tf.sum(tf.mul(surprise, where), -1), tf.maximum(asked, 1));
    return { values: mean, mask: tf.minimum(asked, 1) };
  };

/**
 * Objectives on sequences of tokens: any of several tables as input; "none", "mask", "replace" (by random tokens) or "bert" (of the tokens
 * chosen 80 % masked, 10 % replaced, 10 % left) as transform; attention to all positions ("none"), "left-to-right" or "right-to-left" as
 * representation; "denoise", or "label", the primary's own loss, as output.
 *
 * Seeing all positions, "denoise" asks for the tokens that were chosen, as BERT; in one direction it asks at every position for the clean
 * neighbour that is not seen yet, as GPT. The model puts {@link visible} in its attention. The head "denoise" gives [N, L, V], the head
 * "label" what the primary's does. Illegal: denoising what was left as it is with all positions seen, and labels of a table that has none.
 *
 * @throws OutriggerError "bad-option" for a rate outside (0, 1], a mask that is no token, a table without rows or with another number of labels
 */
export function tokenSpace(options: TokenSpaceOptions): ObjectiveSpace<Batch> {
  const { inputs: sources, primary, vocabulary, mask, rate = 0.15, heads = {} } = options;
  inRange(rate, "rate", Number.MIN_VALUE, 1);
  checkSources(sources);
  if (!(Number.isInteger(mask) && mask > 0 && mask < vocabulary) || vocabulary < 3) {
    const said = `The mask is token ${mask} of a vocabulary of ${vocabulary}`;
    throw new OutriggerError(
      "bad-option",
      `${said}. It must be a token from 1 on, beside at least one other.`,
      {
        mask,
        vocabulary,
      },
    );
  }
  const words = Array.from({ length: vocabulary - 1 }, (_, i) => i + 1).filter((token) => token !== mask);
  const { name: task } = primary;
  const outputs = {
    denoise: { head: heads.denoise ?? "denoise", loss: denoise(vocabulary) },
    label: {
      head: heads.label ?? "label",
      loss: ((output, batch) => primary.loss(output, batch as never)) as Loss<Batch>,
    },
  };
  return objectiveSpace<Batch>({
    stages: {
      input: Object.keys(sources),
      transform: ["none", "mask", "replace", "bert"],
      representation: Object.keys(representations),
      output: ["denoise", "label"],
    },
    illegal: [
      { transform: "none", representation: "none", output: "denoise" },
      ...unlabelled(sources).map((input) => ({ input, output: "label" })),
    ],
    build: ({ input, transform, representation, output }) => ({
      ...outputs[output as keyof typeof outputs],
      make(batch, random) {
        const { tokens, sees } = batch.inputs as TokenInputs<NDArray>;
        const drawn = drawRows(sources[input]!, { batch, inputs: tokens, task }, random);
        const { sees: seen, says } = representations[representation as keyof typeof representations];
        const clean = drawn.inputs.data;
        const word = (): number => words[random.integer(words.length)]!;
        const taken = Float32Array.from(clean, (token, i) =>
          transform !== "none" &&
          token !== 0 &&
          drawn.present[Math.floor(i / time(tokens))] === 1 &&
          random.uniform() < rate
            ? 1
            : 0,
        );
        const left = Int32Array.from(clean, (token, i) =>
          taken[i] === 1 ? stand(transform, token, word, mask, random) : token,
        );
        const open = Float32Array.from(sees.data, (_, i) => seen[i % 2]!);
        const read = { tokens: array(left, tokens.shape), sees: array(open, sees.shape) };
        return {
          batch: withDrawn(batch, task, read, drawn),
          target: asked(drawn.inputs, drawn.present, taken, says),
        };
      },
    }),
  });
}

const time = ({ shape }: NDArray): number => shape[1]!;

/** The token that each position is asked for, and which positions are asked. */
function asked(
  inputs: NDArray,
  present: Float32Array,
  taken: Float32Array,
  says: 0 | 1 | -1,
): { clean: NDArray; where: NDArray } {
  const { data, shape } = inputs;
  const length = time(inputs);
  const clean = new Int32Array(data.length);
  const where = new Float32Array(data.length);
  for (let i = 0; i < data.length; i++) {
    const t = (i % length) + says;
    const told = t >= 0 && t < length ? data[i + says]! : 0;
    clean[i] = told;
    const counts = says === 0 ? taken[i] === 1 : data[i] !== 0 && told !== 0;
    where[i] = counts && present[Math.floor(i / length)] === 1 ? 1 : 0;
  }
  return { clean: array(clean, shape), where: array(where, shape) };
}

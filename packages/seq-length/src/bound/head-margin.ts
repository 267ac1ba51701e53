import { array, type Compiled, type CompileOptions, compile, gradients, type NDArray } from "@outrigger/core";
import { OutriggerError } from "@outrigger/core/error";
import type { Tensor } from "@tensorflow/tfjs";
import * as tf from "@tensorflow/tfjs";
import type { Example } from "../example.ts";
import { limitsOf, pad, stepsOf } from "../model/batch.ts";
import type { Decoder, DecoderParams, DecoderTensors } from "../model/decoder.ts";

/** How safe the predictions of some examples are. */
export interface HeadMargins {
  /** γ of every pass, head and example: margins[pass][head][example]; not positive where the prediction is wrong. */
  readonly margins: readonly (readonly (readonly number[])[])[];
  /** Logit of the right token less that of the best other one, an example. */
  readonly logits: readonly number[];
}

/**
 * How far the output of a head may move at the last step before another token than the right one has the greatest logit, to first order:
 * γ = m / |∂m/∂o|, with m the logit of the right token less the best other one and o [width] the head's output, softmax(…)·V, before heads
 * are merged. In the unit of value vectors, as `safeLength` takes it.
 *
 * @param examples of one length, whose only target is the last token.
 * @throws OutriggerError `bad-data` for examples of several lengths.
 * Cost: one pass forward and one back. Source: own derivation; exact where m is linear in o, which the layers above are not.
 */
export async function headMargins(
  decoder: Decoder,
  params: DecoderParams,
  examples: readonly Example[],
  options: Omit<CompileOptions, "random"> = {},
): Promise<HeadMargins> {
  const steps = examples[0] ? stepsOf(examples[0]) : 0;
  if (steps === 0 || examples.some((example) => stepsOf(example) !== steps))
    throw new OutriggerError("bad-data", "headMargins: give examples of one length, at least 2 tokens.");
  const { size, heads, layers, loops, vocabulary } = decoder.options;
  const passes = layers * loops;
  const batch = examples.length;
  const width = size / heads;
  const atLast = Float32Array.from({ length: steps }, (_, i) => (i === steps - 1 ? 1 : 0));
  /** Logit of the right token less the best other one at the last step: [batch]. */
  const marginOf = (logits: Tensor, right: Tensor): Tensor => {
    const last = tf.slice(tf.reshape(logits, [batch, steps, vocabulary]), [0, steps - 1, 0]);
    const final = tf.reshape(last, [batch, vocabulary]);
    const classes = tf.reshape(tf.range(0, vocabulary, 1, "int32"), [1, vocabulary]);
    const own = tf.cast(tf.equal(tf.reshape(right, [-1, 1]), classes), "float32");
    return tf.sub(tf.sum(tf.mul(final, own), 1), tf.max(tf.sub(final, tf.mul(own, 1e9)), 1));
  };
  const run: Compiled = compile(
    ((p: DecoderTensors, tokens: Tensor, positions: Tensor, right: Tensor, moves: Tensor[]) => {
      const at = tf.tensor4d(atLast, [1, 1, steps, 1]);
      const moved = (mixed: Tensor, pass: number): Tensor => tf.add(mixed, tf.mul(moves[pass]!, at));
      const margins = marginOf(decoder.trace(p, tokens, positions, moved).logits, right);
      const [slopes] = gradients([tf.sum(margins) as tf.Scalar], moves);
      const norms = (slopes as Tensor[]).map((slope) => tf.sqrt(tf.sum(tf.square(slope), [2, 3])));
      return { margins, norms };
    }) as never,
    options,
  );
  const moves = Array.from({ length: passes }, () =>
    array(new Float32Array(batch * size), [batch, heads, 1, width]),
  );
  const { tokens, positions } = pad(examples, { width: steps, limits: limitsOf(decoder.options) });
  const right = array(
    Int32Array.from(examples, (example) => example.tokens.at(-1)!),
    [batch],
  );
  const made = (await run(params as never, tokens, positions, right, moves as never)) as unknown as {
    margins: NDArray;
    norms: readonly NDArray[];
  };
  await run.dispose();
  const found = [...made.margins.data];
  return {
    logits: found,
    margins: made.norms.map(({ data }) =>
      Array.from({ length: heads }, (_, head) => found.map((m, i) => m / data[i * heads + head]!)),
    ),
  };
}

import type { Tensor } from "@tensorflow/tfjs";
import * as tf from "@tensorflow/tfjs";
import { OutriggerError } from "../error.ts";
import { array, type NDArray } from "../graph/array.ts";
import { checkSizes } from "./check.ts";
import type { Layer, NoParams } from "./layer.ts";
import { sequenceShape } from "./sequence.ts";

/** Wavelengths of the encoding go from 2π up to this many times 2π. */
const longest = 10_000;

function waves(time: number, size: number): Tensor {
  const values = new Float32Array(time * size);
  for (let t = 0; t < time; t++) {
    for (let i = 0; i < size; i++) {
      const angle = t / longest ** ((i - (i % 2)) / size);
      values[t * size + i] = i % 2 === 0 ? Math.sin(angle) : Math.cos(angle);
    }
  }
  return tf.tensor2d(values, [time, size]);
}

/**
 * Tells a sequence layer where in time it is: y_t = x_t + p_t with p_t,2i = sin(t / 10000^(2i/size)) and p_t,2i+1 = cos of the same
 * angle. x and y are [batch, time, size]; nothing is learned, and any length works.
 *
 * Vaswani et al., "Attention is all you need", NeurIPS 2017, https://arxiv.org/abs/1706.03762, section 3.5
 *
 * @throws OutriggerError `bad-option` for a size that is no positive whole number, `shape` for other inputs
 */
export function sinusoidalEncoding({ size }: { readonly size: number }): Layer<NoParams> {
  checkSizes("sinusoidalEncoding", { size });
  return {
    init: () => [],
    apply(_, x) {
      const [, time] = sequenceShape("sinusoidalEncoding", x, size);
      return tf.add(x, waves(time, size));
    },
  };
}

export interface LearnedEncodingOptions {
  readonly size: number;
  /** The greatest length of a sequence. */
  readonly length: number;
}

export type LearnedEncodingParams = { readonly table: NDArray };

/**
 * One learned vector a position, added to the input: y_t = x_t + table_t. x and y are [batch, time, size] with time ≤ length.
 *
 * The table [length, size] starts normal with deviation 0.02, as in BERT and GPT-2.
 *
 * Gehring et al., "Convolutional sequence to sequence learning", ICML 2017, https://arxiv.org/abs/1705.03122
 *
 * @throws OutriggerError `bad-option` for a size that is no positive whole number, `shape` for other inputs or longer sequences
 */
export function learnedEncoding({ size, length }: LearnedEncodingOptions): Layer<LearnedEncodingParams> {
  checkSizes("learnedEncoding", { size, length });
  return {
    init: (random) => ({
      table: array(
        Float32Array.from({ length: length * size }, () => 0.02 * random.normal()),
        [length, size],
      ),
    }),
    apply({ table }, x) {
      const [, time] = sequenceShape("learnedEncoding", x, size);
      if (time > length) {
        const said = `learnedEncoding: the input has ${time} steps, but there are ${length} positions.`;
        throw new OutriggerError("shape", said, { time, length });
      }
      return tf.add(x, tf.slice(table, [0, 0], [time, size]));
    },
  };
}

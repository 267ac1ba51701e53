import type { CompileOptions, NDArray } from "@outrigger/core";
import { type Compiled, compile } from "@outrigger/core";
import type { Tensor } from "@tensorflow/tfjs";
import * as tf from "@tensorflow/tfjs";
import type { Example } from "../example.ts";
import { limitsOf, pad, stepsOf } from "../model/batch.ts";
import type { Decoder, DecoderParams, DecoderTensors } from "../model/decoder.ts";

/** Predicts with one compiled graph a shape. */
export interface Predictor {
  /** The token that the model puts after every token of an example but the last, all earlier ones given. */
  predict(examples: readonly Example[]): Promise<Int32Array[]>;
  /** Frees the native sessions. */
  dispose(): Promise<void>;
}

export interface PredictorOptions extends Omit<CompileOptions, "random"> {
  /** Rows of a call. Default 64. */
  readonly batchSize?: number;
}

/**
 * Teacher-forced prediction: one pass a batch gives the most likely token at every place, under the true tokens before it.
 *
 * Whether a whole answer is right is the same as in greedy generation: up to the first wrong token both see the same prefix. Examples of
 * one call are padded to the longest, so give those of one length together.
 */
export function predictor(
  decoder: Decoder,
  params: DecoderParams,
  options: PredictorOptions = {},
): Predictor {
  const { batchSize = 64, ...compileOptions } = options;
  const sessions = new Map<number, Compiled>();
  const limits = limitsOf(decoder.options);
  const best = (p: DecoderTensors, tokens: Tensor, positions: Tensor): Tensor =>
    tf.argMax(decoder.logits(p, tokens, positions), 1);
  return {
    async predict(examples) {
      const width = Math.max(1, ...examples.map(stepsOf));
      const run = sessions.get(width) ?? compile(best as never, compileOptions);
      sessions.set(width, run);
      const found: Int32Array[] = [];
      for (let start = 0; start < examples.length; start += batchSize) {
        const chunk = examples.slice(start, start + batchSize);
        const { tokens, positions } = pad(chunk, { width, batch: batchSize, limits });
        const { data } = (await run(params as never, tokens, positions)) as NDArray;
        chunk.forEach((example, row) =>
          found.push((data as Int32Array).slice(row * width, row * width + stepsOf(example))),
        );
      }
      return found;
    },
    async dispose() {
      for (const each of sessions.values()) await each.dispose();
      sessions.clear();
    },
  };
}

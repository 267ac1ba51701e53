import { type Compiled, type CompileOptions, compile, type NDArray } from "@outrigger/core";
import { OutriggerError } from "@outrigger/core/error";
import type { Tensor } from "@tensorflow/tfjs";
import * as tf from "@tensorflow/tfjs";
import { wrongRatio } from "../bound/wrong-ratio.ts";
import type { Example } from "../example.ts";
import { limitsOf, pad, stepsOf } from "../model/batch.ts";
import type { Decoder, DecoderParams, DecoderTensors } from "../model/decoder.ts";

/** Attention of some examples of one length: weights[p] is [examples, heads, steps, steps], row query, column key; p counts the passes through blocks. */
export interface AttentionMaps {
  readonly steps: number;
  readonly heads: number;
  readonly weights: readonly NDArray[];
  /** B of every pass and head: the greatest norm of a value vector, by which the bound measures how far wrong mass can move a head's output. */
  readonly valueBounds: readonly (readonly number[])[];
}

/**
 * The attention weights of every block and head, in one teacher-forced pass.
 *
 * Cost: passes · heads · examples · steps² numbers; take a few examples of long lengths.
 *
 * @throws OutriggerError `bad-data` unless the examples have one length.
 */
export async function attentionMaps(
  decoder: Decoder,
  params: DecoderParams,
  examples: readonly Example[],
  options: Omit<CompileOptions, "random"> = {},
): Promise<AttentionMaps> {
  const steps = examples[0] ? stepsOf(examples[0]) : 0;
  if (steps === 0 || examples.some((example) => stepsOf(example) !== steps)) {
    const lengths = [...new Set(examples.map(({ tokens }) => tokens.length))];
    const said = `attentionMaps: examples have ${lengths.join(", ") || "no"} tokens; give some of one length, at least 2.`;
    throw new OutriggerError("bad-data", said, { lengths });
  }
  const run: Compiled = compile(
    ((p: DecoderTensors, tokens: Tensor, positions: Tensor) => {
      const { passes } = decoder.trace(p, tokens, positions);
      // [batch, heads, steps, width]
      const norms = passes.map(({ v }) => tf.max(tf.sqrt(tf.sum(tf.square(v), 3)), [0, 2]));
      return { weights: passes.map(({ weights }) => weights), norms };
    }) as never,
    options,
  );
  const { tokens, positions } = pad(examples, { width: steps, limits: limitsOf(decoder.options) });
  const made = await run(params as never, tokens, positions);
  const { weights, norms } = made as unknown as Record<"weights" | "norms", readonly NDArray[]>;
  await run.dispose();
  return { steps, heads: decoder.options.heads, weights, valueBounds: norms.map(({ data }) => [...data]) };
}

/**
 * The mean map of one pass and head over the examples: [steps][steps], row query, column key.
 */
export function meanMap({ steps, heads, weights }: AttentionMaps, pass: number, head: number): number[][] {
  const { data, shape } = weights[pass]!;
  const examples = shape[0]!;
  const at = (example: number, query: number, key: number): number =>
    data[((example * heads + head) * steps + query) * steps + key]!;
  return Array.from({ length: steps }, (_, query) =>
    Array.from({ length: steps }, (_unused, key) => {
      let sum = 0;
      for (let example = 0; example < examples; example++) sum += at(example, query, key);
      return sum / examples;
    }),
  );
}

/** Where one query should look. */
export interface AttentionSupport {
  /** Index of the query: the token before the target. */
  readonly query: number;
  /** Indices of the tokens that decide the target. */
  readonly keys: readonly number[];
}

/**
 * How much attention goes astray, of every pass and head: the ratio of wrong to right mass of one query ({@link wrongRatio}), a number an example. It
 * is what the bound for longer sequences starts from; the wrong share of all attention is r / (1 + r).
 *
 * One layer may do without the support where another looks it up: read the heads side by side.
 *
 * @param supports one an example.
 * @returns ratios[pass][head][example]
 * @throws OutriggerError `bad-data` for another number of supports than examples, or one that lies outside of what the query sees.
 */
export function wrongAttention(maps: AttentionMaps, supports: readonly AttentionSupport[]): number[][][] {
  const { steps, heads, weights } = maps;
  const examples = weights[0]?.shape[0] ?? 0;
  const odd = supports.find(({ query, keys }) => query >= steps || keys.some((key) => key > query));
  if (odd !== undefined || supports.length !== examples) {
    const what = odd
      ? `query ${odd.query} with support ${odd.keys.join(", ")}`
      : `${supports.length} supports`;
    const said = `wrongAttention: ${what} for ${examples} examples of ${steps} steps; give one each, of keys that the query sees.`;
    throw new OutriggerError("bad-data", said, { examples, steps });
  }
  return weights.map(({ data }) =>
    Array.from({ length: heads }, (_, head) =>
      supports.map(({ query, keys }, example) => {
        const start = ((example * heads + head) * steps + query) * steps;
        return wrongRatio([...data.subarray(start, start + query + 1)], keys);
      }),
    ),
  );
}

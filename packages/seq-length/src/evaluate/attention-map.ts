import { type Compiled, type CompileOptions, compile, type NDArray, type Tree } from "@outrigger/core";
import { OutriggerError } from "@outrigger/core/error";
import type { Tensor } from "@tensorflow/tfjs";
import type { Example } from "../example.ts";
import { pad, stepsOf } from "../model/batch.ts";
import type { Decoder, DecoderParams, DecoderTensors } from "../model/decoder.ts";

/** Attention of some examples of one length: weights[p] is [examples, heads, steps, steps], row query, column key; p counts the passes through blocks. */
export interface AttentionMaps {
  readonly steps: number;
  readonly heads: number;
  readonly weights: readonly NDArray[];
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
    ((p: DecoderTensors, tokens: Tensor, positions: Tensor): Tree<Tensor> =>
      decoder.trace(p, tokens, positions).passes.map(({ weights }) => weights)) as never,
    options,
  );
  const { tokens, positions } = pad(examples, steps);
  const weights = (await run(params as never, tokens, positions)) as readonly NDArray[];
  await run.dispose();
  return { steps, heads: decoder.options.heads, weights };
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
export interface Support {
  /** Index of the query: the token before the target. */
  readonly query: number;
  /** Indices of the tokens that decide the target. */
  readonly keys: readonly number[];
}

/**
 * How much attention goes astray, of every pass and head: the ratio r = Σ_{j ∉ S} w_j / Σ_{j ∈ S} w_j of wrong to right mass of one query, a number an
 * example. It is the ratio in the bound for longer sequences; the wrong share of all attention is r / (1 + r).
 *
 * Mass of 0 on the support gives infinity. One layer may do without the support where another looks it up: read the heads side by side.
 *
 * @param supports one an example.
 * @returns ratios[pass][head][example]
 * @throws OutriggerError `bad-data` for another number of supports than examples, or one that lies outside of what the query sees.
 */
export function wrongAttention(maps: AttentionMaps, supports: readonly Support[]): number[][][] {
  const { steps, heads, weights } = maps;
  const examples = weights[0]?.shape[0] ?? 0;
  const odd = supports.find(
    ({ query, keys }) =>
      !(query >= 0 && query < steps) || keys.length === 0 || keys.some((key) => !(key >= 0 && key <= query)),
  );
  if (odd !== undefined || supports.length !== examples) {
    const what = odd
      ? `query ${odd.query} with support ${odd.keys.join(", ")}`
      : `${supports.length} supports`;
    const said = `wrongAttention: ${what} does not fit ${examples} examples of ${steps} steps: one each, of keys that the query sees.`;
    throw new OutriggerError("bad-data", said, { examples, steps });
  }
  return weights.map(({ data }) =>
    Array.from({ length: heads }, (_, head) =>
      supports.map(({ query, keys }, example) => {
        const start = ((example * heads + head) * steps + query) * steps;
        let total = 0;
        for (let key = 0; key <= query; key++) total += data[start + key]!;
        const right = keys.reduce((sum, key) => sum + data[start + key]!, 0);
        return Math.max(0, total - right) / right;
      }),
    ),
  );
}

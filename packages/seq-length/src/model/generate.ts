import { OutriggerError } from "@outrigger/core/error";
import {
  array,
  type Compiled,
  type CompileOptions,
  compile,
  type NDArray,
  type Tree,
} from "@outrigger/core/graph/index";
import type { Tensor } from "@tensorflow/tfjs";
import * as tf from "@tensorflow/tfjs";
import { HIDDEN, logits } from "./attention.ts";
import { checkLimits, type Limits, limitsOf } from "./batch.ts";
import { cut, type KeyValueCache, makeCache, store } from "./cache.ts";
import type { Attended, Decoder, DecoderParams, DecoderTensors } from "./decoder.ts";

/** The beginning of a sequence, and where its tokens stand, those to come among them. */
export interface Prompt {
  readonly tokens: readonly number[];
  /** One id a token of the prompt, and one for every token that may be generated but the last. */
  readonly positions: readonly number[];
}

export interface Generator {
  /**
   * What the model adds to each prompt, greedily: up to `steps` tokens, the end token last where it comes earlier.
   *
   * @throws OutriggerError `bad-data` for an empty prompt, too few position ids, or tokens and ids that the decoder has not; `bad-option` unless `steps` is a positive whole number.
   */
  readonly generate: (prompts: readonly Prompt[], steps: number) => Promise<number[][]>;
  /** Frees the native sessions. */
  readonly dispose: () => Promise<void>;
}

export interface GeneratorOptions extends Omit<CompileOptions, "random"> {
  /** Generation of a sequence stops after this token. */
  readonly end: number;
}

const argmax = (rows: Tensor): Tensor => tf.argMax(rows, 1);

/** All steps of the prompts at once: what is said after every token, and the keys and values of every pass. */
const prefill =
  (decoder: Decoder) =>
  (params: DecoderTensors, tokens: Tensor, positions: Tensor): Tree<Tensor> => {
    const { logits: rows, passes } = decoder.trace(params, tokens, positions);
    return { next: argmax(rows), made: passes.map(({ k, v }) => ({ k, v })) } as unknown as Tree<Tensor>;
  };

/** One more token a sequence, with the keys and values of all before it. */
const oneStep =
  (decoder: Decoder) =>
  (
    params: DecoderTensors,
    input: { [name: string]: Tensor },
    cached: { k: Tensor; v: Tensor }[],
  ): Tree<Tensor> => {
    const { positions: encoding, scale } = decoder.options;
    const { tokens, positions, counts, ids } = input as Record<
      "tokens" | "positions" | "counts" | "ids",
      Tensor
    >;
    const [batch, room] = ids.shape as [number, number];
    const query = tf.reshape(positions, [batch, 1]);
    const bias = encoding.bias?.(params.positions, query, tf.concat([ids, query], 1), decoder.options);
    const count = tf.reshape(tf.cast(counts, "float32"), [batch, 1, 1, 1]);
    const empty = tf.greaterEqual(tf.reshape(tf.range(0, room), [1, 1, 1, room]), count);
    const own = tf.zeros([batch, 1, 1, 1]);
    const hidden = tf.concat([tf.mul(tf.cast(empty, "float32"), HIDDEN), own], 3);
    const { logits: rows, passes } = decoder.pass(
      params,
      { tokens, positions, batch },
      (heads, scaling, at) => {
        const { k, v } = cached[at]!;
        const keys = tf.concat([k, heads.k], 2);
        const factor = scale.factor(scaling, tf.add(count, 1));
        const scores = logits(
          { q: heads.q, k: keys },
          { ...(bias && { bias }), ...(factor && { factor }), hidden },
        );
        const weights = tf.softmax(scores);
        return { ...heads, weights, mixed: tf.matMul(weights, tf.concat([v, heads.v], 2)) };
      },
    );
    const made = passes.map((each: Attended) => ({ k: each.k, v: each.v }));
    return { next: argmax(rows), made } as unknown as Tree<Tensor>;
  };

type Made = { readonly next: NDArray; readonly made: { readonly k: NDArray; readonly v: NDArray }[] };

/** Prompts side by side, padded on the right. */
function promptArrays(prompts: readonly Prompt[], width: number): { tokens: NDArray; positions: NDArray } {
  const [tokens, positions] = [
    new Int32Array(prompts.length * width),
    new Int32Array(prompts.length * width),
  ];
  prompts.forEach((prompt, row) => {
    tokens.set(prompt.tokens, row * width);
    positions.set(prompt.positions.slice(0, prompt.tokens.length), row * width);
  });
  return {
    tokens: array(tokens, [prompts.length, width]),
    positions: array(positions, [prompts.length, width]),
  };
}

function check(prompts: readonly Prompt[], steps: number, limits: Limits): void {
  for (const prompt of prompts) checkLimits(prompt, limits);
  if (!Number.isInteger(steps) || steps < 1) {
    throw new OutriggerError("bad-option", `generate: steps must be a positive whole number, not ${steps}.`, {
      steps,
    });
  }
  const odd = prompts.findIndex(
    ({ tokens, positions }) => tokens.length === 0 || positions.length < tokens.length + steps - 1,
  );
  if (odd < 0) return;
  const { tokens, positions } = prompts[odd]!;
  const said = `generate: prompt ${odd} has ${tokens.length} tokens and ${positions.length} position ids`;
  const cure = `give at least one token, and an id for each and for ${steps - 1} more`;
  throw new OutriggerError("bad-data", `${said}: ${cure}.`, { prompt: odd });
}

/**
 * Greedy generation with a cache of keys and values: the prompts are read in one pass, and every further token is one step that computes its own
 * query, key and value only. Steps are one compiled graph of fixed shape, with room for all tokens; prompts may differ in length.
 *
 * Tokens are those of {@link uncachedGenerator}, up to ties within rounding.
 *
 * Cost: one pass over the prompts, and a step of 24·batch·d² + 4·batch·room·d operations a layer and token, where without the cache
 * every token takes a pass over the whole sequence.
 */
export function generator(decoder: Decoder, params: DecoderParams, options: GeneratorOptions): Generator {
  const { end, ...compileOptions } = options;
  const sessions = new Map<string, Compiled>();
  const session = (key: string, make: () => unknown): Compiled => {
    const known = sessions.get(key) ?? compile(make() as never, compileOptions);
    sessions.set(key, known);
    return known;
  };
  const read = async (prompts: readonly Prompt[], cache: KeyValueCache): Promise<number[]> => {
    const width = Math.max(...prompts.map(({ tokens }) => tokens.length));
    const { tokens, positions } = promptArrays(prompts, width);
    const run = session(`prompt ${prompts.length} ${width}`, () => prefill(decoder));
    const { next, made } = (await run(params as never, tokens, positions)) as unknown as Made;
    store(
      cache,
      made,
      positions,
      prompts.map(({ tokens }) => tokens.length),
    );
    return prompts.map(({ tokens }, row) => next.data[row * width + tokens.length - 1]!);
  };
  return {
    async generate(prompts, steps) {
      check(prompts, steps, limitsOf(decoder.options));
      if (prompts.length === 0) return [];
      const longest = Math.max(...prompts.map(({ tokens }) => tokens.length));
      const cache = makeCache(decoder.options, prompts.length, longest + steps - 1);
      const run = session(`step ${prompts.length} ${cache.room}`, () => oneStep(decoder));
      const said: number[][] = prompts.map(() => []);
      let next = await read(prompts, cache);
      for (let step = 0; ; step++) {
        for (const [row, token] of next.entries()) said[row]!.push(token);
        if (step + 1 === steps || said.every((list) => list.includes(end))) break;
        const positions = Int32Array.from(prompts, (prompt, row) => prompt.positions[cache.counts[row]!]!);
        const placed = array(positions);
        const { ids } = cache;
        const input = {
          tokens: array(Int32Array.from(next)),
          positions: placed,
          counts: array(cache.counts),
          ids,
        };
        const found = (await run(params as never, input, cache.passes as never)) as unknown as Made;
        store(
          cache,
          found.made,
          { ...placed, shape: [prompts.length, 1] },
          prompts.map(() => 1),
        );
        next = [...found.next.data];
      }
      return said.map((list) => cut(list, end));
    },
    async dispose() {
      for (const each of sessions.values()) await each.dispose();
      sessions.clear();
    },
  };
}

/**
 * The same without a cache: every token takes a pass over all sequences, padded to their final length. For comparison.
 */
export function uncachedGenerator(
  decoder: Decoder,
  params: DecoderParams,
  options: GeneratorOptions,
): Generator {
  const { end, ...compileOptions } = options;
  const sessions = new Map<string, Compiled>();
  return {
    async generate(prompts, steps) {
      check(prompts, steps, limitsOf(decoder.options));
      if (prompts.length === 0) return [];
      const width = Math.max(...prompts.map(({ tokens }) => tokens.length)) + steps - 1;
      const key = `${prompts.length} ${width}`;
      const whole = (p: DecoderTensors, tokens: Tensor, positions: Tensor): Tensor =>
        argmax(decoder.logits(p, tokens, positions));
      const run = sessions.get(key) ?? compile(whole as never, compileOptions);
      sessions.set(key, run);
      const so: number[][] = prompts.map(({ tokens }) => [...tokens]);
      const said = (row: number): number[] => so[row]!.slice(prompts[row]!.tokens.length);
      for (let step = 0; step < steps && !prompts.every((_, row) => said(row).includes(end)); step++) {
        const { tokens, positions } = promptArrays(
          prompts.map((prompt, row) => ({ ...prompt, tokens: so[row]! })),
          width,
        );
        const next = (await run(params as never, tokens, positions)) as NDArray;
        for (const [row, list] of so.entries()) list.push(next.data[row * width + list.length - 1]!);
      }
      return prompts.map((_, row) => cut(said(row), end));
    },
    async dispose() {
      for (const each of sessions.values()) await each.dispose();
      sessions.clear();
    },
  };
}

import { compile, gradients, leaves, mapTree, type NDArray, type Tree } from "@outrigger/core";
import type { Tensor } from "@tensorflow/tfjs";
import * as tf from "@tensorflow/tfjs";
import { describe, expect, it } from "vitest";
import {
  type AttentionScale,
  fixedTemperature,
  logn,
  ssmax,
  tempered,
} from "../src/model/attention-scale.ts";
import { pad } from "../src/model/batch.ts";
import type { Decoder, DecoderParams, DecoderTensors } from "../src/model/decoder.ts";
import { makeDecoder } from "../src/model/decoder.ts";
import { slopes } from "../src/model/position/alibi.ts";
import { rope } from "../src/model/position/rope.ts";
import { t5Bias } from "../src/model/position/t5-bias.ts";
import { reference } from "./reference-decoder.ts";
import { cpu, encodings, reversed, small, stream } from "./small-model.ts";

/** Parameters away from their starts: biases that are zero and scales that are one prove nothing. */
function shaken(decoder: Decoder): DecoderParams {
  const random = stream("shake");
  return mapTree<NDArray, NDArray>(decoder.init(stream("init")) as never, (leaf) => ({
    ...leaf,
    data: (leaf.data as Float32Array).map((value) => value + 0.3 * random.normal()),
  })) as unknown as DecoderParams;
}

/** Ids with gaps, as restrictions have, beyond T5's exact buckets. */
const gaps = [0, 1, 4, 9, 10, 23, 24, 40, 41, 60];

async function run(
  decoder: Decoder,
  params: DecoderParams,
  examples: Parameters<typeof pad>[0],
  width?: number,
) {
  const { tokens, positions } = pad(examples, { width: width ?? examples[0]!.tokens.length - 1 });
  const traced = compile(
    ((p: DecoderTensors, t: Tensor, at: Tensor) => {
      const { logits, passes } = decoder.trace(p, t, at);
      return { logits, weights: passes.map((each) => each.weights) };
    }) as never,
    cpu,
  );
  const made = (await traced(params as never, tokens, positions)) as unknown as {
    logits: NDArray;
    weights: NDArray[];
  };
  await traced.dispose();
  return made;
}

const example = reversed(stream(), 4);
const gapped = { ...example, positions: [...gaps, 61] };

function expectRows(found: NDArray, wanted: readonly number[][]): void {
  const flat = wanted.flat();
  flat.forEach((value, i) => expect(found.data[i]!).toBeCloseTo(value, 4));
}

const scales: [AttentionScale, (c: number, scale: number) => number][] = [
  [tempered(), (c, tau) => 1 + tau * Math.log(c)],
  [logn({ length: 4 }), (c, s) => (s * Math.log(c + 1)) / Math.log(10)],
  [ssmax(), (c, s) => s * Math.log(c)],
  [fixedTemperature(0.5), () => 2],
];

describe("a decoder's logits and attention are its formula in float64", () => {
  it.each(encodings.map((each) => [each.name, each] as const))(
    "with %s, ids with gaps",
    async (_, positions) => {
      const decoder = small({ positions });
      const params = shaken(decoder);
      const input = { ...gapped, positions: gapped.positions.slice(0, example.tokens.length) };
      const { logits, weights } = await run(decoder, params, [input]);
      const steps = example.tokens.length - 1;
      const wanted = reference(decoder.options, params, {
        tokens: input.tokens.slice(0, steps),
        positions: input.positions.slice(0, steps),
      });
      expectRows(logits, wanted.logits);
      wanted.weights.forEach((heads, pass) =>
        heads.forEach((rows, head) =>
          rows.forEach((row, query) =>
            row.forEach((weight, key) =>
              expect(weights[pass]!.data[(head * steps + query) * steps + key]!).toBeCloseTo(weight, 5),
            ),
          ),
        ),
      );
    },
  );

  it("with coupled ids that repeat and run backwards", async () => {
    const input = { ...example, positions: [0, 1, 2, 3, 4, 5, 4, 3, 2, 1, 0] };
    // One that adds to embeddings, one that turns, one with a bias.
    for (const positions of encodings.filter(({ name }) => ["coupled", "rope", "alibi"].includes(name))) {
      const decoder = small({ positions });
      const params = shaken(decoder);
      const { logits } = await run(decoder, params, [input]);
      expectRows(
        logits,
        reference(decoder.options, params, {
          tokens: input.tokens.slice(0, -1),
          positions: input.positions.slice(0, -1),
        }).logits,
      );
    }
  });

  it.each(scales.map((each) => [each[0].name, ...each] as const))(
    "with scale %s, also beside a bias",
    async (_, scale, factor) => {
      for (const positions of [rope(), t5Bias()]) {
        const decoder = small({ scale, positions });
        const params = shaken(decoder);
        const { logits } = await run(decoder, params, [example]);
        const of = (layer: number, head: number): number => {
          const { data } = (params.blocks[layer]!.attention.scale as NDArray | undefined) ?? {
            data: undefined,
          };
          return data ? (data[data.length === 1 ? 0 : head] ?? 0) : 0;
        };
        const steps = example.tokens.length - 1;
        const input = {
          tokens: example.tokens.slice(0, steps),
          positions: example.positions.slice(0, steps),
        };
        expectRows(
          logits,
          reference(decoder.options, params, input, (c, layer, head) => factor(c, of(layer, head))).logits,
        );
      }
    },
  );

  it("with loops and input injection", async () => {
    const decoder = small({ layers: 1, loops: 3 });
    const params = shaken(decoder);
    const { logits, weights } = await run(decoder, params, [example]);
    const steps = example.tokens.length - 1;
    const input = { tokens: example.tokens.slice(0, steps), positions: example.positions.slice(0, steps) };
    expectRows(logits, reference(decoder.options, params, input).logits);
    expect(weights).toHaveLength(3);
  });
});

describe("a decoder", () => {
  it("gives the same logits with padding behind and other rows beside", async () => {
    for (const positions of encodings) {
      const decoder = small({ positions });
      const params = shaken(decoder);
      const alone = await run(decoder, params, [example]);
      const padded = await run(decoder, params, [reversed(stream("other"), 6), example], 20);
      const vocabulary = decoder.options.vocabulary;
      const start = 20 * vocabulary;
      alone.logits.data.forEach((value, i) => expect(padded.logits.data[start + i]!).toBeCloseTo(value, 5));
    }
  });

  it("sees differences of ids only, with rope", async () => {
    const decoder = small();
    const params = shaken(decoder);
    const here = await run(decoder, params, [example]);
    const there = await run(decoder, params, [
      { ...example, positions: example.positions.map((id) => id + 100) },
    ]);
    here.logits.data.forEach((value, i) => expect(there.logits.data[i]!).toBeCloseTo(value, 3));
  });

  it("starts as the plain softmax with every scale that says so", () => {
    const params = small({ scale: tempered() }).init(stream());
    expect([...(params.blocks[0]!.attention.scale as NDArray).data]).toEqual([0]);
  });

  it("refuses sizes that do not fit", () => {
    const options = { vocabulary: 4, size: 6, heads: 4, layers: 1, positions: rope() };
    expect(() => makeDecoder(options)).toThrow(/6 cannot be split into 4 heads/);
    expect(() => makeDecoder({ ...options, heads: 2 }).init(stream())).toThrow(/width 3 have no pairs/);
    expect(() => makeDecoder({ ...options, layers: 0 })).toThrow(/layers must be a positive whole number/);
  });
});

describe("slopes of ALiBi", () => {
  it("are those of the paper for 8 and for 12 heads", () => {
    expect(slopes(8)).toEqual([1, 2, 3, 4, 5, 6, 7, 8].map((h) => 2 ** -h));
    expect(slopes(12)).toEqual([...slopes(8), 2 ** -0.5, 2 ** -1.5, 2 ** -2.5, 2 ** -3.5]);
  });
});

describe("gradients of what is learned about positions", () => {
  /** Σ c_i logits_i with fixed numbers c, in float64. */
  const objective = (
    decoder: Decoder,
    params: DecoderParams,
    weights: readonly number[],
    factor?: Factor,
  ): number => {
    const steps = example.tokens.length - 1;
    const input = { tokens: example.tokens.slice(0, steps), positions: gaps };
    const { logits } = reference(decoder.options, params, input, factor);
    return logits.flat().reduce((sum, value, i) => sum + weights[i]! * value, 0);
  };
  type Factor = (visible: number, layer: number, head: number) => number;

  /** The greatest differences from central differences of the formula, over some entries of the leaves that `pick` names. */
  async function expectSlopes(
    decoder: Decoder,
    pick: (params: DecoderParams) => readonly NDArray[],
    factorOf?: (params: DecoderParams) => Factor,
  ): Promise<void> {
    const params = mapTree<NDArray, NDArray>(shaken(decoder) as never, (leaf) => ({
      ...leaf,
      data: Float64Array.from(leaf.data) as never,
    })) as unknown as DecoderParams;
    const random = stream("weights");
    const { tokens, positions } = pad([{ ...example, positions: [...gaps, 61] }], { width: gaps.length });
    const weights = Array.from({ length: gaps.length * decoder.options.vocabulary }, () => random.normal());
    const slope = compile(
      ((p: Tree<Tensor>, t: Tensor, at: Tensor) => {
        const rows = decoder.logits(p as unknown as DecoderTensors, t, at);
        return gradients([tf.sum(tf.mul(rows, tf.tensor(weights, rows.shape)))], p)[0];
      }) as never,
      cpu,
    );
    const single = mapTree<NDArray, NDArray>(params as never, (leaf) => ({
      ...leaf,
      data: Float32Array.from(leaf.data),
    }));
    const found = (await slope(single, tokens, positions)) as unknown as DecoderParams;
    await slope.dispose();
    const own = pick(found);
    pick(params).forEach((leaf, i) => {
      const values = leaf.data as unknown as Float64Array;
      // Of a table, some entries of its first rows.
      const chosen = [...values.keys()].filter((at) => values.length < 12 || (at < 90 && at % 7 === 0));
      for (const at of chosen) {
        const start = values[at]!;
        const value = (moved: number): number => {
          values[at] = moved;
          return objective(decoder, params, weights, factorOf?.(params));
        };
        const wanted = (value(start + 1e-5) - value(start - 1e-5)) / 2e-5;
        values[at] = start;
        expect(Math.abs(own[i]!.data[at]! - wanted)).toBeLessThan(2e-3 * (1 + Math.abs(wanted)));
      }
      expect(own[i]!.data.some((value) => Math.abs(value) > 1e-3)).toBe(true);
    });
  }

  const tables = encodings.filter((encoding) => ["learned", "t5-bias", "fire"].includes(encoding.name));
  it.each(tables.map((each) => [each.name, each] as const))(
    "are central differences with %s",
    (_, positions) => expectSlopes(small({ positions }), (params) => leaves<NDArray>(params.positions)),
  );

  it.each(scales.slice(0, 3).map((each) => [each[0].name, ...each] as const))(
    "are central differences with scale %s, through loops too",
    (_, scale, factor) =>
      expectSlopes(
        small({ scale, layers: 1, loops: 2 }),
        ({ blocks }) => blocks.flatMap(({ attention }) => leaves<NDArray>(attention.scale)),
        ({ blocks }) =>
          (c, layer, head) => {
            const { data } = blocks[layer]!.attention.scale as NDArray;
            return factor(c, data[data.length === 1 ? 0 : head]!);
          },
      ),
  );
});

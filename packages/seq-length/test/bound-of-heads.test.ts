import { type NDArray, Random, type Tree } from "@outrigger/core";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { headMargins } from "../src/bound/head-margin.ts";
import { predictSafeLengths } from "../src/bound/predict-safe-length.ts";
import { restrictContext } from "../src/bound/restrict-context.ts";
import type { DecoderParams } from "../src/model/decoder.ts";
import { reference } from "./reference-decoder.ts";
import { cpu, reversed, small, stream } from "./small-model.ts";

describe("a restricted context", () => {
  it("keeps the support, the query and n tokens in order with their ids, and asks for the same token", () => {
    const cases = fc.record({
      seed: fc.nat(),
      query: fc.integer({ min: 4, max: 18 }),
      kept: fc.integer({ min: 3, max: 10 }),
    });
    fc.assert(
      fc.property(cases, ({ seed, query, kept }) => {
        const example = reversed(stream("example"), 9);
        const keys = [0, query];
        if (kept > query + 1) {
          expect(() => restrictContext(example, { query, keys }, kept, Random.seeded(seed, "x"))).toThrow(
            /not/,
          );
          return;
        }
        const { example: part, support } = restrictContext(
          example,
          { query, keys },
          kept,
          Random.seeded(seed, "x"),
        );
        expect(part.tokens).toHaveLength(kept + 1);
        expect(part.tokens.at(-1)).toBe(example.tokens[query + 1]);
        expect(part.positions).toEqual([...part.positions].sort((a, b) => a - b));
        expect(new Set(part.positions).size).toBe(kept + 1);
        part.positions.forEach((at, i) => expect(part.tokens[i]).toBe(example.tokens[at]));
        expect(support.query).toBe(kept - 1);
        expect(support.keys.map((key) => part.positions[key])).toEqual(keys);
      }),
    );
  });

  it("keeps every other token as often", () => {
    const example = reversed(stream("example"), 9);
    const random = stream("often");
    const counts = new Array<number>(12).fill(0);
    for (let i = 0; i < 4000; i++)
      for (const at of restrictContext(example, { query: 11, keys: [2, 11] }, 7, random).example.positions)
        if (at < 12) counts[at]!++;
    expect([counts[2], counts[11]]).toEqual([4000, 4000]);
    // 5 of the 10 others: 2000 each, give or take five deviations.
    for (const at of [0, 1, 3, 4, 5, 6, 7, 8, 9, 10]) expect(Math.abs(counts[at]! - 2000)).toBeLessThan(160);
  });
});

const decoder = small();
/** Larger weights than those at the start, so that attention is not flat. */
const params = scaled(decoder.init(stream("init")), 1.5);

function scaled(tree: DecoderParams, factor: number): DecoderParams {
  const walk = (node: Tree<NDArray>): Tree<NDArray> => {
    if (Array.isArray(node)) return node.map(walk) as Tree<NDArray>;
    if ("data" in node) {
      const array = node as NDArray;
      return array.shape.length < 2
        ? array
        : { ...array, data: (array.data as Float32Array).map((value) => factor * value) };
    }
    return Object.fromEntries(
      Object.entries(node).map(([name, child]) => [name, walk(child as Tree<NDArray>)]),
    ) as Tree<NDArray>;
  };
  return walk(tree as unknown as Tree<NDArray>) as unknown as DecoderParams;
}

const wholes = Array.from({ length: 96 }, (_, i) => reversed(Random.seeded(i, "whole"), 9));

describe("margins of heads", () => {
  it("are the difference of logits, over its slope", async () => {
    const examples = wholes.slice(0, 6).map((example) => ({
      ...example,
      tokens: example.tokens.slice(0, 14),
      positions: example.positions.slice(0, 14),
      targets: [13],
    }));
    const { logits, margins } = await headMargins(decoder, params, examples, cpu);
    examples.forEach(({ tokens, positions }, i) => {
      const made = reference(decoder.options, params, {
        tokens: tokens.slice(0, -1),
        positions: positions.slice(0, -1),
      });
      const last = made.logits.at(-1)!;
      const right = tokens.at(-1)!;
      const best = Math.max(...last.filter((_, token) => token !== right));
      expect(logits[i]).toBeCloseTo(last[right]! - best, 4);
    });
    expect(margins.map((heads) => heads.length)).toEqual([2, 2]);
    // A head's output may move by γ; the sign is that of the difference.
    for (const heads of margins)
      for (const values of heads)
        values.forEach((value, i) => expect(Math.sign(value)).toBe(Math.sign(logits[i]!)));
  });
});

describe("safe lengths", () => {
  it("rest on a ratio that restrictions tell of the first layer, whose logits depend on token and id alone", async () => {
    const query = 16;
    const examples = wholes.flatMap((example) => Array.from({ length: 6 }, () => example));
    const found = await predictSafeLengths(decoder, params, {
      examples,
      supports: examples.map(() => ({ query, keys: [3, 4, query] })),
      kept: 9,
      random: stream("restrictions"),
      compile: cpu,
    });
    expect(found).toMatchObject({ support: 3, kept: 9, context: 17, restrictions: examples.length });
    expect(found.heads.map(({ pass, head }) => [pass, head])).toEqual([
      [0, 0],
      [0, 1],
      [1, 0],
      [1, 1],
    ]);
    for (const { restricted, predicted, measured } of found.heads.filter(({ pass }) => pass === 0)) {
      expect(predicted).toBeCloseTo((restricted * 14) / 6, 9);
      // The mean over 576 restrictions, against what holds in expectation.
      expect(Math.abs(predicted / measured - 1)).toBeLessThan(0.08);
    }
    for (const { safe, margin, valueBound } of found.heads) {
      expect(margin).toBeGreaterThan(0);
      expect(valueBound).toBeGreaterThan(0);
      expect(safe).toBeGreaterThanOrEqual(3);
    }
  });

  it("are refused where no context is longer than what is kept", async () => {
    const options = {
      examples: wholes.slice(0, 2),
      supports: [
        { query: 5, keys: [5] },
        { query: 6, keys: [6] },
      ],
      kept: 9,
      random: stream("none"),
      compile: cpu,
    };
    await expect(predictSafeLengths(decoder, params, options)).rejects.toThrow(/take longer sequences/);
  });
});

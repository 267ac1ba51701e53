import { describe, expect, it } from "vitest";
import { attentionMaps, meanMap, wrongAttention } from "../src/evaluate/attention-map.ts";
import { supportAt } from "../src/evaluate/support-at.ts";
import { none } from "../src/model/position/none.ts";
import { parityCheck } from "../src/task/parity.ts";
import { reversal } from "../src/task/reversal.ts";
import { reference } from "./reference-decoder.ts";
import { cpu, reversed, small, stream } from "./small-model.ts";

const decoder = small({ positions: none() });
const params = decoder.init(stream("init"));
const examples = [reversed(stream("a"), 4), reversed(stream("b"), 4)];
const maps = await attentionMaps(decoder, params, examples, cpu);
const references = examples.map(({ tokens, positions }) =>
  reference(decoder.options, params, { tokens: tokens.slice(0, -1), positions: positions.slice(0, -1) }),
);

describe("attention maps", () => {
  it("are the means of the examples' weights, 0 for later keys", () => {
    const map = meanMap(maps, 1, 0);
    map.forEach((row, query) =>
      row.forEach((weight, key) => {
        const all = references.map(({ weights }) => weights[1]![0]![query]![key] ?? 0);
        expect(weight).toBeCloseTo((all[0]! + all[1]!) / 2, 6);
      }),
    );
  });

  it("say how long a value vector can be: the greatest of any example and step", async () => {
    const alone = await Promise.all(
      examples.map((example) => attentionMaps(decoder, params, [example], cpu)),
    );
    maps.valueBounds.forEach((heads, pass) =>
      heads.forEach((bound, head) => {
        const each = alone.map(({ valueBounds }) => valueBounds[pass]![head]!);
        expect(bound).toBeGreaterThan(0);
        expect(bound).toBeCloseTo(Math.max(...each), 5);
      }),
    );
  });

  it("refuse examples of two lengths", async () => {
    const two = [...examples, reversed(stream("c"), 3)];
    await expect(attentionMaps(decoder, params, two, cpu)).rejects.toThrow(/give some of one length/);
    await expect(attentionMaps(decoder, params, [], cpu)).rejects.toThrow(/have no tokens/);
  });
});

describe("wrong attention", () => {
  const supports = [
    { query: 7, keys: [2, 3] },
    { query: 6, keys: [6] },
  ];

  it("is the ratio of the mass outside to that inside", () => {
    const ratios = wrongAttention(maps, supports);
    ratios.forEach((heads, pass) =>
      heads.forEach((values, head) =>
        values.forEach((ratio, i) => {
          const row = references[i]!.weights[pass]![head]![supports[i]!.query]!;
          const right = supports[i]!.keys.reduce((sum, key) => sum + row[key]!, 0);
          expect(ratio).toBeCloseTo((1 - right) / right, 4);
        }),
      ),
    );
  });

  it("is 0 where the support is all that is seen", () => {
    const all = [0, 1].map(() => ({ query: 2, keys: [0, 1, 2] }));
    expect(
      wrongAttention(maps, all)
        .flat(2)
        .every((ratio) => ratio < 1e-6),
    ).toBe(true);
  });

  it("refuses a support that the query does not see", () => {
    expect(() => wrongAttention(maps, [{ query: 3, keys: [4] }, supports[1]!])).toThrow(
      /query 3 with support 4/,
    );
    expect(() => wrongAttention(maps, supports.slice(1))).toThrow(/1 supports for 2 examples/);
  });
});

describe("the support of a whole example", () => {
  it("is where the rule points, behind the task token, with the words of the format and the query itself", () => {
    const task = reversal({ symbols: 12 });
    const input = [5, 3, 8, 1];
    // [task] 5 3 8 1 [separator] 1 8: output 2 is 3, which stands before 8.
    const { query, keys } = supportAt(task, input, 2);
    expect(query).toBe(7);
    expect(keys).toEqual(expect.arrayContaining([0, 2, 3, 5, 7]));
    expect(keys).not.toContain(1);
    expect(keys).not.toContain(4);
    // The first output is asked for at the separator.
    expect(supportAt(task, input, 0).query).toBe(5);
  });

  it("does not exist for tasks without a sparse rule", () => {
    expect(() => supportAt(parityCheck(), [1, 0, 1], 0)).toThrow(/parity-check has no support/);
  });
});

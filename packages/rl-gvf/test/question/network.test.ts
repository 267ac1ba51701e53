import { Random } from "@outrigger/core/random";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  EVERY_ACTION,
  NO_ACTION,
  type QuestionOptions,
  questionNetwork,
  seededChoices,
} from "../../src/question/network.ts";
import {
  gradientScale,
  predictionCount,
  questionMask,
  tdLoss,
  tdTargets,
} from "../../src/question/targets.ts";

const made = (options: QuestionOptions, seed = 1) =>
  questionNetwork(options, seededChoices(Random.seeded(seed, "questions")));

const anyOptions = fc.record({
  features: fc.integer({ min: 1, max: 6 }),
  actions: fc.integer({ min: 1, max: 4 }),
  discounts: fc.array(fc.double({ min: 0, max: 0.99, noNaN: true }), { maxLength: 3 }),
  depth: fc.integer({ min: 0, max: 4 }),
  repeat: fc.integer({ min: 0, max: 8 }),
});

describe("the generator", () => {
  it("has F|Γ| + D R |A| predictions with enough candidates: 2,320, 528, 1,168 and 784 in the paper's settings", () => {
    const counts = [18, 4, 9, 6].map((actions) => predictionCount(made({ features: 16, actions })));
    expect(counts).toEqual([2320, 528, 1168, 784]);
    expect(gradientScale(made({ features: 16, actions: 18 }))).toBeCloseTo(1 / 12, 15);
  });

  it("every question of level d asks for one of level d - 1, different ones within a level and action", () => {
    fc.assert(
      fc.property(anyOptions, fc.integer(), (options, seed) => {
        const network = made(options, seed);
        const { feature, parent, discount, action, depth } = network;
        const parents = new Set<string>();
        for (const i of feature.keys()) {
          expect(feature[i]).toBeGreaterThanOrEqual(0);
          expect(feature[i]).toBeLessThan(options.features);
          if (depth[i] === 0) {
            expect([parent[i], action[i]]).toEqual([i, EVERY_ACTION]);
            expect(options.discounts).toContain(discount[i]);
            continue;
          }
          if (parent[i]! >= 0) {
            expect(depth[parent[i]!]).toBe(depth[i]! - 1);
            expect(discount[i]).toBe(1);
          } else expect(depth[i]).toBe(1);
          // A parent is a prediction, or the feature itself.
          const key = `${depth[i]} ${action[i]} ${parent[i]! >= 0 ? `p${parent[i]}` : `f${feature[i]}`}`;
          expect(parents.has(key)).toBe(false);
          parents.add(key);
        }
      }),
      { numRuns: 60 },
    );
  });

  it("unused slots fill up what the paper's code allocates, and are never learnt", () => {
    const options = { features: 4, actions: 6, depth: 1, repeat: 16 };
    const kept = made({ ...options, keepUnused: true });
    expect(predictionCount(kept)).toBe(100);
    expect(kept.action.filter((action) => action === NO_ACTION)).toHaveLength(48);
    const dropped = made(options);
    expect(predictionCount(dropped)).toBe(52);
    expect(kept.feature.slice(0, 52)).toEqual(dropped.feature);
    const mask = new Float64Array(6 * 100);
    questionMask(kept, { actions: [0, 1, 2, 3, 4, 5], alive: [1, 1, 1, 1, 1, 1] }, mask);
    expect(mask.filter((_, i) => i % 100 >= 52).every((value) => value === 0)).toBe(true);
    expect(gradientScale(kept)).toBe(gradientScale(dropped));
  });

  it("unconditional questions are the same ones, learnt at every step", () => {
    const options = { features: 5, actions: 3, depth: 3, repeat: 4 };
    const conditional = made(options);
    const unconditional = made({ ...options, conditional: false });
    expect({ ...unconditional, action: [] }).toEqual({ ...conditional, action: [] });
    expect(new Set(unconditional.action)).toEqual(new Set([EVERY_ACTION]));
    expect(new Set(conditional.action)).toEqual(new Set([EVERY_ACTION, 0, 1, 2]));
  });

  it("one seed one network, which is plain JSON", () => {
    const network = made({ features: 16, actions: 6 }, 4);
    expect(JSON.parse(JSON.stringify(network))).toEqual(network);
    expect(made({ features: 16, actions: 6 }, 4)).toEqual(network);
    expect(made({ features: 16, actions: 6 }, 5)).not.toEqual(network);
  });

  it("parents and features are chosen uniformly", () => {
    const counts = Array.from({ length: 8 }, () => 0);
    const features = Array.from({ length: 4 }, () => 0);
    const choices = seededChoices(Random.seeded(3, "questions"));
    const draws = 8000;
    for (let i = 0; i < draws; i++) {
      for (const node of choices.parents([0, 1, 2, 3, 4, 5, 6, 7], 3)) counts[node]!++;
      features[choices.feature(4)]!++;
    }
    const away = (count: number, share: number) =>
      Math.abs(count - draws * share) / Math.sqrt(draws * share * (1 - share));
    for (const count of counts) expect(away(count, 3 / 8)).toBeLessThan(4);
    for (const count of features) expect(away(count, 1 / 4)).toBeLessThan(4);
  });

  it.each([
    [{ features: 0, actions: 2 }, /features is a whole number, at least 1, not 0/],
    [{ features: 2, actions: 1.5 }, /actions is a whole number, at least 1, not 1.5/],
    [{ features: 2, actions: 2, depth: -1 }, /depth is a whole number, at least 0, not -1/],
    [{ features: 2, actions: 2, discounts: [1] }, /below 1, not 1/],
    [{ features: 2, actions: 2, discounts: [Number.NaN] }, /below 1, not NaN/],
  ])("refuses %o", (options, message) => expect(() => made(options)).toThrow(message));
});

describe("targets, masks and loss", () => {
  it("the targets are the product with the dense matrix of the paper's code", () => {
    fc.assert(
      fc.property(anyOptions, fc.integer(), (options, seed) => {
        const network = made(options, seed);
        const width = predictionCount(network);
        const random = Random.seeded(seed, "values");
        const numbers = (length: number) => Float64Array.from({ length }, () => random.normal());
        const rows = 3;
        const features = numbers(rows * options.features);
        const predictions = numbers(rows * width);
        const continues = [1, 0, 1];
        const out = new Float64Array(rows * width);
        tdTargets(network, { features, predictions, continues }, out);
        for (let n = 0; n < rows; n++) {
          const z = [
            ...features.subarray(n * options.features, (n + 1) * options.features),
            ...predictions.subarray(n * width, (n + 1) * width).map((y) => continues[n]! * y),
          ];
          for (let i = 0; i < width; i++) {
            const row = z.map(() => 0);
            row[network.feature[i]!]! += 1;
            if (network.parent[i]! >= 0) row[options.features + network.parent[i]!]! += network.discount[i]!;
            const product = row.reduce((sum, value, j) => sum + value * z[j]!, 0);
            expect(out[n * width + i]).toBeCloseTo(product, 12);
          }
        }
      }),
      { numRuns: 40 },
    );
  });

  it("the gradient is the loss's", () => {
    const random = Random.seeded(2, "values");
    const values = () => Float64Array.from({ length: 12 }, () => random.normal());
    const [predictions, targets] = [values(), values()];
    const mask = Float64Array.from({ length: 12 }, () => random.integer(2));
    const at = (moved: Float64Array) => tdLoss(3, { predictions: moved, targets, mask });
    const { gradient } = at(predictions);
    for (let i = 0; i < 12; i++) {
      const moved = (by: number) => at(predictions.map((value, j) => (i === j ? value + by : value))).loss;
      expect((moved(1e-4) - moved(-1e-4)) / 2e-4).toBeCloseTo(gradient[i]!, 8);
    }
  });

  it("the first step of a new episode, which starts in the last state of the old one, is not learnt", () => {
    const network = made({ features: 2, actions: 2, depth: 2, repeat: 2 });
    const mask = new Float64Array(2 * predictionCount(network));
    questionMask(network, { actions: [0, 0], alive: [1, 0] }, mask);
    const [first, second] = [mask.slice(0, mask.length / 2), mask.slice(mask.length / 2)];
    expect(first).toEqual(Float64Array.from(network.action, (action) => (action <= 0 ? 1 : 0)));
    expect(second.every((value) => value === 0)).toBe(true);
  });

  it("refuses what does not fit", () => {
    const network = made({ features: 2, actions: 2, depth: 1, repeat: 1 });
    const out = new Float64Array(4);
    const fitting = { features: [1, 2], predictions: [1, 2, 3, 4], continues: [1] };
    tdTargets(network, fitting, out);
    expect(() => tdTargets(network, { ...fitting, features: [1] }, out)).toThrow(
      /features must hold 2 values, not 1/,
    );
    expect(() => questionMask(network, { actions: [2], alive: [1] }, out)).toThrow(/actions 0 to 1, not 2/);
    expect(() => tdLoss(1, { predictions: [1], targets: [1, 2], mask: [1] })).toThrow(/targets must hold 1/);
    expect(() => gradientScale({ ...network, action: network.action.map(() => NO_ACTION) })).toThrow(
      /ever learnt/,
    );
  });
});

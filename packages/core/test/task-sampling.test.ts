import { Random } from "@outrigger/core/random";
import { type TaskSamplingState, taskSampling } from "@outrigger/core/weighting/task-sampling";
import type { View } from "@outrigger/core/weighting/weighting";
import * as fc from "fast-check";
import { expect, it } from "vitest";
import { thrown } from "./support/errors.ts";
import { gramCase, randomGram } from "./support/gram.ts";

const view = (gram: number[][], primary: number, step: number): View => ({
  step,
  epoch: 0,
  losses: [],
  primary,
  gram,
});

it("trains the primary and m different auxiliaries in every step, with weight 1", () => {
  fc.assert(
    fc.property(gramCase(), fc.integer({ min: 1, max: 9 }), fc.nat(), ({ seed, size, rank }, sampled, at) => {
      const primary = at % size;
      const rule = taskSampling({ sampled });
      const random = Random.seeded(seed, "rule");
      let state: TaskSamplingState = rule.init(size, primary);
      for (let step = 0; step < 12; step++) {
        expect(rule.needs(state, step)).toBe(step % 10 === 0 ? "gram" : "nothing");
        const answer = rule.weigh(view(randomGram(seed + step, size, rank), primary, step), state, random);
        expect(answer.weights[primary]).toBe(1);
        expect(answer.weights.every((weight) => weight === 0 || weight === 1)).toBe(true);
        expect(answer.weights.reduce((a, b) => a + b)).toBe(1 + Math.min(sampled, size - 1));
        state = answer.state;
      }
    }),
  );
});

/** How often each task is drawn, over many draws from one affinity. */
function shares(affinity: number[], options: Parameters<typeof taskSampling>[0]): number[] {
  const rule = taskSampling(options);
  const random = Random.seeded(1, "rule");
  const counts = affinity.map(() => 0);
  const draws = 20_000;
  for (let i = 0; i < draws; i++) {
    // Step 1: no look at gradients.
    const { weights } = rule.weigh(view([], 0, 1), { affinity }, random);
    weights.forEach((weight, k) => {
      counts[k]! += weight / draws;
    });
  }
  return counts;
}

it("draws auxiliaries in proportion to their affinity, and a share of the draws uniformly", () => {
  const close = (found: number[], wanted: number[]): void =>
    wanted.forEach((share, k) => expect(Math.abs(found[k]! - share)).toBeLessThan(0.015));
  close(shares([1, 0.6, 0.2, -0.5], { explore: 0 }), [1, 0.75, 0.25, 0]);
  close(shares([1, 0.6, 0.2, -0.5], { explore: 0.3 }), [1, 0.625, 0.275, 0.1]);
  close(shares([1, -0.6, 0, -0.5], { explore: 0 }), [1, 1 / 3, 1 / 3, 1 / 3]);
  // Of two without replacement: the second from what is left, 0.75 · 1 + 0.25 · 1 and so on.
  close(shares([1, 0.6, 0.2, -0.5], { explore: 0, sampled: 2 }), [1, 1, 1, 0]);
});

it("keeps a running mean of the cosines with the primary", () => {
  const rule = taskSampling({ interval: 1, decay: 0.75 });
  const gram = (c: number): number[][] => [
    [4, 6 * c],
    [6 * c, 9],
  ];
  let state = rule.init(2, 0);
  for (const [step, c] of [0.8, -0.4].entries()) {
    state = rule.weigh(view(gram(c), 0, step), state, Random.seeded(1, "rule")).state;
  }
  expect(state.affinity![0]).toBeCloseTo(1, 12);
  expect(state.affinity![1]).toBeCloseTo(0.75 * 0.8 - 0.25 * 0.4, 12);
});

it("refuses options that no run can use", () => {
  for (const options of [{ sampled: 0 }, { interval: 0.5 }, { decay: 1 }, { decay: -1 }, { explore: 2 }]) {
    expect(thrown(() => taskSampling(options)).code).toBe("bad-option");
  }
});

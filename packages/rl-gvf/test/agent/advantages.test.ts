import fc from "fast-check";
import { expect, test } from "vitest";
import { generalisedAdvantages } from "../../src/agent/advantages.ts";
import { createReturns, nStepReturns } from "../../src/agent/returns.ts";
import { rolloutOf, rollouts } from "./rollouts.ts";

const γ = 0.9;

test("by hand: an end has nothing after it, a cut the value of its last state, and neither lets a later step through", () => {
  const rewards = [0, 0, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9];
  const values = [0.5, -1, 2, 0.3, 0.7, -0.4, 1.5, 0.2, 0.9, -0.6, 0.8, 0.1];
  const ends = rewards.map(() => "no" as "no" | "terminated" | "truncated");
  // Three environments, three steps: the first goes on, the second terminates with its second step, the third is cut off there.
  ends[7] = "terminated";
  ends[8] = "truncated";
  const out = new Float32Array(9);
  generalisedAdvantages(
    rolloutOf({ steps: 3, count: 3, rewards, ends }),
    values,
    { discount: γ, lambda: 0.5 },
    out,
  );
  const δ = [
    [1 + 0.9 * 0.3 - 0.5, 4 + 0.9 * 1.5 - 0.3, 7 + 0.9 * -0.6 - 1.5],
    [2 + 0.9 * 0.7 + 1, 5 - 0.7],
    [3 + 0.9 * -0.4 - 2, 6 + 0.9 * 0.9 + 0.4],
  ] as const;
  const [a, b, c] = δ;
  const expected = [
    [0, a[0] + 0.45 * a[1] + 0.2025 * a[2]],
    [3, a[1] + 0.45 * a[2]],
    [6, a[2]],
    [1, b[0] + 0.45 * b[1]],
    [4, b[1]],
    [2, c[0] + 0.45 * c[1]],
    [5, c[1]],
  ] as const;
  for (const [row, advantage] of expected) expect(out[row]).toBeCloseTo(advantage, 5);
});

test("with λ = 1 advantages are n-step returns less values, with λ = 0 errors of one step", () => {
  fc.assert(
    fc.property(rollouts, (drawn) => {
      const { steps, count, values } = drawn;
      const rollout = rolloutOf(drawn);
      const learnt = steps * count;
      const returns = createReturns(rollout, 1);
      nStepReturns(rollout, rollout.rewards.subarray(count), [γ], returns);
      const [all, one] = [1, 0].map((lambda) => {
        const out = new Float32Array(learnt);
        generalisedAdvantages(rollout, values, { discount: γ, lambda }, out);
        return out;
      });
      for (let n = 0; n < learnt; n++) {
        const sum = returns.sums[n]! + returns.discounts[n]! * values[returns.rows[n]!]!;
        expect(all![n]).toBeCloseTo(sum - values[n]!, 4);
        const after = rollout.terminated[n + count] === 1 ? 0 : γ * values[n + count]!;
        expect(one![n]).toBeCloseTo(rollout.rewards[n + count]! + after - values[n]!, 4);
      }
    }),
  );
});

test("lengths that do not fit are an error", () => {
  const rollout = rolloutOf({ steps: 2, count: 1, rewards: [], ends: [] });
  expect(() =>
    generalisedAdvantages(rollout, [1, 2], { discount: γ, lambda: 1 }, new Float32Array(2)),
  ).toThrow("need 3 values");
});

import fc from "fast-check";
import { expect, test } from "vitest";
import { createReturns, nStepReturns } from "../../src/agent/returns.ts";
import { createRollout } from "../../src/agent/rollout.ts";

const observation = { shape: [1], dtype: "float32", low: 0, high: 1 } as const;
const value = fc.double({ min: -2, max: 2, noNaN: true });

const rollouts = fc
  .record({ steps: fc.integer({ min: 1, max: 6 }), count: fc.integer({ min: 1, max: 3 }) })
  .chain(({ steps, count }) => {
    const rows = (steps + 1) * count;
    return fc.record({
      steps: fc.constant(steps),
      count: fc.constant(count),
      rewards: fc.array(value, { minLength: rows, maxLength: rows }),
      values: fc.array(value, { minLength: rows, maxLength: rows }),
      ends: fc.array(fc.constantFrom("no", "no", "terminated", "truncated"), {
        minLength: rows,
        maxLength: rows,
      }),
    });
  });

test("the split returns are the recursion r + γ m G, with the last state's value after a cut and at the end of the rollout", () => {
  fc.assert(
    fc.property(rollouts, ({ steps, count, rewards, values, ends }) => {
      const rollout = createRollout({ observation, actions: 2, count, steps });
      rollout.terminated.set(ends.map((end) => (end === "terminated" ? 1 : 0)));
      rollout.truncated.set(ends.map((end) => (end === "truncated" ? 1 : 0)));
      const out = createReturns(rollout, 2);
      const twice = rewards.slice(count).flatMap((reward) => [reward, reward]);
      nStepReturns(rollout, twice, [0.9, 0.5], out);
      for (const [k, gamma] of [0.9, 0.5].entries()) {
        const recursion = (t: number, b: number): number => {
          const next = (t + 1) * count + b;
          if (ends[next] === "terminated") return rewards[next]!;
          const after = ends[next] === "truncated" || t + 1 === steps ? values[next]! : recursion(t + 1, b);
          return rewards[next]! + gamma * after;
        };
        for (let n = 0; n < steps * count; n++) {
          const split = out.sums[2 * n + k]! + out.discounts[2 * n + k]! * values[out.rows[n]!]!;
          expect(split).toBeCloseTo(recursion(Math.floor(n / count), n % count), 4);
        }
      }
    }),
  );
});

test("lengths that do not fit are an error", () => {
  const rollout = createRollout({ observation, actions: 2, count: 1, steps: 2 });
  expect(() => nStepReturns(rollout, [1], [0.9], createReturns(rollout, 1))).toThrow("need 2 rewards");
});

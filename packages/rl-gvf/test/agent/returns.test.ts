import fc from "fast-check";
import { expect, test } from "vitest";
import { createReturns, nStepReturns } from "../../src/agent/returns.ts";
import { createRollout } from "../../src/agent/rollout.ts";
import { observation, rolloutOf, rollouts } from "./rollouts.ts";

test("the split returns are the recursion r + γ m G, with the last state's value after a cut and at the end of the rollout", () => {
  fc.assert(
    fc.property(rollouts, (drawn) => {
      const { steps, count, rewards, values, ends } = drawn;
      const rollout = rolloutOf(drawn);
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

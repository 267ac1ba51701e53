import fc from "fast-check";
import { createRollout, type Rollout } from "../../src/agent/rollout.ts";

export interface DrawnRollout {
  readonly steps: number;
  readonly count: number;
  /** By point in time, [(T + 1) · B], like the next two. */
  readonly rewards: number[];
  readonly values: number[];
  readonly ends: ("no" | "terminated" | "truncated")[];
}

export const observation = { shape: [1], dtype: "float32", low: 0, high: 1 } as const;
const value = fc.double({ min: -2, max: 2, noNaN: true });

/** Rewards, values and ends of small rollouts. */
export const rollouts: fc.Arbitrary<DrawnRollout> = fc
  .record({ steps: fc.integer({ min: 1, max: 6 }), count: fc.integer({ min: 1, max: 3 }) })
  .chain(({ steps, count }) => {
    const rows = (steps + 1) * count;
    return fc.record({
      steps: fc.constant(steps),
      count: fc.constant(count),
      rewards: fc.array(value, { minLength: rows, maxLength: rows }),
      values: fc.array(value, { minLength: rows, maxLength: rows }),
      ends: fc.array(
        fc.constantFrom("no" as const, "no" as const, "terminated" as const, "truncated" as const),
        {
          minLength: rows,
          maxLength: rows,
        },
      ),
    });
  });

export function rolloutOf({
  steps,
  count,
  rewards,
  ends,
}: Pick<DrawnRollout, "steps" | "count" | "rewards" | "ends">): Rollout {
  const rollout = createRollout({ observation, actions: 2, count, steps });
  rollout.rewards.set(rewards);
  rollout.terminated.set(ends.map((end) => (end === "terminated" ? 1 : 0)));
  rollout.truncated.set(ends.map((end) => (end === "truncated" ? 1 : 0)));
  return rollout;
}

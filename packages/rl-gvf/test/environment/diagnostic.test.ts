import { Random } from "@outrigger/core/random";
import { describe, expect, it } from "vitest";
import { catchBall } from "../../src/diagnostic/catch.ts";
import { deepSea } from "../../src/diagnostic/deep-sea.ts";
import { memoryChain } from "../../src/diagnostic/memory-chain.ts";
import { gridProcess, readoutGrid } from "../../src/diagnostic/readout-grid.ts";
import type { Environment } from "../../src/environment.ts";
import { stateValues } from "../../src/question/chain.ts";

const seeded = (name = "game") => Random.seeded(11, name);

/** One episode of a policy over observations: its rewards. */
function episode(environment: Environment, act: (observation: Float64Array) => number): number[] {
  environment.reset();
  const observation = new Float64Array(environment.observation.shape.reduce((a, b) => a * b));
  const rewards: number[] = [];
  for (let over = false; !over; ) {
    environment.observe(observation);
    const { reward, terminated } = environment.step(act(observation));
    rewards.push(reward);
    over = terminated;
  }
  return rewards;
}

const total = (rewards: readonly number[]): number => rewards.reduce((a, b) => a + b, 0);
const mean = (values: readonly number[]): number => total(values) / values.length;
const repeated = (count: number, one: () => number): number[] => Array.from({ length: count }, one);

describe("catch", () => {
  const environment = catchBall({ random: seeded() });

  it("moving under the ball always catches it, in 9 steps", () => {
    for (let i = 0; i < 50; i++) {
      const rewards = episode(environment, (cells) => {
        const ball = cells.indexOf(1) % 5;
        const paddle = cells.lastIndexOf(1) % 5;
        return 1 + Math.sign(ball - paddle);
      });
      expect(rewards).toEqual([0, 0, 0, 0, 0, 0, 0, 0, 1]);
    }
  });

  it("random actions get -0.6", () => {
    const policy = seeded("policy");
    const returns = repeated(4000, () => total(episode(environment, () => policy.integer(3))));
    // The standard deviation is 0.8.
    expect(Math.abs(mean(returns) + 0.6)).toBeLessThan((4 * 0.8) / Math.sqrt(4000));
  });
});

describe("deep sea", () => {
  it("only N times right reaches the treasure: the best of all 2^N action sequences is 0.99, the second best 0", () => {
    const size = 6;
    const environment = deepSea({ random: seeded(), size });
    const returns = Array.from({ length: 2 ** size }, (_, sequence) => {
      let t = 0;
      return total(episode(environment, () => (sequence >> t++) & 1));
    });
    const [best, second] = returns.toSorted((a, b) => b - a);
    expect(best).toBeCloseTo(0.99, 12);
    expect(second).toBe(0);
  });

  it("shows the cell, and nothing at the end", () => {
    const environment = deepSea({ random: seeded(), size: 4 });
    const seen = new Float32Array(16);
    for (let row = 0; row < 4; row++) {
      environment.observe(seen);
      expect(seen.reduce((a, b) => a + b)).toBe(1);
      expect(Math.floor(seen.indexOf(1) / 4)).toBe(row);
      environment.step(0);
    }
    environment.observe(seen);
    expect(seen.every((value) => value === 0)).toBe(true);
  });

  it("the mapping is the same for every seed of the game, and another one for another mapping seed", () => {
    const path = (seed: number, mappingSeed?: number) => {
      const environment = deepSea({ random: Random.seeded(seed, "game"), size: 20, mappingSeed });
      return episode(environment, () => 0);
    };
    expect(path(2)).toEqual(path(1));
    expect(path(1, 43)).not.toEqual(path(1));
  });

  it("stochastic: right fails once in N times, and the ends of the last row are noisy", () => {
    const size = 10;
    const environment = deepSea({ random: seeded(), size, stochastic: true });
    const right: number[] = [];
    const noise: number[] = [];
    for (let i = 0; i < 4000; i++) {
      environment.reset();
      environment.load({ ...environment.save(), state: { row: 3, column: 5 } });
      environment.step(0);
      const moved = environment.save().state.column;
      environment.load({ ...environment.save(), state: { row: 3, column: 5 } });
      environment.step(1);
      const other = environment.save().state.column;
      right.push(Math.max(moved, other) === 6 ? 1 : 0);
      expect(Math.min(moved, other)).toBe(4);
      environment.load({ ...environment.save(), state: { row: size - 1, column: 0 } });
      noise.push(environment.step(0).reward);
    }
    expect(Math.abs(mean(right) - 0.9)).toBeLessThan(4 * Math.sqrt((0.9 * 0.1) / 4000));
    const spread = Math.sqrt(mean(noise.map((value) => (value - mean(noise)) ** 2)));
    expect(Math.abs(spread - 1)).toBeLessThan(4 / Math.sqrt(2 * 4000));
  });

  it.each([1, 2.5, 1e6])("refuses the size %s", (size) => {
    expect(() => deepSea({ random: seeded(), size })).toThrow(/whole number from 2 to 1000/);
  });
});

describe("memory chain", () => {
  it.each([1, 2, 7])("length %s: remembering earns 1 after L + 1 actions", (length) => {
    const environment = memoryChain({ random: seeded(), length, bits: 3 });
    for (let i = 0; i < 40; i++) {
      let bits: number[] = [];
      let query = 0;
      let seen = 0;
      const rewards = episode(environment, ([time, asked, ...shown]) => {
        seen++;
        if (shown.some((bit) => bit !== 0)) bits = shown;
        // The query is shown at t = L - 1, which the last but one step leads to.
        if (Math.abs(time! - 1 / length) < 1e-12) query = asked!;
        return bits[query]! > 0 ? 1 : 0;
      });
      expect(rewards).toEqual([...Array.from({ length }, () => 0), 1]);
      expect(seen).toBe(length + 1);
    }
  });

  it("without memory the last observation says nothing", () => {
    const environment = memoryChain({ random: seeded(), length: 5 });
    const returns = repeated(2000, () => total(episode(environment, () => 1)));
    expect(Math.abs(mean(returns))).toBeLessThan(4 / Math.sqrt(2000));
  });

  it("refuses lengths and bits that are not positive whole numbers", () => {
    expect(() => memoryChain({ random: seeded(), length: 0 })).toThrow(
      /length is a positive whole number, not 0/,
    );
    expect(() => memoryChain({ random: seeded(), bits: 1.5 })).toThrow(
      /bits is a positive whole number, not 1.5/,
    );
  });
});

describe("read-out grid", () => {
  it("moves as its tables say", () => {
    const environment = readoutGrid({ random: seeded() });
    const { continuing, ending } = gridProcess();
    const policy = seeded("policy");
    const starts = new Set<number>();
    for (let i = 0; i < 300; i++) {
      environment.reset();
      starts.add(environment.save().state.cell);
      for (let over = false; !over; ) {
        const from = environment.save().state.cell;
        const action = policy.integer(4);
        const { reward, terminated } = environment.step(action);
        const to = environment.save().state.cell;
        expect([continuing[action]![from]![to], ending![action]![from]![to]]).toEqual(
          terminated ? [0, 1] : [1, 0],
        );
        expect(reward).toBe(terminated ? 1 : 0);
        over = terminated;
      }
    }
    expect(starts.has(2 * 9 + 6)).toBe(false);
    expect(starts.size).toBeGreaterThan(70);
  });

  it("the mean discounted return of random actions is the mean of the exact values", () => {
    const discount = 0.95;
    const environment = readoutGrid({ random: seeded() });
    const policy = seeded("policy");
    const returns = repeated(
      4000,
      () => discount ** (episode(environment, () => policy.integer(4)).length - 1),
    );
    const values = stateValues(gridProcess(), { discount });
    const exact = total(values) / 80;
    const spread = Math.sqrt(mean(returns.map((value) => (value - exact) ** 2)));
    expect(Math.abs(mean(returns) - exact)).toBeLessThan((4 * spread) / Math.sqrt(4000));
    expect(values[2 * 9 + 6]).toBe(0);
  });

  it("refuses goals outside", () => {
    expect(() => gridProcess({ goal: [9, 0] })).toThrow(/goal inside it, not size 9 and goal \[9, 0\]/);
    expect(() => readoutGrid({ random: seeded(), size: 1, goal: [0, 0] })).toThrow(/size from 2 to 100/);
  });
});

import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { adam, Random, uniform } from "@outrigger/core";
import { expect, test } from "vitest";
import type { Agent, AgentOptions } from "../../src/agent/agent.ts";
import { readCheckpoint, writeCheckpoint } from "../../src/agent/checkpoint.ts";
import { minibatcher } from "../../src/agent/minibatches.ts";
import { innerRmsprop } from "../../src/agent/optimizers.ts";
import { type PpoOptions, ppo } from "../../src/agent/ppo.ts";
import { questions } from "../../src/agent/questions.ts";
import { torsoSettings } from "../../src/agent/torso.ts";
import { valueReplay } from "../../src/baseline/value-replay.ts";
import { evaluate } from "../../src/evaluate/evaluate.ts";
import { catchBalls, smallAgent, valuesOf } from "./setup.ts";

const torso = torsoSettings.minatar;
const recurrent = { torso, memory: 8, hidden: 16 };
const few = questions({ depth: 2, repeat: 3, hidden: 16 });

const agentOf = (algorithm: PpoOptions, options: Partial<AgentOptions> = {}): Agent =>
  smallAgent({ environments: catchBalls(), steps: 8, algorithm: ppo(algorithm), ...options });

const updates = async (agent: Agent, count: number): Promise<Record<string, number>[]> => {
  const losses = [];
  for (let i = 0; i < count; i++) losses.push({ ...(await agent.update()).losses });
  return losses;
};

test("minibatches are every row once a pass, in another order each time, standardised over the rows that count", () => {
  const column = (of: (n: number) => number): Float32Array =>
    Float32Array.from({ length: 24 }, (_, n) => of(n));
  const columns = {
    alive: column((n) => (n % 5 === 2 ? 0 : 1)),
    advantages: column((n) => (n % 5 === 2 ? 1e6 : Math.sin(n))),
    targets: column((n) => n),
    log: column((n) => -n),
    values: column((n) => 2 * n),
  };
  const passes = (sequences: boolean): number[][] => {
    const random = Random.seeded(1, "shuffle");
    const drawn = minibatcher({ steps: 6, count: 4, minibatches: 2, sequences, normaliseAdvantages: true });
    return [0, 1].map(() => {
      const all: number[] = [];
      for (const { rows, advantages, alive, targets } of drawn(random, columns)) {
        const mine = [...rows.data];
        expect([...targets.data]).toEqual(mine);
        const live = [...advantages.data].filter((_, i) => alive.data[i] === 1);
        const mean = live.reduce((a, b) => a + b, 0) / live.length;
        expect(mean).toBeCloseTo(0, 5);
        expect(live.reduce((sum, a) => sum + a * a, 0) / live.length).toBeCloseTo(1, 4);
        for (const [i, one] of alive.data.entries()) if (one === 0) expect(advantages.data[i]).toBe(0);
        all.push(...mine);
      }
      return all;
    });
  };
  for (const [first, second] of [passes(false), passes(true)]) {
    for (const pass of [first!, second!])
      expect(pass.toSorted((a, b) => a - b)).toEqual([...columns.targets]);
    expect(second).not.toEqual(first);
  }
  // Whole environments: what differs within a minibatch of two is the step.
  const [whole] = passes(true);
  expect(new Set(whole!.slice(0, 12).map((row) => row % 4)).size).toBe(2);
  expect(whole!.slice(0, 12).map((row) => Math.floor(row / 4))).toEqual([0, 0, 1, 1, 2, 2, 3, 3, 4, 4, 5, 5]);
});

test.each([
  ["rows", {}],
  ["whole environments through the memory", { network: recurrent, steps: 4 }],
] as const)(
  "minibatches of %s: the ratio is 1 in every one until a step changes the policy",
  async (_, options) => {
    const still = agentOf({ epochs: 2, minibatches: 2, learningRate: 0 }, options);
    const moving = agentOf({ epochs: 2, minibatches: 2, learningRate: 3e-3 }, options);
    for (const { approx_kl, clipfrac } of await updates(still, 3)) {
      expect(Math.abs(approx_kl!)).toBeLessThan(1e-6);
      expect(clipfrac).toBe(0);
    }
    expect((await updates(moving, 1))[0]!["approx_kl"]).toBeGreaterThan(1e-5);
    await still.dispose();
    await moving.dispose();
  },
);

test("one epoch, one minibatch, λ = 1 and advantages as they are: A2C", async () => {
  const shared = { controlOptimizer: innerRmsprop({ learningRate: 2e-3 }), auxiliaries: [few] };
  const one = agentOf({ epochs: 1, minibatches: 1, lambda: 1, normaliseAdvantages: false }, shared);
  const other = smallAgent({ environments: catchBalls(), steps: 8, ...shared });
  await updates(one, 3);
  await updates(other, 3);
  const [a, b] = [one, other].map(({ params }) => [...valuesOf(params.trunk), ...valuesOf(params.control)]);
  for (const [i, value] of a!.entries()) expect(value).toBeCloseTo(b![i]!, 5);
  await one.dispose();
  await other.dispose();
});

test("annealing: half the rate in the middle, none at the end, by rollouts and not by gradient steps", async () => {
  const rateAfter = async (algorithm: PpoOptions, options: Partial<AgentOptions>, before: number) => {
    const agent = agentOf({ epochs: 1, minibatches: 2, ...algorithm }, options);
    await updates(agent, before);
    const from = valuesOf(agent.params.control);
    await updates(agent, 1);
    const to = valuesOf(agent.params.control);
    await agent.dispose();
    return to.map((value, i) => value - from[i]!);
  };
  // Rollouts of 32 steps: after one of two the rate is half of what it was, after two it is 0.
  const anneal = { learningRate: 1e-3, anneal: 64 };
  const half = await rateAfter(anneal, {}, 1);
  const steps = { controlOptimizer: adam({ learningRate: (t) => (t <= 2 ? 1e-3 : 5e-4), epsilon: 1e-5 }) };
  expect(half).toEqual(await rateAfter({}, steps, 1));
  expect(half.some((change) => change !== 0)).toBe(true);
  expect((await rateAfter(anneal, {}, 2)).every((change) => change === 0)).toBe(true);
});

test.each([
  ["with questions and a replay", { auxiliaries: [few, valueReplay({ hidden: 16, frames: 60 })] }],
  ["with a memory", { auxiliaries: [few], network: recurrent, steps: 4 }],
  ["with stopped gradients", { auxiliaries: [few], network: { torso, stopGradient: true, hidden: 16 } }],
] as const)("%s: a run continued from a file goes on bit for bit", async (_, options) => {
  const folder = mkdtempSync(join(tmpdir(), "ppo-"));
  const path = join(folder, "agent.safetensors");
  const algorithm = { epochs: 2, minibatches: 2, valueClip: 0.2, anneal: 1000 };
  const whole = agentOf(algorithm, options);
  await updates(whole, 3);
  writeCheckpoint(path, { agent: whole.save(), note: null });
  const trunk = valuesOf(whole.params.trunk);
  const rest = await updates(whole, 3);
  expect(valuesOf(whole.params.trunk)).not.toEqual(trunk);
  expect(rest.flatMap((losses) => Object.values(losses)).every((loss) => Number.isFinite(loss))).toBe(true);
  const same = agentOf(algorithm, { ...options, environments: catchBalls(8) });
  same.load(readCheckpoint(path)!.agent);
  expect(await updates(same, 3)).toEqual(rest);
  expect(same.save()).toEqual(whole.save());
  await whole.dispose();
  await same.dispose();
  rmSync(folder, { recursive: true });
});

test("Catch is learnt in 25,000 steps: mean return above 0.8 in episodes of the evaluation's seeds, -0.6 before", async () => {
  const agent = agentOf(
    { learningRate: 3e-3, minibatches: 4 },
    { environments: catchBalls(1, 16), steps: 32 },
  );
  const played = async () =>
    (await evaluate(agent, catchBalls(1, 16, "evaluation"), { episodes: 160 })).meanReturn;
  expect(await played()).toBeLessThan(-0.2);
  while (agent.steps < 25_000) await agent.update();
  expect(await played()).toBeGreaterThan(0.8);
  await agent.dispose();
}, 60_000);

test("numbers out of range, and minibatches that do not divide, are errors that say so", () => {
  for (const [options, message] of [
    [{ epochs: 0 }, "epochs must be a positive whole number, not 0"],
    [{ lambda: 1.5 }, "lambda must be from 0 to 1, not 1.5"],
    [{ clip: 0 }, "clip must be between 0 and 1, not 0"],
    [{ clip: Number.NaN }, "not NaN"],
  ] as const)
    expect(() => ppo(options)).toThrow(message);
  expect(() => agentOf({ minibatches: 3 })).toThrow("a divisor of the 32 rows of a rollout, not 3");
  expect(() => agentOf({ minibatches: 8 }, { network: recurrent })).toThrow("divisor of the 4 environments");
  expect(() => agentOf({}, { joint: { method: uniform() } })).toThrow("leave out joint or algorithm");
});

import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import type { Agent } from "../../src/agent/agent.ts";
import type { MakeAuxiliary } from "../../src/agent/auxiliary.ts";
import { readCheckpoint, writeCheckpoint } from "../../src/agent/checkpoint.ts";
import { innerAdam } from "../../src/agent/optimizers.ts";
import { torsoSettings } from "../../src/agent/torso.ts";
import { curl } from "../../src/baseline/curl.ts";
import { discountedSums } from "../../src/baseline/discounted-sums.ts";
import { inverseModel } from "../../src/baseline/inverse-model.ts";
import { multiHorizonValues } from "../../src/baseline/multi-horizon-values.ts";
import { pixelControl } from "../../src/baseline/pixel-control.ts";
import { rewardPrediction } from "../../src/baseline/reward-prediction.ts";
import { terminationPrediction } from "../../src/baseline/termination-prediction.ts";
import { valueReplay } from "../../src/baseline/value-replay.ts";
import { catchBalls, smallAgent } from "../agent/setup.ts";

const hidden = 16;
const all: Record<string, MakeAuxiliary> = {
  curl: curl({ samples: 16, latent: 8 }),
  "discounted-sums": discountedSums({ hidden }),
  "inverse-model": inverseModel({ hidden }),
  "multi-horizon-values": multiHorizonValues({ hidden }),
  "pixel-control": pixelControl({ hidden }),
  "reward-prediction": rewardPrediction({ hidden, frames: 60 }),
  "termination-prediction": terminationPrediction({ hidden }),
  "value-replay": valueReplay({ hidden, frames: 60 }),
};

const losses = async (agent: Agent, updates: number): Promise<Readonly<Record<string, number>>[]> => {
  const seen = [];
  for (let i = 0; i < updates; i++) seen.push((await agent.update()).losses);
  return seen;
};

test("a run with all of them continued from a file goes on bit for bit, loss by loss and with all that they remember", async () => {
  const auxiliaries = Object.values(all);
  const folder = mkdtempSync(join(tmpdir(), "auxiliary-"));
  const path = join(folder, "agent.safetensors");
  const whole = smallAgent({ auxiliaries, environments: catchBalls() });
  await losses(whole, 6);
  writeCheckpoint(path, { agent: whole.save(), note: null });
  const rest = await losses(whole, 4);
  for (const one of rest) {
    expect(Object.keys(one)).toEqual(expect.arrayContaining(Object.keys(all)));
    expect(Object.values(one).every((loss) => Number.isFinite(loss))).toBe(true);
  }
  const continued = smallAgent({ auxiliaries, environments: catchBalls(8) });
  continued.load(readCheckpoint(path)!.agent);
  expect(await losses(continued, 4)).toEqual(rest);
  expect(continued.save()).toEqual(whole.save());
  await whole.dispose();
  await continued.dispose();
  rmSync(folder, { recursive: true });
});

/** Mean losses of the last tenth of 150 updates on Catch under an almost random policy, where the trunk learns from these auxiliaries alone. */
const learnt = await (async (...names: string[]) => {
  const agent = smallAgent({
    environments: catchBalls(1, 8),
    steps: 9,
    network: { torso: torsoSettings.minatar, hidden, stopGradient: true },
    auxiliaries: names.map((name) => all[name]!),
    auxiliaryOptimizer: innerAdam({ learningRate: 3e-3 }),
  });
  const last = (await losses(agent, 150)).slice(-15);
  await agent.dispose();
  return (name: string): number => last.reduce((sum, loss) => sum + loss[name]! / last.length, 0);
})("termination-prediction", "inverse-model", "reward-prediction", "curl");

test("the end of Catch, always after nine steps, is foreseen: the loss falls far below the entropy of 1 in 9", () => {
  expect(learnt("termination-prediction")).toBeLessThan(0.1);
});

test("actions are told from what they changed, better than by guessing one of three", () => {
  expect(learnt("inverse-model")).toBeLessThan(0.7 * Math.log(3));
});

test("the sign of the coming reward is told better than the shares of the classes would", () => {
  // Half without a reward, at least as many misses as catches in the rest.
  expect(learnt("reward-prediction")).toBeLessThan(0.4);
});

test("two views of a board are told from other boards better than by guessing one of sixteen", () => {
  // Not by much: a board is two dots, a shift is as large as a step, and boards are drawn twice.
  expect(learnt("curl")).toBeLessThan(Math.log(16) - 0.15);
});

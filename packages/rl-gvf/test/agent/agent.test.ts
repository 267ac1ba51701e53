import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pcgrad, uniform } from "@outrigger/core";
import { expect, test } from "vitest";
import type { Agent, AgentOptions } from "../../src/agent/agent.ts";
import { readCheckpoint, writeCheckpoint } from "../../src/agent/checkpoint.ts";
import { innerRmsprop } from "../../src/agent/optimizers.ts";
import { questions } from "../../src/agent/questions.ts";
import { torsoSettings } from "../../src/agent/torso.ts";
import { memoryChain } from "../../src/diagnostic/memory-chain.ts";
import { seededVector } from "../../src/environment/seeded-vector.ts";
import { evaluate } from "../../src/evaluate/evaluate.ts";
import { catchBalls, smallAgent, valuesOf } from "./setup.ts";

const torso = torsoSettings.minatar;
const few = questions({ depth: 2, repeat: 3, hidden: 16 });
const kinds: Record<string, Partial<AgentOptions>> = {
  alone: {},
  "with questions": { auxiliaries: [few] },
  "with a memory": { auxiliaries: [few], network: { torso, memory: 8, hidden: 16 } },
  "with stopped gradients": { auxiliaries: [few], network: { torso, stopGradient: true, hidden: 16 } },
  "joint by PCGrad": { auxiliaries: [few], joint: { method: pcgrad() } },
};

const updates = async (agent: Agent, count: number): Promise<unknown[]> => {
  const reports = [];
  for (let i = 0; i < count; i++) reports.push(await agent.update());
  return reports;
};

test.each(Object.entries(kinds))(
  "%s: a run continued from a file goes on bit for bit",
  async (_, options) => {
    const folder = mkdtempSync(join(tmpdir(), "agent-"));
    const path = join(folder, "agent.safetensors");
    const whole = smallAgent({ ...options, environments: catchBalls() });
    await updates(whole, 3);
    writeCheckpoint(path, { agent: whole.save(), note: { seed: 1 } });
    const rest = await updates(whole, 4);

    const { agent: saved, note } = readCheckpoint<{ seed: number }>(path)!;
    expect(note).toEqual({ seed: 1 });
    // Environments of another seed: their states come from the file.
    const same = smallAgent({ ...options, environments: catchBalls(8) });
    same.load(saved);
    expect(await updates(same, 4)).toEqual(rest);
    expect(same.save()).toEqual(whole.save());
    await Promise.all([whole, same].map((agent) => agent.dispose()));
    rmSync(folder, { recursive: true });
  },
);

test("the same seeds give the same run, other seeds another", async () => {
  const agents = [1, 1, 2].map((seed) =>
    smallAgent({ seed, environments: catchBalls(), auxiliaries: [few] }),
  );
  const [first, second, other] = await Promise.all(agents.map((agent) => updates(agent, 3)));
  expect(second).toEqual(first);
  expect(other).not.toEqual(first);
  await Promise.all(agents.map((agent) => agent.dispose()));
});

test("stopped gradients: policy and value leave the trunk as it is, the questions change it", async () => {
  const network = { torso, stopGradient: true, hidden: 16 };
  for (const auxiliaries of [[], [few]]) {
    const agent = smallAgent({ network, auxiliaries, environments: catchBalls() });
    const before = valuesOf(agent.params.trunk);
    const head = valuesOf(agent.params.control);
    await updates(agent, 3);
    expect(valuesOf(agent.params.control)).not.toEqual(head);
    if (auxiliaries.length === 0) expect(valuesOf(agent.params.trunk)).toEqual(before);
    else expect(valuesOf(agent.params.trunk)).not.toEqual(before);
    await agent.dispose();
  }
});

test("a trunk that nobody trains is saved too: an agent of another seed takes it over", async () => {
  const network = { torso, stopGradient: true, hidden: 16 };
  const [one, other] = [1, 2].map((seed) => smallAgent({ seed, network, environments: catchBalls() }));
  await updates(one!, 1);
  expect(valuesOf(other!.params.trunk)).not.toEqual(valuesOf(one!.params.trunk));
  other!.load(one!.save());
  expect(valuesOf(other!.params.trunk)).toEqual(valuesOf(one!.params.trunk));
  expect(await updates(other!, 1)).toEqual(await updates(one!, 1));
  await one!.dispose();
  await other!.dispose();
});

test("with no auxiliary the joint learner is the sequential one", async () => {
  const joint = smallAgent({ environments: catchBalls(), joint: { method: uniform() } });
  const sequential = smallAgent({ environments: catchBalls() });
  await updates(joint, 2);
  await updates(sequential, 2);
  const [a, b] = [joint, sequential].map((agent) => valuesOf(agent.params.trunk));
  for (const [i, value] of a!.entries()) expect(value).toBeCloseTo(b![i]!, 5);
  await joint.dispose();
  await sequential.dispose();
});

test("an agent made with other options refuses a saved one", async () => {
  const agent = smallAgent();
  await agent.update();
  const wide = smallAgent({ network: { torso, hidden: 32 } });
  expect(() => wide.load(agent.save())).toThrow("make it with the same options");
  await agent.dispose();
  await wide.dispose();
});

test("Catch is learnt in 64,000 steps: mean return above 0.8 in episodes of the evaluation's seeds", async () => {
  const environments = catchBalls(1, 16);
  const agent = smallAgent({
    environments,
    steps: 20,
    controlOptimizer: innerRmsprop({ learningRate: 2e-3 }),
  });
  const before = await evaluate(agent, catchBalls(1, 16, "evaluation"), { episodes: 160 });
  while (agent.steps < 64_000) await agent.update();
  const after = await evaluate(agent, catchBalls(1, 16, "evaluation"), { episodes: 160 });
  expect(before.meanReturn).toBeLessThan(0);
  expect(after.meanReturn).toBeGreaterThan(0.8);
  expect(after).toMatchObject({ meanLength: 9, unfinished: 0 });
  await agent.dispose();
}, 60_000);

test("the memory chain is learnt with a memory: the bit is remembered over five steps", async () => {
  const chain = (purpose: "train" | "evaluation") =>
    seededVector((random) => memoryChain({ random: random("game"), length: 5 }), {
      count: 16,
      seed: 1,
      purpose,
    });
  const agent = smallAgent({
    environments: chain("train"),
    steps: 20,
    network: { torso: { convolutions: [] }, memory: 32, hidden: 32 },
    controlOptimizer: innerRmsprop({ learningRate: 2e-3 }),
  });
  while (agent.steps < 40_000) await agent.update();
  expect((await evaluate(agent, chain("evaluation"), { episodes: 160 })).meanReturn).toBeGreaterThan(0.9);
  await agent.dispose();
}, 60_000);

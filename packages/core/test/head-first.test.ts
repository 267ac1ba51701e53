import { adam } from "@outrigger/core/optimize/adam";
import { sgd } from "@outrigger/core/optimize/sgd";
import { headFirst } from "@outrigger/core/procedure/head-first";
import { Random } from "@outrigger/core/random";
import type { Stepper } from "@outrigger/core/train/step";
import { uniform } from "@outrigger/core/weighting/uniform";
import { expect, it } from "vitest";
import { toy } from "./fixtures/toy.ts";
import { refused } from "./support/errors.ts";
import { farthest } from "./support/in-double.ts";
import { type Batch, stepper } from "./support/stepper.ts";

const { model, ...data } = toy({ dropout: 0.2 });
const batches = [...data.train.epoch(Random.seeded(1, "order"))];

const run = async (
  options: Parameters<typeof stepper>[0],
  count = batches.length,
): Promise<Stepper<Batch>> => {
  const made = stepper({ model, ...options });
  for (const batch of batches.slice(0, count)) await made.run(batch, 0);
  await made.dispose();
  return made;
};

it("is joint training, bit for bit, without head steps", async () => {
  const optimizer = adam({ learningRate: 0.01 });
  const joint = await run({ method: uniform(), optimizer });
  const none = await run({ method: headFirst({ headSteps: 0 }), optimizer });
  expect(none.params.data).toEqual(joint.params.data);
  expect(none.slots).toEqual(joint.slots);
});

it("takes the steps that the heads take under a frozen trunk, and then one of all", async () => {
  const plain = toy({ dropout: 0 });
  const optimizer = sgd({ learningRate: 0.05 });
  const once = await run({ model: plain.model, method: headFirst({ headSteps: 3 }), optimizer }, 1);
  const heads = stepper({ model: plain.model, method: uniform(), optimizer, frozen: ["trunk"] });
  for (let i = 0; i < 3; i++) await heads.run(batches[0]!, 0);
  await heads.dispose();
  const after = await run({ model: plain.model, method: uniform(), optimizer, params: heads.params.tree }, 1);
  expect(farthest(once.params.data, [...after.params.data])).toBeLessThan(1e-6);
  const joint = await run({ model: plain.model, method: uniform(), optimizer }, 1);
  expect(farthest(once.params.data, [...joint.params.data])).toBeGreaterThan(1e-3);
});

it("moves the heads with an optimiser of their own, and the trunk not at all where it is frozen", async () => {
  const optimizer = sgd({ learningRate: 0.05, momentum: 0.9, weightDecay: 0.1 });
  const still = headFirst({ headSteps: 2, headOptimizer: sgd({ learningRate: 0 }) });
  const [own, joint] = [await run({ method: still, optimizer }), await run({ method: uniform(), optimizer })];
  // Head steps of length 0 lead nowhere, and the masks of the step are those of joint training.
  expect(own.params.data).toEqual(joint.params.data);
  const frozen = await run({ method: headFirst({ headSteps: 2 }), optimizer, frozen: ["trunk"] });
  const start = model.init(Random.seeded(1, "init"));
  expect(frozen.params.tree.trunk).toEqual(start.trunk);
  expect(frozen.params.tree.heads).not.toEqual(start.heads);
});

it("says which loss the heads' steps broke", async () => {
  const method = headFirst({ headSteps: 40, headOptimizer: sgd({ learningRate: 1e4 }) });
  expect(await refused(run({ method }))).toMatchObject({ code: "non-finite" });
});

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

it("takes the steps that the heads take under a frozen trunk, and then one of all, with their moments", async () => {
  const plain = toy({ dropout: 0 });
  const optimizer = sgd({ learningRate: 0.05, momentum: 0.9, weightDecay: 0.1 });
  const once = await run({ model: plain.model, method: headFirst({ headSteps: 3 }), optimizer }, 1);
  const heads = stepper({ model: plain.model, optimizer, frozen: ["trunk"] });
  for (let i = 0; i < 3; i++) await heads.run(batches[0]!, 0);
  await heads.dispose();
  const after = stepper({ model: plain.model, optimizer, params: heads.params.tree });
  after.slots["momentum"]!.set(heads.slots["momentum"]!);
  await after.run(batches[0]!, 0);
  await after.dispose();
  expect(farthest(once.params.data, [...after.params.data])).toBeLessThan(1e-6);
  expect(farthest(once.slots["momentum"]!, [...after.slots["momentum"]!])).toBeLessThan(1e-5);
  const joint = await run({ model: plain.model, method: uniform(), optimizer }, 1);
  expect(farthest(once.params.data, [...joint.params.data])).toBeGreaterThan(1e-3);
});

it("shows all passes of a step the same masks, and moves the trunk not at all where it is frozen", async () => {
  const optimizer = sgd({ learningRate: 0.05, momentum: 0.9, weightDecay: 0.1 });
  const method = headFirst({ headSteps: 2 });
  // Heads that cannot move leave joint training, of which masks drawn anew would make another.
  const [first, joint] = [
    await run({ method, optimizer, frozen: ["heads"] }),
    await run({ method: uniform(), optimizer, frozen: ["heads"] }),
  ];
  expect(first.params.data).toEqual(joint.params.data);
  const frozen = await run({ method, optimizer, frozen: ["trunk"] });
  const start = model.init(Random.seeded(1, "init"));
  expect(frozen.params.tree.trunk).toEqual(start.trunk);
  expect(frozen.params.tree.heads).not.toEqual(start.heads);
});

it("says which loss the heads' steps broke", async () => {
  const method = headFirst({ headSteps: 40 });
  const broken = run({ method, optimizer: sgd({ learningRate: 1e4 }) });
  expect(await refused(broken)).toMatchObject({ code: "non-finite" });
});

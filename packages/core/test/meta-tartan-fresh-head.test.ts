import { compile, gradients, type NDArray, type Tree } from "@outrigger/core/graph/index";
import { adamw } from "@outrigger/core/optimize/adamw";
import { replicaOf } from "@outrigger/core/procedure/inner/replica";
import { metaTartanFreshHead } from "@outrigger/core/procedure/meta-tartan-fresh-head";
import { Random } from "@outrigger/core/random";
import { softmax } from "@outrigger/core/solve/algebra";
import { forward } from "@outrigger/core/train/loss";
import type { ParamsTensors } from "@outrigger/core/train/model";
import { expect, it } from "vitest";
import { toy } from "./fixtures/toy.ts";
import { farthest } from "./support/in-double.ts";
import { type Batch, stepper, trunkRows } from "./support/stepper.ts";

const { model, ...data } = toy({ dropout: 0 });
const params = model.init(Random.seeded(1, "init"));
const [train] = [...data.train.epoch(null)];
const optimizer = adamw({ learningRate: 0.05, weightDecay: 0.1 });

const dot = (a: readonly number[], b: readonly number[]): number =>
  a.reduce((sum, value, i) => sum + value * b[i]!, 0);
const cosine = (a: readonly number[], b: readonly number[]): number =>
  dot(a, b) / Math.hypot(...a) / Math.hypot(...b);

/** Held-out batches in an order that does not depend on a stream. */
const held = [...data.validation.epoch(null), ...data.test.epoch(null)].slice(0, 2);
const dev = { size: 2, samples: 64, epoch: () => held };

it("moves every logit by the cosine with the held-out gradient under a head fitted on the host", async () => {
  const learningRate = 0.3;
  const steps = 7;
  const run = stepper({
    model,
    tasks: data.tasks,
    params,
    dev,
    method: metaTartanFreshHead({ headOptimizer: optimizer, headSteps: steps, learningRate }),
  });
  const first = await run.run(train!, 0);
  expect(first.weights).toEqual([1, 1, 1, 1]);
  const { logits } = run.state.method as { logits: number[] };

  // The same, step by step: a fresh head from the same stream, and the optimiser's own loop.
  const head = replicaOf(model.init(Random.seeded(1, "method")).heads["y"]!, optimizer);
  const slope = compile(((trunk: never, at: Tree<never>, b: Batch) => {
    const there = { trunk, heads: { y: at } } as unknown as ParamsTensors;
    return gradients(
      [forward(model, data.tasks.slice(0, 1) as never, there, b, { training: false }).losses[0]!],
      at,
    )[0];
  }) as never);
  for (let t = 1; t <= steps; t++) {
    await slope.into(head.gradient.tree, params.trunk, head.params.tree, held[0] as unknown as Tree<NDArray>);
    head.update.update(t);
  }
  await slope.dispose();
  const [d] = await trunkRows(
    model,
    { trunk: params.trunk, heads: { ...params.heads, y: head.params.tree } },
    held[1],
  );
  const rows = await trunkRows(model, params, train);
  const wanted = rows.map((row) => learningRate * cosine(row, d!));
  expect(Math.max(...wanted.map(Math.abs))).toBeGreaterThan(0.01);
  expect(farthest(logits, wanted)).toBeLessThan(1e-4);

  // It is not what the run's own head gives.
  const [own] = await trunkRows(model, params, held[1]);
  expect(
    farthest(
      logits,
      rows.map((row) => learningRate * cosine(row, own!)),
    ),
  ).toBeGreaterThan(0.05);

  const second = await run.run(train!, 0);
  expect(
    farthest(
      second.weights,
      softmax(logits).map((share) => 4 * share),
    ),
  ).toBeLessThan(1e-9);
  await run.dispose();
});

it("draws another head on every step, from the procedure's stream", async () => {
  const run = stepper({
    model,
    tasks: data.tasks,
    params,
    dev,
    method: metaTartanFreshHead({ headSteps: 1 }),
  });
  const logits: number[][] = [];
  for (let step = 0; step < 3; step++) {
    await run.run(train!, 0);
    logits.push((run.state.method as { logits: number[] }).logits);
  }
  const moves = [1, 2].map((s) => logits[s]!.map((value, k) => value - logits[s - 1]![k]!));
  expect(farthest(moves[0]!, moves[1]!)).toBeGreaterThan(0.01);
  await run.dispose();
});

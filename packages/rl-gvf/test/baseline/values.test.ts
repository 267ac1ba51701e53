import { array, compile, type NDArray, type Tree } from "@outrigger/core";
import { Random } from "@outrigger/core/random";
import type { Tensor } from "@tensorflow/tfjs";
import * as tf from "@tensorflow/tfjs";
import { expect, test } from "vitest";
import type { MakeAuxiliary } from "../../src/agent/auxiliary.ts";
import { createRollout } from "../../src/agent/rollout.ts";
import { multiHorizonValues } from "../../src/baseline/multi-horizon-values.ts";
import { cellChanges, pixelControl } from "../../src/baseline/pixel-control.ts";

const observation = { shape: [5, 4, 2], dtype: "uint8", low: 0, high: 2 } as const;
const shape = { observation, actions: 3, count: 2, steps: 3 };
const random = (name: string) => Random.seeded(4, name);

function noise() {
  const stream = random("noise");
  const rollout = createRollout(shape);
  rollout.observations.set(Array.from(rollout.observations, () => stream.integer(3)));
  rollout.rewards.set(Array.from(rollout.rewards, () => stream.uniform()));
  rollout.taken.set(Array.from(rollout.taken, () => stream.integer(3)));
  rollout.terminated[2] = 1;
  return rollout;
}

/** The losses of an auxiliary on noise whose output layer has no weights, so that its outputs are its biases. */
async function rowsOf(make: MakeAuxiliary, biases: (i: number) => number) {
  const rollout = noise();
  const auxiliary = make({ ...shape, features: 3, encoded: 3, random });
  const head = auxiliary.init(random("init")) as Record<string, Record<string, NDArray>>;
  head["output"]!["kernel"]!.data.fill(0);
  head["output"]!["bias"]!.data.set(head["output"]!["bias"]!.data.map((_, i) => biases(i)));
  const alive = [1, 1, 0, 1, 1, 1];
  const taken = alive.flatMap((m, n) => [0, 1, 2].map((a) => (a === rollout.taken[n] ? m : 0)));
  const f = compile(((params: Tree<Tensor>, x: Tensor, given: Tree<Tensor>, oneHot: Tensor) =>
    auxiliary.values(
      params,
      { features: x, taken: oneHot, alive: tf.sum(oneHot, 1), encode: () => x },
      given,
    )) as never);
  const rows = (await f(
    head,
    array(new Float32Array(24), [8, 3]),
    auxiliary.feed(rollout),
    array(taken, [6, 3]),
  )) as NDArray;
  await f.dispose();
  return { rows: rows.data, rollout };
}

test("multi-horizon values: the loss of a row by hand, with the value of the horizon itself at the end of the rollout", async () => {
  const gammas = [0.5, 0.9];
  const values = [0.2, 0.7];
  const { rows, rollout } = await rowsOf(
    multiHorizonValues({ discounts: gammas, hidden: 4 }),
    (i) => values[i]!,
  );
  const r = rollout.rewards;
  // Environment 0 ends with point 1, environment 1 never.
  const expected = gammas.map((gamma, j) => {
    const whole = r[3]! + gamma * (r[5]! + gamma * (r[7]! + gamma * values[j]!));
    return [r[2]! - values[j]!, whole - values[j]!];
  });
  for (const n of [0, 1])
    expect(rows[n]).toBeCloseTo(
      expected.reduce((sum, row) => sum + row[n]! ** 2 / 4, 0),
      5,
    );
  expect(rows[2]).toBe(0);
});

test("pixel control: the loss of a row by hand, with the greatest action value at the end of the rollout", async () => {
  // 2 × 2 cells, for each V and then three advantages.
  const outputs = Array.from({ length: 16 }, (_, i) => Math.sin(i));
  const { rows, rollout } = await rowsOf(pixelControl({ hidden: 4 }), (i) => outputs[i]!);
  const q = [0, 1, 2, 3].map((cell) => {
    const [v, ...a] = outputs.slice(4 * cell, 4 * cell + 4) as [number, number, number, number];
    return a.map((one) => v + one - a.reduce((x, y) => x + y, 0) / 3);
  });
  const change = new Float32Array(6 * 4);
  cellChanges(observation, 2, rollout.observations, 2, change);
  const losses = q.map((values, cell) => {
    const at = (n: number): number => change[4 * n + cell]!;
    const target = at(1) + 0.9 * (at(3) + 0.9 * (at(5) + 0.9 * Math.max(...values)));
    return [at(0) - values[rollout.taken[0]!]!, target - values[rollout.taken[1]!]!];
  });
  for (const n of [0, 1])
    expect(rows[n]).toBeCloseTo(
      losses.reduce((sum, row) => sum + 0.025 * row[n]! ** 2, 0),
      5,
    );
  expect(rows[2]).toBe(0);
});

test("the change of a cell is the mean over its pixels and channels, in units of the largest value", () => {
  const { observations } = noise();
  const change = new Float32Array(6 * 4);
  cellChanges(observation, 2, observations, 2, change);
  const pixel = (n: number, y: number, x: number, c: number): number =>
    observations[n * 40 + (y * 4 + x) * 2 + c]!;
  for (let n = 0; n < 6; n++) {
    for (const [cell, [top, left]] of [
      [0, 0],
      [0, 2],
      [2, 0],
      [2, 2],
    ].entries() as IterableIterator<[number, [number, number]]>) {
      let sum = 0;
      for (const y of [top, top + 1])
        for (const x of [left, left + 1])
          for (const c of [0, 1]) sum += Math.abs(pixel(n + 2, y, x, c) - pixel(n, y, x, c));
      expect(change[4 * n + cell]).toBeCloseTo(sum / 8 / 2, 6);
    }
  }
});

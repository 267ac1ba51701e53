import { array, compile, gradients, type NDArray, type Tree } from "@outrigger/core";
import type { Scalar, Tensor } from "@tensorflow/tfjs";
import * as tf from "@tensorflow/tfjs";
import { expect, test } from "vitest";
import { sampleActions } from "../../src/agent/actor.ts";
import { controlLoss } from "../../src/agent/control-loss.ts";

const logits = [0.3, -0.2, 1, 0.1, -0.5, 0.4, 0.2, 0.2];
const values = [0.5, -0.3, 0.9, 0.2];
const rollout = { taken: [1, 0, 0, 0, 0, 1], alive: [1, 0, 1] };
// The row whose value is bootstrapped from is the last one, but for row 0, which ends.
const returns = { sums: [1, 7, -0.5], discounts: [0, 0.9, 0.9], rows: [3, 3, 3] };

const evaluate = async (changed: Partial<typeof returns> = {}) => {
  const f = compile(((
    p: { l: Tensor; v: Tensor },
    batch: { taken: Tensor; alive: Tensor },
    r: Tree<Tensor>,
  ) => {
    const { rows } = controlLoss({ logits: p.l, values: p.v }, batch, r, {});
    return { rows, by: gradients([tf.mean<Scalar>(rows)], p as never)[0]! };
  }) as never);
  const { sums, discounts, rows } = { ...returns, ...changed };
  const result = await f(
    { l: array(logits, [4, 2]), v: array(values) },
    { taken: array(rollout.taken, [3, 2]), alive: array(rollout.alive) },
    { sums: array(sums), discounts: array(discounts), rows: array(rows, [3], "int32") },
  );
  await f.dispose();
  return result as { rows: NDArray; by: { l: NDArray; v: NDArray } };
};

test("the loss of a row is the formula's, by hand", async () => {
  const { rows } = await evaluate();
  const expected = [0, 2].map((n) => {
    const [a, b] = [logits[2 * n]!, logits[2 * n + 1]!];
    const p = [1 / (1 + Math.exp(b - a)), 1 / (1 + Math.exp(a - b))];
    const target = returns.sums[n]! + returns.discounts[n]! * values[3]!;
    const entropy = -p.reduce((sum, q) => sum + q * Math.log(q), 0);
    const chosen = rollout.taken[2 * n] === 1 ? 0 : 1;
    const advantage = target - values[n]!;
    return -Math.log(p[chosen]!) * advantage + 0.25 * advantage ** 2 - 0.01 * entropy;
  });
  expect(rows.data[0]).toBeCloseTo(expected[0]!, 5);
  expect(rows.data[2]).toBeCloseTo(expected[1]!, 5);
});

test("the step of a reset has no loss and no gradient, whatever its return; the bootstrapped value has none either", async () => {
  const { rows, by } = await evaluate();
  const other = await evaluate({ sums: [1, -100, -0.5] });
  expect(rows.data[1]).toBe(0);
  expect(other.rows).toEqual(rows);
  for (const key of ["l", "v"] as const)
    expect([...other.by[key].data].map((x) => x + 0)).toEqual([...by[key].data].map((x) => x + 0));
  expect([by.v.data[1], by.v.data[3]].map((x) => Math.abs(x!))).toEqual([0, 0]);
  expect([...by.l.data.subarray(2, 4), ...by.l.data.subarray(6)].map(Math.abs)).toEqual([0, 0, 0, 0]);
  expect(by.v.data[0]).not.toBe(0);
});

test("actions are drawn with the softmax's probabilities", () => {
  const draws = 100_000;
  let next = 0;
  // Evenly spread numbers in place of random ones: the shares are then exact to 1/draws.
  const random = { state: [], uniform: () => (next++ + 0.5) / draws, integer: () => 0, normal: () => 0 };
  const row = [1, 3, -2].map((logit) => logit + 800);
  const out = new Int32Array(draws);
  sampleActions(
    Float32Array.from({ length: 3 * draws }, (_, i) => row[i % 3]!),
    random,
    out,
  );
  const weight = row.map((logit) => Math.exp(logit - 800));
  const total = weight.reduce((a, b) => a + b);
  for (const [a, w] of weight.entries()) {
    expect(out.filter((action) => action === a).length / draws).toBeCloseTo(w / total, 4);
  }
});

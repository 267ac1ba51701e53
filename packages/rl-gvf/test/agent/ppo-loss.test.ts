import { array, compile, gradients, type NDArray, type Tree } from "@outrigger/core";
import type { Scalar, Tensor } from "@tensorflow/tfjs";
import * as tf from "@tensorflow/tfjs";
import { expect, test } from "vitest";
import { type ClippedRows, clippedLoss, clippedParts } from "../../src/agent/ppo-loss.ts";

const ε = 0.2;
const p = 0.6;
const logits = [Math.log(p), Math.log(1 - p)];

interface Row {
  /** ρ of the action 0, which has probability 0.6 now. */
  readonly ratio: number;
  readonly advantage: number;
  readonly value?: number;
  readonly target?: number;
  readonly old?: number;
  readonly dead?: true;
}

/** Loss and gradients of rows with no value or entropy coefficient unless given. */
async function evaluated(
  rows: readonly Row[],
  options = { valueCoefficient: 0, entropyCoefficient: 0 },
  valueClip?: number,
) {
  const f = compile(((params: { l: Tensor; v: Tensor }, seen: ClippedRows) => {
    const loss = clippedLoss({ logits: params.l, values: params.v }, seen, options, { clip: ε, valueClip });
    return { ...loss, by: gradients([tf.sum<Scalar>(loss.rows)], params as unknown as Tree<Tensor>)[0]! };
  }) as never);
  const column = (of: (row: Row) => number): NDArray => array(rows.map(of));
  const living = (row: Row, value: number): number => (row.dead ? 0 : value);
  const result = (await f(
    {
      l: array(
        rows.flatMap(() => logits),
        [rows.length, 2],
      ),
      v: column(({ value = 0 }) => value),
    },
    {
      taken: array(
        rows.flatMap((row) => [living(row, 1), 0]),
        [rows.length, 2],
      ),
      alive: column((row) => living(row, 1)),
      advantages: column((row) => living(row, row.advantage)),
      targets: column(({ target = 0 }) => target),
      log: column((row) => living(row, Math.log(p) - Math.log(row.ratio))),
      values: column(({ old = 0 }) => old),
    },
  )) as { rows: NDArray; parts: NDArray; by: { l: NDArray; v: NDArray } };
  await f.dispose();
  return result;
}

test.each([
  ["in range", 1.1, 2, -1.1 * 2, true],
  ["exactly 1", 1, 2, -2, true],
  ["above and good: clipped", 1.5, 2, -1.2 * 2, false],
  ["above and bad: not clipped", 1.5, -2, 1.5 * 2, true],
  ["below and bad: clipped", 0.5, -2, 0.8 * 2, false],
  ["below and good: not clipped", 0.5, 2, -0.5 * 2, true],
] as const)("a ratio %s, by hand, with its gradient", async (_, ratio, advantage, loss, moves) => {
  const { rows, by } = await evaluated([{ ratio, advantage }]);
  expect(rows.data[0]).toBeCloseTo(loss, 5);
  // dρ/dlogit = ρ (1[action] - p).
  const slope = moves ? -advantage * ratio : 0;
  expect(by.l.data[0]).toBeCloseTo(slope * (1 - p), 5);
  expect(by.l.data[1]).toBeCloseTo(-slope * (1 - p), 5);
});

test("the value's square is that of A2C, and with a clip the greater of two, whose clipped one does not move", async () => {
  const value = { valueCoefficient: 0.5, entropyCoefficient: 0 };
  const rows = [
    // Within the clip; beyond it and nearer to the target, so that the clipped square is greater; beyond it and farther off.
    { ratio: 1, advantage: 0, old: 1, value: 1.05, target: 2 },
    { ratio: 1, advantage: 0, old: 1, value: 1.5, target: 2 },
    { ratio: 1, advantage: 0, old: 1, value: 0.5, target: 2 },
  ];
  const free = await evaluated(rows, value);
  for (const [i, row] of rows.entries()) {
    expect(free.rows.data[i]).toBeCloseTo(0.25 * (row.value - 2) ** 2, 5);
    expect(free.by.v.data[i]).toBeCloseTo(0.5 * (row.value - 2), 5);
  }
  const clipped = await evaluated(rows, value, 0.1);
  const squares = [0.95 ** 2, 0.9 ** 2, 1.5 ** 2];
  const slopes = [-0.95, 0, -1.5];
  for (let i = 0; i < 3; i++) {
    expect(clipped.rows.data[i]).toBeCloseTo(0.25 * squares[i]!, 5);
    expect(clipped.by.v.data[i]).toBeCloseTo(0.5 * slopes[i]!, 5);
  }
});

test("entropy, and the parts by name; a dead row has no loss and no gradient whatever it says", async () => {
  const options = { valueCoefficient: 0.5, entropyCoefficient: 0.1 };
  const dead = { ratio: 7, advantage: 100, value: 3, target: -100, old: 5, dead: true } as const;
  const { rows, parts, by } = await evaluated([{ ratio: 1.5, advantage: 2 }, dead], options);
  const entropy = -(p * Math.log(p) + (1 - p) * Math.log(1 - p));
  expect(rows.data[0]).toBeCloseTo(-2.4 - 0.1 * entropy, 5);
  expect([rows.data[1], by.l.data[2], by.l.data[3], by.v.data[1]].map((x) => Math.abs(x!))).toEqual([
    0, 0, 0, 0,
  ]);
  const named = Object.fromEntries(clippedParts.map((name, i) => [name, parts.data[i]!]));
  expect(named["policy"]).toBeCloseTo(-1.2, 5);
  expect(named["value"]).toBeCloseTo(0, 6);
  expect(named["entropy"]).toBeCloseTo(entropy / 2, 5);
  expect(named["approx_kl"]).toBeCloseTo((0.5 - Math.log(1.5)) / 2, 5);
  expect(named["clipfrac"]).toBe(0.5);
});

import { readFileSync } from "node:fs";
import { Random } from "@outrigger/core/random";
import { modo } from "@outrigger/core/weighting/modo";
import { sdmgrad } from "@outrigger/core/weighting/sdmgrad";
import type { View } from "@outrigger/core/weighting/weighting";
import { expect, test } from "vitest";
import { ask, expectClose } from "../support/ask.ts";
import { thrown } from "../support/errors.ts";
import { dot, gramOf } from "../support/gram.ts";

const read = (name: string): unknown =>
  JSON.parse(readFileSync(new URL(`../fixtures/${name}`, import.meta.url), "utf8"));
const gramMethods = read("gram-methods.json") as Record<
  string,
  { G: number[][]; methods: Record<string, { weights: number[] }> }
>;
const torchjd = read("torchjd-rules.json") as { modo: { matrix: number[][]; weights: number[] }[][] };

test.each(Object.entries(gramMethods))("sdmgrad: stored weights of %s", (_, { G, methods }) => {
  const weights = ask(sdmgrad({ scale: "mean" }), G, { gramOther: G });
  expectClose(weights, methods["sdmgrad_lam0.3_exact"]!.weights, 1e-9);
});

test.each(Array.from({ length: 20 }, (_, seed) => seed))(
  "sdmgrad: no point of the simplex has a lower objective where two batches disagree, seed %i",
  (seed) => {
    const random = Random.seeded(seed, "gram");
    const draw = () => Array.from({ length: 4 }, () => Array.from({ length: 6 }, () => random.normal()));
    const common = draw();
    const [own, other] = [0, 1].map(() => {
      const noise = draw();
      return common.map((row, i) => row.map((value, d) => value + 0.05 * noise[i]![d]!));
    });
    const cross = own!.map((row) => other!.map((column) => dot(row, column)));
    const weights = ask(sdmgrad({ lambda: 0.5, scale: "mean" }), gramOf(own!), { gramOther: cross });
    const x = weights.map((weight) => 1.5 * weight - 0.125);
    // The slope of ½ xᵀSx + λ xᵀSb is least where x is not 0.
    const slope = cross.map((row, i) =>
      row.reduce((sum, value, j) => sum + ((value + cross[j]![i]!) / 2) * (x[j]! + 0.125), 0),
    );
    expect(Math.min(...slope)).toBeCloseTo(dot(slope, x), 9);
    expect(Math.min(...x)).toBeGreaterThan(-1e-12);
  },
);

test("sdmgrad: of two batches that oppose each other, nothing is left to prefer a task by", () => {
  const gram = gramOf([
    [1, 0],
    [0, 1],
  ]);
  const opposed = gram.map((row) => row.map((value) => -value));
  expectClose(ask(sdmgrad(), gram, { gramOther: opposed }), [1, 1], 1e-9);
});

test.each(torchjd.modo)("modo: TorchJD's weights of four steps, case %#", (...steps) => {
  const rule = modo({ learningRate: 0.05, rho: 0.1, scale: "mean" });
  let state = rule.init(steps[0]!.matrix.length, 0);
  for (const { matrix, weights } of steps) {
    const view: View = { step: 0, epoch: 0, primary: 0, losses: [], gramOther: matrix };
    const answer = rule.weigh(view, state, Random.seeded(0, "rule"));
    expectClose(answer.weights, weights, 1e-9);
    state = answer.state;
  }
});

test.each([sdmgrad(), modo()])("$name says that it needs a second batch", (rule) => {
  expect(thrown(() => ask<never>(rule as never, [[1]])).message).toContain("second training batch");
});

import { Random } from "@outrigger/core/random";
import { auxinash } from "@outrigger/core/weighting/auxinash";
import { auxinashLearned } from "@outrigger/core/weighting/auxinash-learned";
import { expect, test } from "vitest";
import { ask, expectClose } from "../support/ask.ts";
import { dot, gramOf } from "../support/gram.ts";

test("p moves along the derivative of ⟨d, Σ_k α_k g_k⟩, found by differences of the bargaining solution", () => {
  const rows = [
    [1, 0.5, 0],
    [-1, 20, 3],
    [0.1, -0.2, 0.3],
  ];
  const d = [0.6, 0, -0.8];
  const gram = gramOf(rows);
  const dots = rows.map((row) => dot(row, d));
  // The rule scales p to sum to T, and α(cp) = √c α(p).
  const gain = (p: number[]) => {
    const total = p.reduce((a, b) => a + b, 0) / 3;
    const weights = ask(auxinash({ preferences: p }), gram);
    return dot(weights, dots) * Math.sqrt(total);
  };
  const h = 1e-5;
  const slope = [0, 1, 2].map((k) => {
    const at = (change: number) => gain([0, 1, 2].map((j) => 1 + (j === k ? change : 0)));
    return (at(h) - at(-h)) / (2 * h);
  });
  const rule = auxinashLearned({ learningRate: 1e-3, interval: 1 });
  const view = { step: 0, epoch: 0, primary: 0, losses: [1, 1, 1], gram, dev: { dots, norm: 1 } };
  const { p } = rule.weigh(view, rule.init(3, 0), Random.seeded(0, "rule")).state;
  const wanted = slope.map((value) => 1 + 1e-3 * value);
  const total = wanted.reduce((a, b) => a + b, 0) / 3;
  expectClose(
    p,
    wanted.map((value) => value / total),
    1e-9,
  );
  expect(p).not.toEqual([1, 1, 1]);
});

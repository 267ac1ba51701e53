import { readFileSync } from "node:fs";
import { Random } from "@outrigger/core/random";
import { aang } from "@outrigger/core/weighting/aang";
import type { View } from "@outrigger/core/weighting/weighting";
import { expect, test } from "vitest";
import { expectClose } from "../support/ask.ts";

type Table = number[][][][];
const { aang_factored: stored } = JSON.parse(
  readFileSync(new URL("../fixtures/stateful-methods.json", import.meta.url), "utf8"),
) as {
  aang_factored: { upstream_grad_minus_cos: Table; lr: number; weights_after: Table; all_after: Table };
};

test("stored logits and weights of a table of 2 × 2 × 1 × 2 choices, of which one combination is illegal", () => {
  const cells = [0, 1]
    .flatMap((i) => [0, 1].flatMap((t) => [0, 1].map((o) => [i, t, 0, o] as const)))
    .slice(0, 7);
  const at = (table: Table) => cells.map(([i, t, r, o]) => table[i]![t]![r]![o]!);
  const cosines = [1, ...at(stored.upstream_grad_minus_cos).map((value) => -value)];
  const gram = cosines.map((_, i) => cosines.map((__, j) => (i === j ? 1 : 0)));
  const rule = aang({
    objectives: cells.map((cell) => cell.map(String)),
    learningRate: stored.lr,
    scale: "mean",
  });
  const view: View = { step: 0, epoch: 0, primary: 0, losses: [], gram, dev: { dots: cosines, norm: 1 } };
  const random = Random.seeded(0, "rule");
  const first = rule.weigh(view, rule.init(8, 0), random);
  expectClose(first.weights, [0.5, ...cells.map(() => 0.5 / 7)], 1e-12);
  expectClose(first.state.all, at(stored.all_after), 1e-9);
  const second = rule.weigh(view, first.state, random).weights;
  const share = 1 - second[0]!;
  expectClose(
    second.slice(1).map((weight) => weight / share),
    at(stored.weights_after),
    1e-9,
  );
  expect(first.state.split[0]).toBeCloseTo(0.1, 12);
});

import { readFileSync } from "node:fs";
import { Random } from "@outrigger/core/random";
import { imtl } from "@outrigger/core/weighting/imtl";
import { imtlL } from "@outrigger/core/weighting/imtl-l";
import { krum } from "@outrigger/core/weighting/krum";
import { stch } from "@outrigger/core/weighting/stch";
import type { View, Weighting } from "@outrigger/core/weighting/weighting";
import { describe, expect, test } from "vitest";
import { ask, expectClose } from "../support/ask.ts";
import { gramOf } from "../support/gram.ts";

interface Stored {
  stch: { losses: number[]; units: number[]; mu: number[]; plain: number[][]; log: number[][] };
  impartial: {
    gradients: number[][];
    steps: { losses: number[]; "imtl-l": number[]; imtl: number[] }[];
  }[];
  krum: { gradients: number[][]; byzantine: number; selected: number; weights: number[] }[];
}
const stored = JSON.parse(
  readFileSync(new URL("../fixtures/torchjd-balance.json", import.meta.url), "utf8"),
) as Stored;
const random = Random.seeded(0, "rule");

describe("TorchJD's smooth Tchebycheff scalarization", () => {
  const { losses, units, mu, plain, log } = stored.stch;
  const scaled = (weights: readonly number[]): number[] => weights.map((weight) => losses.length * weight);

  test.each(mu.map((value, i) => [value, i] as const))("of the losses, μ = %s", (value, i) => {
    const rule = stch({ form: "plain", mu: value });
    const gram = losses.map(() => losses.map(() => 0));
    expectClose(ask(rule, gram, { losses }), scaled(plain[i]!), 1e-12);
  });

  test.each(mu.map((value, i) => [value, i] as const))(
    "of the logarithms over the mean losses of the epoch after the warm-up, μ = %s",
    (value, i) => {
      const rule = stch({ mu: value, warmupEpochs: 0 });
      const measuring: View = { step: 0, epoch: 0, primary: 0, losses: units };
      const { state } = rule.weigh(measuring, rule.init(losses.length, 0), random);
      const { weights } = rule.weigh({ step: 1, epoch: 1, primary: 0, losses }, state, random);
      expectClose(weights, scaled(log[i]!), 1e-9);
    },
  );
});

describe.each(stored.impartial)("TorchJD's impartial learning, run %#", ({ gradients, steps }) => {
  test.each(["imtl-l", "imtl"] as const)("%s: weights while Adam moves the scales", (name) => {
    const rule = (name === "imtl" ? imtl({ inverse: "gram", scale: "mean" }) : imtlL()) as Weighting;
    const gram = gramOf(gradients);
    let state = rule.init(gradients.length, 0);
    for (const [step, { losses, [name]: expected }] of steps.entries()) {
      const view: View = { step, epoch: 0, primary: 0, losses, gram };
      const answer = rule.weigh(view, state, random);
      expectClose(answer.weights, expected, 1e-9);
      state = rule.observe?.(view, answer.state) ?? answer.state;
    }
  });
});

test.each(stored.krum)(
  "TorchJD's Krum by distances, run %#",
  ({ gradients, byzantine, selected, weights }) => {
    const rule = krum({ byzantine, selected, distance: "length", scale: "mean" });
    expectClose(ask(rule, gramOf(gradients)), weights, 1e-12);
    expect(weights.filter((weight) => weight > 0)).toHaveLength(selected);
  },
);

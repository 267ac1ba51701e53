import { readFileSync } from "node:fs";
import { Random } from "@outrigger/core/random";
import { arml } from "@outrigger/core/weighting/arml";
import { every } from "@outrigger/core/weighting/combine/every";
import { uncertainty } from "@outrigger/core/weighting/uncertainty";
import type { View } from "@outrigger/core/weighting/weighting";
import { describe, expect, test } from "vitest";
import { ask, expectClose } from "../support/ask.ts";
import { gramOf } from "../support/gram.ts";

interface ArmlCase {
  lr: number;
  alpha_next: number[];
  optimum_on_scaled_simplex_sum_Kaux?: number[];
}
interface Case {
  G: number[][];
  arml_primary0: ArmlCase;
  "arml_primary0_lr0.005": ArmlCase;
}
interface Stateful {
  uncertainty: {
    losses: number[];
    libmtl: { s0: number; loss_weights_at_s0: number[]; grad_s: number[]; s_star: number[] };
    liebel_koerner: { s0: number; grad_s: number[] };
  };
  arml_official_rule: {
    steps: {
      iteration: number;
      theta: number[];
      alpha: number[];
      theta_next: number[];
      alpha_next: number[];
    }[];
  };
}
const read = (name: string): unknown =>
  JSON.parse(readFileSync(new URL(`../fixtures/${name}`, import.meta.url), "utf8"));
const cases = Object.entries(read("gram-methods.json") as Record<string, Case>);
const stateful = read("stateful-methods.json") as Stateful;

describe.each(cases)("stored reference values: %s", (_, { G, ...armlCases }) => {
  test("ARML: one step at both step sizes, and the optimum on the scaled simplex", () => {
    for (const { lr, alpha_next } of [armlCases.arml_primary0, armlCases["arml_primary0_lr0.005"]]) {
      expectClose(ask(arml({ learningRate: lr }), G).slice(1), alpha_next);
    }
    expectClose(
      ask(arml({ solver: "exact" }), G).slice(1),
      armlCases.arml_primary0.optimum_on_scaled_simplex_sum_Kaux!,
    );
  });
});

test("ARML's released schedule on three quadratics, the weight step on every second iteration", () => {
  const centres = [
    [1, 0],
    [-1, 0.5],
    [1.2, -0.2],
  ];
  const curvature = [1, 0.5, 1];
  const rule = every(2, arml());
  const random = Random.seeded(0, "rule");
  let state = rule.init(3, 0);
  let weights = [1, 1, 1];
  for (const { iteration, theta, alpha, alpha_next } of stateful.arml_official_rule.steps) {
    expectClose(weights.slice(1), alpha);
    const rows = centres.map((centre, k) => centre.map((c, d) => curvature[k]! * (theta[d]! - c)));
    if (iteration === 1) continue; // the first iteration trains with the initial weights and asks nobody
    const view: View = { step: iteration, epoch: 0, losses: [1, 1, 1], primary: 0, gram: gramOf(rows) };
    ({ weights, state } = rule.weigh(view, state, random));
    expectClose(weights.slice(1), alpha_next);
  }
});

describe("uncertainty", () => {
  const { losses, libmtl, liebel_koerner } = stateful.uncertainty;
  const view: View = { step: 0, epoch: 0, losses, primary: 0 };

  test("weights and gradients of s at LibMTL's start; Adam's first moment shows the gradient", () => {
    const rule = uncertainty({ initial: libmtl.s0 });
    const state = rule.init(3, 0);
    expectClose(rule.weigh(view, state, Random.seeded(0, "rule")).weights, libmtl.loss_weights_at_s0);
    expectClose(
      rule.observe!(view, state).m.map((value) => value / 0.1),
      libmtl.grad_s,
    );
  });

  test("the form of Liebel and Körner: gradient at s = 1", () => {
    const rule = uncertainty({ form: "liebel-korner", initial: liebel_koerner.s0 });
    expectClose(
      rule.observe!(view, rule.init(3, 0)).m.map((value) => value / 0.1),
      liebel_koerner.grad_s,
    );
  });

  test("at rest s_k = log L_k, so every weighted loss is 1/2", () => {
    const rule = uncertainty();
    let state = rule.init(3, 0);
    for (let i = 0; i < 4000; i++) state = rule.observe!(view, state);
    for (const [k, s] of state.s.entries()) expect(s).toBeCloseTo(libmtl.s_star[k]!, 4);
  });

  test("losses that are not finite, negative or huge leave finite positive weights", () => {
    for (const form of ["kendall", "liebel-korner"] as const) {
      const rule = uncertainty({ form, learningRate: 1 });
      let state = rule.init(4, 0);
      for (let i = 0; i < 300; i++) {
        state = rule.observe!({ ...view, losses: [Number.NaN, -5, 1e300, Infinity] }, state);
      }
      for (const weight of rule.weigh(view, state, Random.seeded(0, "rule")).weights) {
        expect(weight > 0 && Number.isFinite(weight)).toBe(true);
      }
    }
  });
});

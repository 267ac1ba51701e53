import { Random } from "@outrigger/core/random";
import { pcgrad } from "@outrigger/core/weighting/pcgrad";
import { rcgrad } from "@outrigger/core/weighting/rcgrad";
import { expect, test } from "vitest";
import { ask, expectClose } from "../support/ask.ts";
import { gramOf } from "../support/gram.ts";

const rows = [
  [2, 0, 1],
  [-3, 4, 0],
  [0.1, 0.2, -0.4],
  [5, 5, 5],
];
const gram = gramOf(rows);

test.each([0, 0.4, 1])(
  "the weights give the direction put together from projected gradients, ω = %s",
  (omega) => {
    const weights = ask(rcgrad({ omega }), gram);
    const direction = [2, 0, 1].map((_, d) =>
      weights.reduce((sum, weight, k) => sum + weight * rows[k]![d]!, 0),
    );
    // ‖g_p‖² = 5; the products are −6, −0.2 and 15; the squared lengths 25, 0.21 and 75.
    const factors = [Math.sqrt(5 / 25), 1, Math.sqrt(5 / 75)].map((nu) => (nu + omega) / 2);
    const projected = [
      [-3 + (6 / 5) * 2, 4, 6 / 5],
      [0.1 + (0.2 / 5) * 2, 0.2, -0.4 + 0.2 / 5],
      [5, 5, 5],
    ];
    const expected = [2, 0, 1].map(
      (own, d) => own + projected.reduce((sum, row, k) => sum + factors[k]! * row[d]!, 0),
    );
    expectClose(direction, expected, 1e-12);
  },
);

test("with ω = 1 and auxiliaries no longer than the primary it is PCGrad of the primary alone", () => {
  const short = gramOf([
    [3, 0],
    [-1, 2],
    [-2, -1],
  ]);
  expectClose(ask(rcgrad({ omega: 1 }), short), ask(pcgrad({ primaryOnly: true }), short), 1e-12);
});

test.each(["learned", "anneal"] as const)(
  "%s: ω falls by 1e-3 a step under constant losses, to 0",
  (omega) => {
    const rule = rcgrad({ omega });
    const view = { step: 0, epoch: 0, primary: 0, losses: [1, 7, 0.01, 1e6], gram };
    let state = rule.init(4, 0);
    const after = [250, 1200].map((steps) => {
      while (state.steps < steps) {
        state = rule.observe!(view, rule.weigh(view, state, Random.seeded(0, "rule")).state);
      }
      return state.omega;
    });
    for (const value of after[0]!) expect(value).toBeCloseTo(0.75, 4);
    expect(after[1]).toEqual([0, 0, 0, 0]);
  },
);

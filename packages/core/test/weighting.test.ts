import { OutriggerError } from "@outrigger/core/error";
import { Random } from "@outrigger/core/random";
import { arml } from "@outrigger/core/weighting/arml";
import { every } from "@outrigger/core/weighting/combine/every";
import { scaleAuxiliaries } from "@outrigger/core/weighting/combine/scale-auxiliaries";
import {
  type GradientAlignmentOptions,
  gradientAlignment,
} from "@outrigger/core/weighting/gradient-alignment";
import { gradientCosine } from "@outrigger/core/weighting/gradient-cosine";
import { mgda } from "@outrigger/core/weighting/mgda";
import { pcgrad } from "@outrigger/core/weighting/pcgrad";
import { randomWeights } from "@outrigger/core/weighting/random";
import { singleTask } from "@outrigger/core/weighting/single-task";
import { staticWeights } from "@outrigger/core/weighting/static";
import { uncertainty } from "@outrigger/core/weighting/uncertainty";
import { uniform } from "@outrigger/core/weighting/uniform";
import type { View } from "@outrigger/core/weighting/weighting";
import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { ask } from "./support/ask.ts";
import { dot, gramCase, gramOf, product, randomGram } from "./support/gram.ts";

const random = () => Random.seeded(1, "rule");
const view = (gram: number[][], step = 0, epoch = 0): View => ({
  step,
  epoch,
  losses: gram.map(() => 1),
  primary: 0,
  gram,
});
const total = (weights: readonly number[]) => weights.reduce((sum, weight) => sum + weight, 0);

describe("rules that look at nothing", () => {
  test("single-task, uniform and static say what they are", () => {
    const gram = randomGram(1, 3, 3);
    expect(ask(singleTask(), gram)).toEqual([1, 0, 0]);
    expect(ask(uniform(), gram)).toEqual([1, 1, 1]);
    expect(ask(staticWeights({ weights: 0.3 }), gram)).toEqual([1, 0.3, 0.3]);
    expect(ask(staticWeights({ weights: [0.5, 0, 2] }), gram)).toEqual([0.5, 0, 2]);
  });

  test("static weights that do not fit are refused", () => {
    expect(() => staticWeights({ weights: -1 })).toThrow(OutriggerError);
    expect(() => staticWeights({ weights: [1, Number.NaN] })).toThrow(OutriggerError);
    expect(() => staticWeights({ weights: [1, 1] }).init(3, 0)).toThrow(/2 static weights .* 3 tasks/);
  });

  test("static weights of sums become weights of means", () => {
    const gram = randomGram(1, 3, 3);
    const weights = ask(staticWeights({ weights: [1, 0.5, 0], rows: [30, 90, 10] }), gram);
    expect(total(weights)).toBeCloseTo(3, 12);
    // a_k sum_k = (a_k n_k) mean_k
    expect(weights[1]! / weights[0]!).toBeCloseTo((0.5 * 90) / (1 * 30), 12);
    expect(weights[2]).toBe(0);
    expect(() => staticWeights({ weights: [1, 1], rows: [3] })).toThrow(/2 static weights and 1 sample/);
    expect(() => staticWeights({ weights: [0, 1], rows: [3, 0] })).toThrow(/sum to 0/);
    expect(() => staticWeights({ weights: [1, 1], rows: [3, -1] })).toThrow(/or a count of rows .* not -1/);
  });

  test("random weights are positive, sum to T (or 1), and change from step to step", () => {
    const stream = random();
    for (const [sum, expected] of [
      ["tasks", 4],
      ["one", 1],
    ] as const) {
      const rule = randomWeights({ sum });
      const state = rule.init(4, 0);
      const first = rule.weigh(view([]), state, stream).weights;
      const second = rule.weigh(view([]), state, stream).weights;
      expect(total(first)).toBeCloseTo(expected, 12);
      expect(Math.min(...first)).toBeGreaterThan(0);
      expect(second).not.toEqual(first);
    }
  });
});

describe("pcgrad", () => {
  test("without conflict it is the plain sum", () => {
    fc.assert(
      fc.property(gramCase(), ({ seed, size, rank }) => {
        const gram = randomGram(seed, size, rank).map((row) => row.map(Math.abs));
        expect(ask(pcgrad(), gram)).toEqual(gram.map(() => 1));
      }),
    );
  });

  test("the result opposes none of two tasks, and primary-only weights are at least 1, for every rank", () => {
    fc.assert(
      fc.property(gramCase(4), ({ seed, size, rank }) => {
        const pair = randomGram(seed, 2, Math.min(rank, 2));
        const largest = Math.max(pair[0]![0]!, pair[1]![1]!, 1e-300);
        for (const value of product(pair, ask(pcgrad(), pair)))
          expect(value / largest).toBeGreaterThan(-1e-9);
        const gram = randomGram(seed, size, rank);
        for (const weight of ask(pcgrad({ primaryOnly: true }), gram))
          expect(weight).toBeGreaterThanOrEqual(1);
      }),
    );
  });

  test("two conflicting tasks: w = (1 − q/p, 1 − q/r)", () => {
    const [p, q, r] = [2, -0.5, 0.8];
    const weights = ask(pcgrad(), [
      [p, q],
      [q, r],
    ]);
    expect(weights[0]).toBeCloseTo(1 - q / p, 12);
    expect(weights[1]).toBeCloseTo(1 - q / r, 12);
  });

  test("primary only: no auxiliary, once projected, opposes the primary", () => {
    fc.assert(
      fc.property(gramCase(), ({ seed, size, rank }) => {
        const gram = randomGram(seed, size, rank);
        const along = product(gram, ask(pcgrad({ primaryOnly: true }), gram))[0]!;
        expect(along).toBeGreaterThanOrEqual(gram[0]![0]! * (1 - 1e-9));
      }),
    );
  });

  test("the order of projection is drawn: with three conflicting tasks two seeds differ", () => {
    const gram = gramOf([
      [1, 0, 0],
      [-0.6, 1, 0],
      [-0.5, -0.7, 0.4],
    ]);
    const results = [1, 2, 3, 4].map((seed) =>
      pcgrad().weigh(view(gram), null, Random.seeded(seed, "rule")).weights.join(),
    );
    expect(new Set(results).size).toBeGreaterThan(1);
  });
});

describe("gradient cosine", () => {
  test("the combined direction goes along the primary gradient at least as far as the primary alone", () => {
    fc.assert(
      fc.property(gramCase(), fc.boolean(), ({ seed, size, rank }, weighted) => {
        const gram = randomGram(seed, size, rank);
        const along = product(gram, ask(gradientCosine({ weighted }), gram))[0]!;
        expect(along).toBeGreaterThanOrEqual(gram[0]![0]! * (1 - 1e-12));
      }),
    );
  });

  test("a threshold moves the gate", () => {
    const gram = gramOf([
      [1, 0],
      [1, 1],
      [-1, 0.1],
    ]);
    expect(ask(gradientCosine(), gram)).toEqual([1, 1, 0]);
    expect(ask(gradientCosine({ threshold: 0.8 }), gram)).toEqual([1, 0, 0]);
    expect(ask(gradientCosine({ threshold: -1 }), gram)).toEqual([1, 1, 1]);
    expect(ask(gradientCosine({ weighted: true }), gram)[1]).toBeCloseTo(Math.SQRT1_2, 12);
  });
});

describe("arml", () => {
  const objective = (gram: number[][], weights: readonly number[]) => {
    const signed = weights.map((weight, k) => (k === 0 ? -1 : weight));
    return dot(signed, product(gram, signed));
  };

  test("exact: on the scaled simplex, and no vertex direction improves it, for every rank", () => {
    fc.assert(
      fc.property(gramCase(), ({ seed, size, rank }) => {
        fc.pre(size > 1);
        const gram = randomGram(seed, size, rank);
        const weights = ask(arml({ solver: "exact" }), gram);
        const count = size - 1;
        expect(total(weights)).toBeCloseTo(size, 9);
        expect(Math.min(...weights)).toBeGreaterThanOrEqual(0);
        const best = objective(gram, weights);
        const unit = Math.max(...gram.map((row, k) => row[k]!), 1e-300) * count * count;
        for (let k = 1; k < size; k++) {
          const moved = weights.map((w, j) => (j === 0 ? 1 : 0.999 * w + (j === k ? 0.001 * count : 0)));
          expect((objective(gram, moved) - best) / unit).toBeGreaterThan(-1e-10);
        }
      }),
    );
  });

  // Clamping after the shift is no exact projection: where a bound is active the rest point is off by the order of the step.
  test("short steps on a fixed Gram matrix come to rest near the exact optimum, with a running mean too", () => {
    const gram = randomGram(7, 4, 4);
    const largest = Math.max(...gram.map((row, k) => row[k]!));
    for (const decay of [0, 0.9]) {
      const rule = arml({ learningRate: 0.005 / largest, decay });
      let state = rule.init(4, 0);
      let weights: number[] = [];
      for (let i = 0; i < 20_000; i++) ({ weights, state } = rule.weigh(view(gram, i), state, random()));
      for (const [k, expected] of ask(arml({ solver: "exact" }), gram).entries()) {
        expect(weights[k]).toBeCloseTo(expected, 2);
      }
    }
  });

  test("with one auxiliary the sum constraint leaves 1; 'nonneg' finds ⟨g_p, g_1⟩/‖g_1‖²", () => {
    const gram = gramOf([
      [1, 0.5],
      [2, 0],
    ]);
    for (const solver of ["step", "exact"] as const)
      expect(ask(arml({ solver }), gram)[1]).toBeCloseTo(1, 12);
    expect(ask(arml({ constraint: "nonneg", solver: "exact" }), gram)[1]).toBeCloseTo(0.5, 12);
    // one step of 0.05 · 2 (4 · 1 − 2) from 1, and a clipped one
    expect(ask(arml({ constraint: "nonneg" }), gram)[1]).toBeCloseTo(0.8, 12);
    expect(ask(arml({ constraint: "nonneg", learningRate: 1 }), gram)[1]).toBe(0);
  });

  test("a step far too long leaves weights within [0, K]", () => {
    for (const weight of ask(arml({ learningRate: 1e6 }), randomGram(3, 5, 5)).slice(1)) {
      expect(weight).toBeGreaterThanOrEqual(0);
      expect(weight).toBeLessThanOrEqual(4);
    }
  });
});

describe("gradient alignment", () => {
  /** Auxiliary 1 helps (same direction), 2 is orthogonal, 3 opposes. */
  const gram = gramOf([
    [1, 0, 0],
    [0.8, 0.2, 0],
    [0, 1, 0],
    [-1, 0.1, 0.2],
  ]);
  function run(options: GradientAlignmentOptions, steps: number, stepsPerEpoch = 10) {
    const rule = gradientAlignment(options);
    let state = rule.init(4, 0);
    const log: { needs: string; weights: number[]; phase: string }[] = [];
    for (let step = 0; step < steps; step++) {
      const needs = rule.needs(state, step);
      const shown = view(gram, step, Math.floor(step / stepsPerEpoch));
      if (needs === "nothing") delete (shown as { gram?: number[][] }).gram;
      const answer = rule.weigh(shown, state, random());
      log.push({ needs, weights: answer.weights, phase: state.phase });
      state = answer.state;
    }
    return { log, state };
  }

  test("warm-up on the primary, measuring, adapting at intervals, frozen: and what each phase needs", () => {
    const { log, state } = run(
      { warmupEpochs: 2, batches: 3, interval: 4, adaptEpochs: 3, tolerance: 0 },
      120,
    );
    const phases = log.map(({ phase }) => phase);
    expect(phases.lastIndexOf("warm-up")).toBe(20);
    expect(phases.filter((phase) => phase === "measure")).toHaveLength(3);
    for (const { weights } of log.slice(0, 23)) expect(weights).toEqual([1, 0.001, 0.001, 0.001]);
    const adapting = log.filter(({ phase }) => phase === "adapt");
    expect(adapting.filter(({ needs }) => needs === "gram").length).toBe(Math.ceil(adapting.length / 4));
    const fixed = log.filter(({ phase }) => phase === "frozen");
    expect(fixed.length).toBeGreaterThan(50);
    expect(fixed.every(({ needs }) => needs === "nothing")).toBe(true);
    for (const { weights } of fixed) expect(weights).toEqual(fixed[0]!.weights);
    expect(state).toMatchObject({ phase: "frozen", mean: null, recent: [] });
  });

  test("the first weights are the positive parts of the mean cosines, shortened where norms are capped", () => {
    const measured = run({ warmupEpochs: 0, batches: 5 }, 5).log.at(-1)!.weights;
    expect(measured[1]).toBeCloseTo(0.8 / Math.sqrt(0.68), 12);
    expect(measured.slice(2)).toEqual([0, 0]);
    const long = gram.map((row, i) => row.map((value, j) => value * (i === 1 ? 10 : 1) * (j === 1 ? 10 : 1)));
    const rule = gradientAlignment({ warmupEpochs: 0, batches: 1, capNorms: true });
    const capped = rule.weigh(view(long), rule.init(4, 0), random()).weights;
    expect(capped[1]).toBeCloseTo((0.8 / Math.sqrt(0.68)) * (1 / (10 * Math.sqrt(0.68))), 12);
  });

  test("steps settle near the exact solution and freeze by themselves before their time is over", () => {
    const options = { warmupEpochs: 0, batches: 2, interval: 1, adaptEpochs: 1000, tolerance: 1e-5 };
    const stepped = run(options, 900);
    const exact = run({ ...options, solver: "exact" }, 60);
    expect(stepped.state.phase).toBe("frozen");
    expect(exact.state.phase).toBe("frozen");
    for (const [k, weight] of exact.log.at(-1)!.weights.entries()) {
      expect(stepped.log.at(-1)!.weights[k]).toBeCloseTo(weight, 2);
    }
  });

  test("a budget is spent in full; weights of all 0 stay 0", () => {
    const { log } = run({ warmupEpochs: 0, batches: 2, interval: 1, budget: 3 }, 30);
    for (const { weights } of log.slice(1)) expect(total(weights)).toBeCloseTo(4, 9);
    const rule = gradientAlignment({ warmupEpochs: 0, batches: 1, budget: 3 });
    const opposed = gramOf([[1], [-1]]);
    expect(rule.weigh(view(opposed), rule.init(2, 0), random()).weights).toEqual([1, 0]);
  });

  test("options without meaning are refused", () => {
    for (const wrong of [
      { batches: 0 },
      { interval: 1.5 },
      { learningRate: 3 },
      { decay: 1 },
      { budget: -1 },
    ]) {
      expect(() => gradientAlignment(wrong)).toThrow(OutriggerError);
    }
  });
});

describe("combinators", () => {
  test("every(n) asks on steps 0, n, 2n, … and keeps the weights between", () => {
    const rule = every(3, randomWeights());
    let state = rule.init(2, 0);
    const stream = random();
    const told: string[] = [];
    for (let step = 0; step < 9; step++) {
      const answer = rule.weigh(view([], step), state, stream);
      told.push(answer.weights.join());
      state = answer.state;
    }
    expect(new Set(told).size).toBe(3);
    for (const start of [0, 3, 6]) expect(new Set(told.slice(start, start + 3)).size).toBe(1);
    const costly = every(3, pcgrad());
    const asked = costly.weigh(view(randomGram(1, 2, 2)), costly.init(2, 0), random()).state;
    expect([0, 1, 2, 3, 4].map((step) => costly.needs(asked, step))).toEqual([
      "gram",
      "nothing",
      "nothing",
      "gram",
      "nothing",
    ]);
    expect(costly.needs(costly.init(2, 0), 7), "never asked before: no weights to keep").toBe("gram");
    expect(() => every(0, uniform())).toThrow(OutriggerError);
  });

  test("a frozen rule stays free of cost inside every(n)", () => {
    const rule = every(2, gradientAlignment());
    const frozen = { ...gradientAlignment().init(3, 0), phase: "frozen" as const };
    expect(rule.needs({ inner: frozen, weights: null }, 0)).toBe("nothing");
  });

  test("a rule that learns from losses learns on every step; one that does not has no observe", () => {
    const rule = every(5, uncertainty());
    let state = rule.init(2, 0);
    for (let step = 0; step < 10; step++) state = rule.observe!({ ...view([], step), losses: [1, 1] }, state);
    expect(state.inner.steps).toBe(10);
    expect("observe" in every(5, pcgrad())).toBe(false);
    expect("observe" in scaleAuxiliaries(uncertainty(), 0.1)).toBe(true);
  });

  test("scaleAuxiliaries multiplies the auxiliaries' final weights only", () => {
    const gram = randomGram(5, 3, 3);
    const plain = ask(pcgrad({ primaryOnly: true }), gram);
    const scaled = ask(scaleAuxiliaries(pcgrad({ primaryOnly: true }), 0.25), gram);
    expect(scaled).toEqual([plain[0], 0.25 * plain[1]!, 0.25 * plain[2]!]);
    expect(() => scaleAuxiliaries(uniform(), -1)).toThrow(OutriggerError);
  });
});

test("mgda: tasks without a gradient add no length to the step of the others, as in every other rule", () => {
  const pair = randomGram(3, 2, 2);
  const gram = [...pair.map((row) => [...row, 0, 0]), [0, 0, 0, 0], [0, 0, 0, 0]];
  for (const normalize of ["none", "l2"] as const) {
    expect(ask(mgda({ normalize }), gram)).toEqual([...ask(mgda({ normalize }), pair), 0, 0]);
  }
  expect(total(ask(mgda(), gram))).toBeCloseTo(2, 12);
});

import { describe, expect, it } from "vitest";
import type { TaskData } from "../src/data.ts";
import { cholesky, choleskySolve } from "../src/linalg/cholesky.ts";
import { type Random, random } from "../src/random.ts";
import { dataEnriched } from "../src/related/data-enriched.ts";
import {
  bestRidgeToSource,
  doubleDescentCurve,
  minimumNormRisk,
  ridgeToSourceRisk,
} from "../src/related/double-descent.ts";
import { crossValidatedPenalty, lasso } from "../src/related/lasso.ts";
import { aggregatedTransLasso, transLasso } from "../src/related/trans-lasso.ts";
import { normals } from "./support/networks.ts";

const dot = (a: readonly number[], b: readonly number[]): number =>
  a.reduce((sum, value, i) => sum + value * b[i]!, 0);

const drawTask = (
  draw: Random,
  inputs: number[][],
  coefficients: readonly number[],
  noise = 1,
): TaskData => ({
  x: inputs,
  y: inputs.map((row) => dot(row, coefficients) + noise * draw.normal()),
});

const squaredDistance = (a: readonly number[], b: readonly number[]): number =>
  a.reduce((sum, value, i) => sum + (value - b[i]!) ** 2, 0);

const mean = (values: readonly number[]): number =>
  values.reduce((sum, value) => sum + value, 0) / values.length;

const standardError = (values: readonly number[]): number =>
  Math.sqrt(values.reduce((sum, value) => sum + (value - mean(values)) ** 2, 0)) / values.length;

describe("dataEnriched", () => {
  const draw = random(3);
  const primary = drawTask(draw, normals(draw, 20, 4), [1, -1, 0.5, 2]);
  const auxiliary = drawTask(draw, normals(draw, 40, 4), [1.2, -1, 0, 2]);

  /** X'(y - X b) of a task. */
  const slope = ({ x: inputs, y: labels }: TaskData, b: readonly number[]): number[] =>
    b.map((_, j) => inputs.reduce((sum, row, i) => sum + row[j]! * (labels[i]! - dot(row, b)), 0));

  it("satisfies the normal equations of its penalised problem at any penalty", () => {
    for (const penalty of [0, 0.3, 5, 1e4]) {
      const { coefficients, difference } = dataEnriched(primary, auxiliary, { penalty });
      const other = coefficients.map((value, j) => value + difference[j]!);
      const ofPrimary = slope(primary, coefficients);
      const ofAuxiliary = slope(auxiliary, other);
      const charge = slope({ ...primary, y: primary.y.map(() => 0) }, difference);
      for (const [j, value] of ofAuxiliary.entries()) {
        expect(ofPrimary[j]! + value).toBeCloseTo(0, 8);
        expect(value + penalty * charge[j]!).toBeCloseTo(0, 7);
      }
    }
  });

  it("ends at the primary alone and at pooling", () => {
    const alone = dataEnriched(primary, auxiliary, { penalty: 0 });
    for (const value of slope(primary, alone.coefficients)) expect(value).toBeCloseTo(0, 9);
    expect(alone.degrees).toBeCloseTo(4, 12);
    const pooled = dataEnriched(primary, auxiliary, { penalty: Number.POSITIVE_INFINITY });
    for (const value of pooled.difference) expect(value).toBe(0);
    const both = {
      x: [...primary.x, ...auxiliary.x],
      y: [...primary.y, ...auxiliary.y],
    };
    for (const value of slope(both, pooled.coefficients)) expect(value).toBeCloseTo(0, 9);
    expect(pooled.degrees).toBeLessThan(2);
  });

  it("chooses the penalty of least estimated risk", () => {
    for (const criterion of ["cp", "plug-in"] as const) {
      const chosen = dataEnriched(primary, auxiliary, { penalty: criterion });
      expect(chosen.penalty).toBeGreaterThan(0);
      const fixed = dataEnriched(primary, auxiliary, { penalty: chosen.penalty });
      for (const [j, value] of fixed.coefficients.entries())
        expect(value).toBeCloseTo(chosen.coefficients[j]!, 9);
    }
    const { risk } = dataEnriched(primary, auxiliary);
    for (const penalty of [0, 0.1, 1, 10, Number.POSITIVE_INFINITY])
      expect(dataEnriched(primary, auxiliary, { penalty }).risk).toBeGreaterThanOrEqual(risk);
  });

  it("has Cp's mean equal to the in-sample risk at a fixed penalty", () => {
    const stream = random(8);
    const [inputs, others] = [normals(stream, 15, 4), normals(stream, 30, 4)];
    const differences = Array.from({ length: 800 }, () => {
      const fit = dataEnriched(
        drawTask(stream, inputs, [1, 0, 0, 0]),
        drawTask(stream, others, [1.3, 0, 0.3, 0]),
        { penalty: 0.7 },
      );
      const error = fit.coefficients.map((value, j) => value - [1, 0, 0, 0][j]!);
      return fit.risk - inputs.reduce((sum, row) => sum + dot(row, error) ** 2, 0) / 15;
    });
    expect(Math.abs(mean(differences))).toBeLessThan(3.5 * standardError(differences));
  });

  it("is never worse than least squares of the primary with 8 features and 12 degrees of freedom, however far the auxiliary", () => {
    for (const criterion of ["cp", "plug-in"] as const) {
      let before = 0;
      for (const distance of [0, 0.5, 2, 10]) {
        const stream = random(17);
        const [gains, alone]: [number[], number[]] = [[], []];
        const truth = Array.from({ length: 8 }, () => 1);
        const shifted = truth.map((value) => value + distance / Math.sqrt(8));
        for (let i = 0; i < 250; i++) {
          const inputs = normals(stream, 20, 8);
          const own = drawTask(stream, inputs, truth);
          const other = drawTask(stream, normals(stream, 60, 8), shifted);
          const loss = (penalty: number | "cp" | "plug-in"): number => {
            const error = dataEnriched(own, other, { penalty }).coefficients.map((value) => value - 1);
            return inputs.reduce((sum, row) => sum + dot(row, error) ** 2, 0);
          };
          alone.push(loss(0));
          gains.push(loss(criterion) - alone.at(-1)!);
        }
        const ratio = 1 + mean(gains) / mean(alone);
        expect(mean(gains)).toBeLessThan(2 * standardError(gains));
        expect(ratio).toBeGreaterThan(before);
        before = ratio - 0.03;
        if (distance === 0) expect(ratio).toBeLessThan(0.65);
      }
    }
  });
});

describe("lasso", () => {
  const draw = random(2);
  const task = drawTask(draw, normals(draw, 40, 60), [2, -1, 1, ...new Array<number>(57).fill(0)]);
  const samples = task;

  it("satisfies its optimality conditions", () => {
    for (const lambda of [0.02, 0.1, 0.5]) {
      const w = lasso(samples, lambda);
      for (const [j, value] of w.entries()) {
        const slope = mean(task.x.map((row, i) => row[j]! * (task.y[i]! - dot(row, [...w]))));
        if (value === 0) expect(Math.abs(slope)).toBeLessThanOrEqual(lambda + 1e-7);
        else expect(slope).toBeCloseTo(lambda * Math.sign(value), 6);
      }
      const warm = lasso(samples, lambda, { start: lasso(samples, 2 * lambda) });
      for (const [j, value] of w.entries()) expect(warm[j]).toBeCloseTo(value, 6);
    }
  });

  it("is soft-thresholding on an orthogonal design, and 0 from the largest correlation on", () => {
    const identity = {
      x: [0, 1, 2].map((i) => [0, 1, 2].map((j) => (i === j ? Math.sqrt(3) : 0))),
      y: [3, -0.5, 1],
    };
    const w = lasso(identity, 0.4);
    for (const [j, y] of identity.y.entries())
      expect(w[j]).toBeCloseTo(Math.sign(y) * Math.max(0, Math.abs(y) / Math.sqrt(3) - 0.4), 12);
    expect(lasso(identity, 2)).toEqual([0, 0, 0]);
  });

  it("takes a penalty by cross-validation that predicts better than none and than the largest", () => {
    const lambda = crossValidatedPenalty(samples, { folds: 5, seed: 1 });
    const truth = [2, -1, 1, ...new Array<number>(57).fill(0)];
    const error = (at: number): number => squaredDistance(lasso(samples, at), truth);
    expect(error(lambda)).toBeLessThan(0.5 * error(10));
    expect(error(lambda)).toBeLessThan(error(0.01));
  });
});

describe("transLasso", () => {
  const features = 40;
  const truth = Array.from({ length: features }, (_, j) => (j < 8 ? 0.6 : 0));

  /** A primary and two sources whose coefficients differ by ‖δ‖₁ = h each. */
  function problem(seed: number, shifts: readonly number[]): { primary: TaskData; sources: TaskData[] } {
    const draw = random(seed);
    const primary = drawTask(draw, normals(draw, 40, features), truth);
    const sources = shifts.map((h) => {
      const coefficients = truth.map(
        (value, j) => value + (j % 4 === 0 ? (h / 10) * Math.sign(draw.normal()) : 0),
      );
      return drawTask(draw, normals(draw, 80, features), coefficients);
    });
    return { primary, sources };
  }

  const seeds = [1, 2, 3, 4, 5];
  const errorOf = (fit: (seed: number) => readonly number[]): number =>
    mean(seeds.map((seed) => squaredDistance(fit(seed), truth)));
  const alone = errorOf((seed) => {
    const samples = problem(seed, []).primary;
    return lasso(samples, crossValidatedPenalty(samples, { folds: 3, seed: 1 }));
  });

  it("beats the lasso with near sources, and errs more the farther they are", () => {
    const errors = [0, 3, 12].map((h) =>
      errorOf((seed) => {
        const { primary, sources } = problem(seed, [h, h]);
        return transLasso(primary, sources, { folds: 3 }).coefficients;
      }),
    );
    expect(errors[0]!).toBeLessThan(0.5 * alone);
    expect(errors[0]!).toBeLessThan(errors[1]!);
    expect(errors[1]!).toBeLessThan(errors[2]!);
  });

  it("finds the near source among far ones, and loses little where all are far", () => {
    const penalties = { pooledPenalty: 0.15, contrastPenalty: 0.25 };
    const mixed = errorOf((seed) => {
      const { primary, sources } = problem(seed, [30, 0, 30]);
      const fit = aggregatedTransLasso(primary, sources, penalties);
      expect(fit.ranking[0]).toBe(1);
      expect(fit.weights.reduce((sum, value) => sum + value, 0)).toBeCloseTo(1, 12);
      return fit.coefficients;
    });
    expect(mixed).toBeLessThan(alone);
    const far = errorOf((seed) => {
      const { primary, sources } = problem(seed, [30, 30]);
      return aggregatedTransLasso(primary, sources, penalties).coefficients;
    });
    const naive = errorOf((seed) => {
      const { primary, sources } = problem(seed, [30, 30]);
      return transLasso(primary, sources, penalties).coefficients;
    });
    expect(far).toBeLessThan(naive);
    expect(far).toBeLessThan(1.6 * alone);
  });

  it("is the given penalties' two lassos", () => {
    const { primary, sources } = problem(1, [1]);
    const fit = transLasso(primary, sources, { pooledPenalty: 0.1, contrastPenalty: 1e9 });
    expect(fit.contrast.every((value) => value === 0)).toBe(true);
    const both = {
      x: [...primary.x, ...sources[0]!.x],
      y: [...primary.y, ...sources[0]!.y],
    };
    expect(fit.coefficients).toEqual(lasso(both, 0.1));
    expect(() => transLasso(primary, sources, { pooledPenalty: -1 })).toThrow(/pooledPenalty/);
  });
});

describe("double descent", () => {
  /** Mean loss of least squares of smallest norm, or of ridge to a source at 0, and its standard error. */
  function simulated(
    {
      samples,
      features,
      noise,
      coefficients,
    }: { samples: number; features: number; noise: number; coefficients: number[] },
    lambda: number,
    replicates: number,
  ): { mean: number; se: number } {
    const draw = random(31);
    const losses = Array.from({ length: replicates }, () => {
      const inputs = normals(draw, samples, coefficients.length);
      const { y: labels } = drawTask(draw, inputs, coefficients, Math.sqrt(noise));
      const used = inputs.map((row) => row.slice(0, features));
      // X'(XX' + λ)^-1 y when n < D, (X'X + λ)^-1 X'y otherwise.
      const wide = samples < features;
      const size = wide ? samples : features;
      const gram = new Float64Array(size * size);
      for (let i = 0; i < size; i++)
        for (let j = 0; j < size; j++)
          gram[i * size + j] =
            (i === j ? lambda : 0) +
            (wide ? dot(used[i]!, used[j]!) : used.reduce((sum, row) => sum + row[i]! * row[j]!, 0));
      const right = Float64Array.from({ length: size }, (_, i) =>
        wide ? labels[i]! : used.reduce((sum, row, s) => sum + row[i]! * labels[s]!, 0),
      );
      const solved = choleskySolve(cholesky(gram, size), size, right);
      const fitted = wide
        ? Array.from({ length: features }, (_, j) =>
            used.reduce((sum, row, i) => sum + row[j]! * solved[i]!, 0),
          )
        : [...solved];
      return squaredDistance(
        coefficients,
        coefficients.map((_, j) => fitted[j] ?? 0),
      );
    });
    return { mean: mean(losses), se: standardError(losses) };
  }

  it("has the simulated risk on both sides of n = D, with unseen features", () => {
    const coefficients = Array.from({ length: 30 }, (_, j) => 1 / (1 + j / 5));
    const curve = doubleDescentCurve(coefficients, { samples: 12, noise: 0.5 });
    for (const features of [3, 7, 18, 25, 30]) {
      const truth = simulated({ samples: 12, features, noise: 0.5, coefficients }, 0, 600);
      expect(Math.abs(curve[features - 1]!.risk - truth.mean)).toBeLessThan(3.5 * truth.se);
    }
    for (const features of [11, 12, 13]) expect(curve[features - 1]!.risk).toBe(Number.POSITIVE_INFINITY);
    expect(curve[29]!.risk).toBeLessThan(curve[15]!.risk);
  });

  it("follows ridge towards a source, from the nearest interpolation to the source itself", () => {
    const coefficients = new Array<number>(40).fill(0.2);
    for (const samples of [20, 80]) {
      const problem = { features: 40, samples, noise: 1, signal: 40 * 0.04 };
      for (const lambda of [3, 25, 100]) {
        const truth = simulated({ ...problem, coefficients }, lambda, 80);
        const theory = ridgeToSourceRisk(problem, lambda).risk;
        expect(Math.abs(theory - truth.mean)).toBeLessThan(3.5 * truth.se + 0.02 * truth.mean);
      }
      expect(ridgeToSourceRisk(problem, Number.POSITIVE_INFINITY).risk).toBe(problem.signal);
      expect(ridgeToSourceRisk(problem, 1e9).risk).toBeCloseTo(problem.signal, 6);
      expect(ridgeToSourceRisk(problem, 0)).toEqual(minimumNormRisk(problem));
    }
  });

  it("is least at D s²/Δ, below both the primary alone and the source alone", () => {
    for (const [samples, signal] of [
      [20, 2],
      [80, 0.5],
      [41, 5],
    ] as const) {
      const problem = { features: 40, samples, noise: 1.5, signal };
      const best = bestRidgeToSource(problem);
      const least = ridgeToSourceRisk(problem, best).risk;
      for (const factor of [0.5, 0.9, 1.1, 2, 1e6])
        expect(ridgeToSourceRisk(problem, best * factor).risk).toBeGreaterThan(least);
      expect(least).toBeLessThan(minimumNormRisk(problem).risk);
      expect(least).toBeLessThan(signal);
    }
  });
});

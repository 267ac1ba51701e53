import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { TaskData } from "../src/data.ts";
import { LinearTheoryError } from "../src/error.ts";
import { spectrum } from "../src/linalg/spectrum.ts";
import { alternatingNetwork } from "../src/network/alternating.ts";
import { autoNetwork } from "../src/network/auto.ts";
import { networkBound } from "../src/network/bound.ts";
import { networkFirstOrder, networkWeights } from "../src/network/first-order.ts";
import { networkMonteCarlo } from "../src/network/monte-carlo.ts";
import { reducedRank } from "../src/network/reduced-rank.ts";
import { linearNetwork } from "../src/network/setting.ts";
import { networkSure } from "../src/network/sure.ts";
import { dataEnriched } from "../src/related/data-enriched.ts";
import {
  bestRidgeToSource,
  doubleDescentCurve,
  minimumNormRisk,
  ridgeToSourceRisk,
} from "../src/related/double-descent.ts";
import { aggregatedTransLasso, transLasso } from "../src/related/trans-lasso.ts";

/** Any double, with ordinary ones, zeros, ties, huge and tiny ones all frequent. */
const entry = fc.oneof(
  { weight: 6, arbitrary: fc.double({ min: -5, max: 5, noNaN: true }) },
  { weight: 3, arbitrary: fc.constantFrom(0, 0, 1, 1, -1, 2) },
  { weight: 1, arbitrary: fc.double() },
);
const count = fc.integer({ min: 1, max: 5 });
const matrixOf = (rows: number, columns: number): fc.Arbitrary<number[][]> =>
  fc.array(fc.array(entry, { minLength: columns, maxLength: columns }), { minLength: rows, maxLength: rows });
const list = (length: number, of: fc.Arbitrary<number> = entry): fc.Arbitrary<number[]> =>
  fc.array(of, { minLength: length, maxLength: length });
const positive = entry.map(Math.abs);
const width = fc.integer({ min: 0, max: 6 });

/** Where a result holds a NaN, or undefined; an error of this package is an answer, too. */
function nanIn(call: () => unknown): string | undefined {
  try {
    return pathOfNaN(call(), "answer");
  } catch (error) {
    if (error instanceof LinearTheoryError) return undefined;
    throw error;
  }
}

function pathOfNaN(value: unknown, path: string): string | undefined {
  if (typeof value === "number") return Number.isNaN(value) ? path : undefined;
  if (typeof value !== "object" || value === null) return undefined;
  for (const [key, inner] of Object.entries(value)) {
    const found = pathOfNaN(inner, `${path}.${key}`);
    if (found !== undefined) return found;
  }
  return undefined;
}

const settings = fc
  .tuple(count, count, width)
  .chain(([features, tasks, q]) =>
    fc.record({ signal: matrixOf(features, tasks), noise: list(tasks, positive), width: fc.constant(q) }),
  );
const samples = fc.tuple(fc.integer({ min: 1, max: 9 }), count, count).chain(([rows, features, tasks]) =>
  fc.record({
    x: matrixOf(rows, features),
    y: matrixOf(rows, tasks),
    weights: list(tasks, positive),
    width,
  }),
);
const runs = { seed: 7, numRuns: 400 };

describe("no NaN leaves", () => {
  it("first order, bounds, unbiased risk and simulation", () => {
    fc.assert(
      fc.property(settings, (network) => {
        expect(nanIn(() => networkFirstOrder(network))).toBeUndefined();
        for (const kind of ["sharp", "general", "simple"] as const)
          expect(nanIn(() => networkBound(network, { kind }))).toBeUndefined();
        expect(nanIn(() => networkBound(network, { kind: "sharp", rankTolerance: 1, t: 2 }))).toBeUndefined();
        expect(
          nanIn(() => networkSure(network.signal, { noise: network.noise[0]!, width: network.width })),
        ).toBeUndefined();
        expect(nanIn(() => networkMonteCarlo(network, { replicates: 3 }))).toBeUndefined();
        expect(nanIn(() => networkWeights(network.noise))).toBeUndefined();
      }),
      runs,
    );
  });

  it("the setting of a problem", () => {
    fc.assert(
      fc.property(
        settings,
        fc.integer({ min: 0, max: 9 }),
        fc.infiniteStream(entry),
        (network, n, stream) => {
          const features = network.signal.length;
          const covariance = Array.from({ length: features }, () =>
            Array.from({ length: features }, () => stream.next().value),
          );
          for (const judged of ["in-sample", "out-of-sample"] as const)
            for (const shape of [{}, { covariance }])
              expect(
                nanIn(() =>
                  linearNetwork({
                    coefficients: network.signal,
                    noise: network.noise,
                    weights: network.noise,
                    samples: n,
                    width: network.width,
                    judged,
                    ...shape,
                  }),
                ),
              ).toBeUndefined();
        },
      ),
      runs,
    );
  });

  it("the fits", () => {
    fc.assert(
      fc.property(samples, ({ x: inputs, y: labels, weights, width: q }) => {
        expect(nanIn(() => reducedRank({ x: inputs, y: labels }, { width: q }))).toBeUndefined();
        expect(nanIn(() => reducedRank({ x: inputs, y: labels }, { width: q, weights }))).toBeUndefined();
        expect(nanIn(() => autoNetwork({ x: inputs, y: labels }))).toBeUndefined();
        expect(nanIn(() => autoNetwork({ x: inputs, y: labels }, { noise: weights }))).toBeUndefined();
        const tasks = labels[0]!.map((_, k) => ({ x: inputs, y: labels.map((row) => row[k]!) }));
        expect(
          nanIn(() => alternatingNetwork(tasks, { width: q, weights, sweeps: 20, starts: 2 })),
        ).toBeUndefined();
      }),
      runs,
    );
  });

  it("a decomposition whose entries span all of double precision, and it ends", () => {
    const signal = [
      [-3.3e-256, -1, -9.2e-89],
      [-6.9e306, -1e-275, 4.5e-228],
      [1, -2.7e-295, 1.5e-323],
    ];
    const draw = fc.sample(
      fc.array(fc.double({ noNaN: true, noDefaultInfinity: true }), { minLength: 12, maxLength: 12 }),
      {
        seed: 3,
        numRuns: 300,
      },
    );
    const matrices = [{ rows: 3, columns: 3, values: Float64Array.from(signal.flat()) }];
    for (const values of draw) matrices.push({ rows: 4, columns: 3, values: Float64Array.from(values) });
    for (const matrix of matrices) {
      const { right } = spectrum(matrix);
      for (let i = 0; i < 3; i++)
        for (let j = 0; j < 3; j++)
          expect([0, 1, 2].reduce((sum, k) => sum + right[k * 3 + i]! * right[k * 3 + j]!, 0)).toBeCloseTo(
            i === j ? 1 : 0,
            12,
          );
    }
  });

  it("the related methods", () => {
    fc.assert(
      fc.property(samples, samples, positive, entry, (own, other, penalty, lambda) => {
        const columns = Math.min(own.x[0]!.length, other.x[0]!.length);
        const taskOf = ({ x: inputs, y: labels }: typeof own): TaskData => ({
          x: inputs.map((row) => row.slice(0, columns)),
          y: labels.map((row) => row[0]!),
        });
        const [primary, auxiliary] = [taskOf(own), taskOf(other)];
        for (const choice of ["cp", "plug-in", penalty] as const)
          expect(nanIn(() => dataEnriched(primary, auxiliary, { penalty: choice }))).toBeUndefined();
        expect(
          nanIn(() => dataEnriched(primary, auxiliary, { noise: [penalty, Math.abs(lambda)] })),
        ).toBeUndefined();
        const penalties = { pooledPenalty: 0.2, contrastPenalty: penalty };
        expect(nanIn(() => transLasso(primary, [auxiliary], penalties))).toBeUndefined();
        expect(nanIn(() => aggregatedTransLasso(primary, [auxiliary], penalties))).toBeUndefined();
        const isotropic = {
          features: columns,
          samples: primary.y.length,
          noise: penalty,
          signal: Math.abs(lambda),
          unseen: Math.abs(primary.y[0]!),
        };
        expect(nanIn(() => minimumNormRisk(isotropic))).toBeUndefined();
        expect(nanIn(() => ridgeToSourceRisk(isotropic, lambda))).toBeUndefined();
        expect(nanIn(() => bestRidgeToSource(isotropic))).toBeUndefined();
        expect(nanIn(() => doubleDescentCurve(primary.y, { samples: 3, noise: penalty }))).toBeUndefined();
      }),
      { seed: 7, numRuns: 300 },
    );
  });
});

import fc from "fast-check";
import { describe, expect, it } from "vitest";
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

/** Calls; an error of this package is an answer, a NaN anywhere in a result is not. */
function holdsNoNaN(call: () => unknown): void {
  let answer: unknown;
  try {
    answer = call();
  } catch (error) {
    if (error instanceof LinearTheoryError) return;
    throw error;
  }
  const visit = (value: unknown, path: string): void => {
    if (typeof value === "number") expect(value, path).not.toBeNaN();
    else if (typeof value === "object" && value !== null)
      for (const [key, inner] of Object.entries(value)) visit(inner, `${path}.${key}`);
  };
  visit(answer, "answer");
}

const settings = fc
  .tuple(count, count, width)
  .chain(([features, tasks, q]) =>
    fc.record({ signal: matrixOf(features, tasks), noise: list(tasks, positive), width: fc.constant(q) }),
  );
const samples = fc.tuple(fc.integer({ min: 1, max: 9 }), count, count).chain(([rows, features, tasks]) =>
  fc.record({
    inputs: matrixOf(rows, features),
    labels: matrixOf(rows, tasks),
    weights: list(tasks, positive),
    width,
  }),
);
const runs = { seed: 7, numRuns: 400 };

describe("no NaN leaves", () => {
  it("first order, bounds, unbiased risk and simulation", () => {
    fc.assert(
      fc.property(settings, (network) => {
        holdsNoNaN(() => networkFirstOrder(network));
        for (const kind of ["sharp", "general", "simple"] as const)
          holdsNoNaN(() => networkBound(network, { kind }));
        holdsNoNaN(() => networkBound(network, { kind: "sharp", rankTolerance: 1, t: 2 }));
        holdsNoNaN(() => networkSure(network.signal, { noise: network.noise[0]!, width: network.width }));
        holdsNoNaN(() => networkMonteCarlo(network, { replicates: 3 }));
        holdsNoNaN(() => networkWeights(network.noise));
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
              holdsNoNaN(() =>
                linearNetwork({
                  coefficients: network.signal,
                  noise: network.noise,
                  weights: network.noise,
                  samples: n,
                  width: network.width,
                  judged,
                  ...shape,
                }),
              );
        },
      ),
      runs,
    );
  });

  it("the fits", () => {
    fc.assert(
      fc.property(samples, ({ inputs, labels, weights, width: q }) => {
        holdsNoNaN(() => reducedRank({ inputs, labels }, { width: q }));
        holdsNoNaN(() => reducedRank({ inputs, labels }, { width: q, weights }));
        holdsNoNaN(() => autoNetwork({ inputs, labels }));
        holdsNoNaN(() => autoNetwork({ inputs, labels }, { noise: weights }));
        const tasks = labels[0]!.map((_, k) => ({ inputs, labels: labels.map((row) => row[k]!) }));
        holdsNoNaN(() => alternatingNetwork(tasks, { width: q, weights, sweeps: 20, starts: 2 }));
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
});

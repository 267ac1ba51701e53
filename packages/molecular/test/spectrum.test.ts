import { symmetricEigen } from "@outrigger/core/solve/eigen";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { ConnectedGraph } from "../src/book/graph/connected.ts";
import {
  adjacencyTridiagonal,
  characteristicCoefficients,
  largestEigenvalue,
  polynomialInformation,
} from "../src/book/graph/spectrum.ts";

const graph = (n: number, edges: readonly (readonly [number, number])[]): ConnectedGraph => ({
  edges,
  hops: [],
  neighbours: Array.from({ length: n }, (_, i) =>
    edges.flatMap(([a, b]) => (a === i ? [b] : b === i ? [a] : [])),
  ),
});
const chain = (n: number): ConnectedGraph =>
  graph(
    n,
    Array.from({ length: n - 1 }, (_, i) => [i, i + 1]),
  );
const ring = (n: number): ConnectedGraph =>
  graph(
    n,
    Array.from({ length: n }, (_, i) => [i, (i + 1) % n]),
  );

/** Any simple graph of up to 14 atoms. */
const graphs = fc.integer({ min: 1, max: 14 }).chain((n) =>
  fc.array(fc.boolean(), { minLength: (n * (n - 1)) / 2, maxLength: (n * (n - 1)) / 2 }).map((bonds) => {
    const pairs = Array.from({ length: n }, (_, a) =>
      Array.from({ length: a }, (_, b) => [a, b] as const),
    ).flat();
    return { n, edges: pairs.filter((_, i) => bonds[i]) };
  }),
);

describe("the spectrum of a graph", () => {
  it("gives the known polynomials of benzene, naphthalene and chains", () => {
    const coefficients = (of: ConnectedGraph): number[] =>
      characteristicCoefficients(adjacencyTridiagonal(of));
    expect(coefficients(ring(6))).toEqual([1, 0, 6, 0, 9, 0, 4]);
    const naphthalene = graph(10, [...ring(10).edges, [0, 5]]);
    expect(coefficients(naphthalene)).toEqual([1, 0, 11, 0, 41, 0, 65, 0, 43, 0, 9]);
    expect(coefficients(chain(1))).toEqual([1, 0]);
    // Matchings of a chain are counted by the Fibonacci numbers.
    const fibonacci = [1, 1];
    for (let n = 2; n <= 60; n++) fibonacci.push(fibonacci[n - 1]! + fibonacci[n - 2]!);
    for (const n of [2, 7, 30, 60])
      expect(coefficients(chain(n)).reduce((a, b) => a + b, 0)).toBe(fibonacci[n]);
  });

  it("agrees with the eigenvalues of any graph, and counts its bonds and triangles", () => {
    fc.assert(
      fc.property(graphs, ({ n, edges }) => {
        const made = graph(n, edges);
        const matrix = made.neighbours.map((near) =>
          Array.from({ length: n }, (_, j) => Number(near.includes(j))),
        );
        const { values } = symmetricEigen(matrix);
        const reduced = adjacencyTridiagonal(made);
        expect(largestEigenvalue(reduced, n)).toBeCloseTo(values[0]!, 9);
        const triangles = edges.reduce(
          (sum, [a, b]) => sum + made.neighbours[a]!.filter((c) => made.neighbours[b]!.includes(c)).length,
          0,
        );
        const found = characteristicCoefficients(reduced);
        expect(found.slice(0, 4)).toEqual([1, 0, edges.length, (2 * triangles) / 3].slice(0, n + 1));
        const determinant = values.reduce((a, b) => a * b, 1);
        expect(found[n]).toBe(Math.abs(Math.round(determinant)));
      }),
    );
  });

  it("of 500 atoms is right", () => {
    const reduced = adjacencyTridiagonal(chain(500));
    expect(largestEigenvalue(reduced, 2)).toBeCloseTo(2 * Math.cos(Math.PI / 501), 12);
    // |c_2k| of a chain is the binomial coefficient of n − k over k.
    const coefficients = [1n];
    for (let k = 1n; k <= 250n; k++)
      coefficients.push((coefficients.at(-1)! * (502n - 2n * k) * (501n - 2n * k)) / (k * (501n - k)));
    const total = coefficients.reduce((a, b) => a + b);
    const bits = coefficients.reduce((sum, c) => {
      const share = Number((c * 10n ** 40n) / total) / 1e40;
      return share > 0 ? sum - share * Math.log2(share) : sum;
    }, 0);
    const { whole, mean } = polynomialInformation(reduced);
    expect(mean).toBeCloseTo(bits, 9);
    expect(whole / Number(total) / bits).toBeCloseTo(1, 9);
  });
});

import { squareNorm, times } from "@outrigger/core/solve/algebra";
import { applySpectral, symmetricEigen } from "@outrigger/core/solve/eigen";
import { minNormPoint } from "@outrigger/core/solve/min-norm-point";
import { dampedNewton } from "@outrigger/core/solve/newton";
import { nnls } from "@outrigger/core/solve/nnls";
import { projectOntoSimplex } from "@outrigger/core/solve/simplex-projection";
import { simplexQp } from "@outrigger/core/solve/simplex-qp";
import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { dot, gramCase, product, randomGram } from "./support/gram.ts";

/** M and b of a problem with n columns: the Gram matrix of the columns and their products with one more vector. */
function leastSquares(seed: number, size: number, rank: number, lengths?: readonly number[]) {
  const gram = randomGram(seed, size + 1, rank, lengths);
  return {
    gram: gram.slice(0, size).map((row) => row.slice(0, size)),
    target: gram.slice(0, size).map((r) => r[size]!),
    square: gram[size]![size]!,
  };
}

describe("nnls", () => {
  test("fulfils the Karush-Kuhn-Tucker conditions on Gram matrices of every rank", () => {
    fc.assert(
      fc.property(gramCase(8), ({ seed, size, rank }) => {
        const { gram, target, square } = leastSquares(seed, size, rank);
        const solution = nnls(gram, target);
        const slope = product(gram, solution).map((value, k) => value - target[k]!);
        for (const [k, weight] of solution.entries()) {
          const unit = Math.sqrt(gram[k]![k]! * square) + 1e-300;
          expect(weight).toBeGreaterThanOrEqual(0);
          expect(slope[k]! / unit).toBeGreaterThan(-1e-9);
          expect(weight > 0 ? Math.abs(slope[k]! / unit) : 0).toBeLessThan(1e-9);
        }
      }),
      { numRuns: 300 },
    );
  });

  test("columns of any length: scaling column k by s scales its weight by 1/s", () => {
    const lengths = [1e15, 1e-10, 1, 1e4, 3, 1];
    for (let seed = 0; seed < 20; seed++) {
      const plain = leastSquares(seed, 5, 5);
      const scaled = leastSquares(seed, 5, 5, lengths);
      const reference = nnls(plain.gram, plain.target);
      for (const [k, weight] of nnls(scaled.gram, scaled.target).entries()) {
        expect(weight * lengths[k]!).toBeCloseTo(reference[k]!, 9);
      }
    }
  });

  test("an exact non-negative combination is found; equal columns share it, zero columns get nothing", () => {
    const gram = [
      [4, 4, 0, 0],
      [4, 4, 0, 0],
      [0, 0, 0, 0],
      [0, 0, 0, 9],
    ];
    expect(nnls(gram, [8, 8, 0, -9])).toEqual([1, 1, 0, 0]);
    expect(nnls([], [])).toEqual([]);
    expect(nnls([[0]], [0])).toEqual([0]);
  });
});

describe("minNormPoint", () => {
  test("no vector of the hull lies nearer to 0: Hx ≥ xᵀHx element by element, for every rank", () => {
    fc.assert(
      fc.property(gramCase(8), ({ seed, size, rank }) => {
        const gram = randomGram(seed, size, rank);
        const point = minNormPoint(gram);
        const products = product(gram, point);
        const square = dot(point, products);
        const largest = Math.max(...gram.map((row, k) => row[k]!));
        expect(point.every((weight) => weight >= 0)).toBe(true);
        expect(
          dot(
            point,
            point.map(() => 1),
          ),
        ).toBeCloseTo(1, 12);
        for (const value of products) expect(value - square).toBeGreaterThanOrEqual(-1e-9 * largest);
      }),
      { numRuns: 300 },
    );
  });

  test("two vectors: the closed form clip((r − q)/(p + r − 2q), 0, 1)", () => {
    fc.assert(
      fc.property(
        fc.double({ min: 0.1, max: 10, noNaN: true }),
        fc.double({ min: 0.1, max: 10, noNaN: true }),
        fc.double({ min: -0.99, max: 0.99, noNaN: true }),
        (p, r, c) => {
          const q = c * Math.sqrt(p * r);
          const expected = Math.min(1, Math.max(0, (r - q) / (p + r - 2 * q)));
          expect(
            minNormPoint([
              [p, q],
              [q, r],
            ])[0],
          ).toBeCloseTo(expected, 9);
        },
      ),
    );
  });

  test("lengths from 1e-10 to 1e15: the shortest of orthogonal vectors gets all but nothing of the weight", () => {
    const point = minNormPoint([
      [1e30, 0, 0],
      [0, 1e-20, 0],
      [0, 0, 1e-20],
    ]);
    expect(point[0]).toBeCloseTo(0, 12);
    expect(point[1]).toBeCloseTo(0.5, 9);
    expect(point[2]).toBeCloseTo(0.5, 9);
  });

  test("all zero or all equal: everyone the same", () => {
    expect(
      minNormPoint([
        [0, 0],
        [0, 0],
      ]),
    ).toEqual([0.5, 0.5]);
    for (const weight of minNormPoint([
      [2, 2, 2],
      [2, 2, 2],
      [2, 2, 2],
    ]))
      expect(weight).toBeCloseTo(1 / 3, 12);
  });
});

describe("simplexQp", () => {
  test("fulfils the Karush-Kuhn-Tucker conditions, also where the linear part leaves the range of H", () => {
    fc.assert(
      fc.property(gramCase(10), fc.boolean(), ({ seed, size, rank }, inRange) => {
        const gram = randomGram(seed, size, rank);
        const largest = Math.max(...gram.map((row, k) => row[k]!), 1e-3);
        const free = randomGram(seed + 1, size, 1).map((row) => row[0]!);
        const linear = inRange ? times(gram, free) : free;
        const x = simplexQp(gram, linear);
        const slope = product(gram, x).map((value, k) => value + linear[k]!);
        const level = dot(slope, x);
        const unit = largest + Math.max(...linear.map(Math.abs));
        expect(x.reduce((a, b) => a + b, 0)).toBeCloseTo(1, 12);
        for (const [k, weight] of x.entries()) {
          expect(weight).toBeGreaterThanOrEqual(0);
          expect((slope[k]! - level) / unit).toBeGreaterThan(-1e-9);
          if (weight > 0) expect(Math.abs(slope[k]! - level) * weight).toBeLessThan(1e-9 * unit);
        }
      }),
      { numRuns: 500 },
    );
  });

  test("without a linear part it is the smallest-norm point, for lengths from 1e-10 to 1e15 too", () => {
    fc.assert(
      fc.property(gramCase(8), fc.boolean(), ({ seed, size, rank }, mixed) => {
        const lengths = [1e15, 1e-10, 1, 1e4, 3, 1, 1e-3, 7];
        const gram = randomGram(seed, size, rank, mixed ? lengths : undefined);
        const zero = gram.map(() => 0);
        const [found, known] = [simplexQp(gram, zero), minNormPoint(gram)];
        const shortest = Math.min(...gram.map((row, k) => row[k]!));
        expect(Math.abs(squareNorm(gram, found) - squareNorm(gram, known))).toBeLessThanOrEqual(
          1e-9 * shortest,
        );
      }),
      { numRuns: 300 },
    );
  });

  test("a linear function alone: the smallest element, shared among equal ones", () => {
    const zero = [0, 0, 0].map(() => [0, 0, 0]);
    expect(simplexQp(zero, [2, -1, 3])).toEqual([0, 1, 0]);
    expect(simplexQp(zero, [2, -1, -1])).toEqual([0, 0.5, 0.5]);
    expect(simplexQp([[1]], [5])).toEqual([1]);
  });
});

test("projectOntoSimplex: sums to 1, and no point of the simplex is nearer (its corners lie behind)", () => {
  fc.assert(
    fc.property(fc.array(fc.double({ min: -1e3, max: 1e3, noNaN: true }), { minLength: 1 }), (y) => {
      const x = projectOntoSimplex(y);
      expect(x.reduce((a, b) => a + b, 0)).toBeCloseTo(1, 10);
      expect(Math.min(...x)).toBeGreaterThanOrEqual(0);
      const rest = y.map((value, k) => value - x[k]!);
      const along = dot(rest, x);
      for (const value of rest) expect(value - along).toBeLessThan(1e-9);
    }),
  );
  expect(projectOntoSimplex([1e300, 0])).toEqual([1, 0]);
});

test("dampedNewton finds the rest point of ½ xᵀGx − Σ log x from far away", () => {
  fc.assert(
    fc.property(gramCase(6), fc.double({ min: -6, max: 6, noNaN: true }), ({ seed, size }, power) => {
      const gram = randomGram(seed, size, size);
      const found = dampedNewton(
        {
          value: (x) => dot(x, product(gram, x)) / 2 - x.reduce((a, b) => a + Math.log(b), 0),
          gradient: (x) => product(gram, x).map((value, k) => value - 1 / x[k]!),
          hessian: (x) => gram.map((row, i) => row.map((v, j) => (i === j ? v + 1 / x[i]! ** 2 : v))),
        },
        gram.map(() => 10 ** power),
      );
      for (const [k, value] of product(gram, found).entries()) expect(value * found[k]!).toBeCloseTo(1, 9);
    }),
  );
});

test("symmetricEigen rebuilds the matrix and applies functions of it, at every scale", () => {
  fc.assert(
    fc.property(gramCase(8), fc.constantFrom(1e-10, 1, 1e15), ({ seed, size, rank }, length) => {
      fc.pre(rank > 0);
      const gram = randomGram(
        seed,
        size,
        rank,
        Array.from({ length: size }, () => length),
      );
      const eigen = symmetricEigen(gram);
      const x = gram.map((_, k) => k + 1);
      const unit = length * length * 100;
      for (const [k, value] of applySpectral(eigen, (v) => v, x, 1e-12).entries()) {
        expect(Math.abs(value - dot(gram[k]!, x)) / unit).toBeLessThan(1e-9);
      }
      expect(eigen.values.slice(0, -1).every((value, k) => value >= eigen.values[k + 1]!)).toBe(true);
      expect(eigen.values.filter((value) => value > 1e-10 * eigen.values[0]!).length).toBeLessThanOrEqual(
        rank,
      );
    }),
  );
});

test("symmetricEigen takes a matrix with more elements than a call has arguments", () => {
  // A path of n points: the eigenvalues of its adjacency matrix are 2 cos(kπ / (n + 1)).
  const n = 400;
  const path = Array.from({ length: n }, (_, i) =>
    Array.from({ length: n }, (_, j) => (Math.abs(i - j) === 1 ? 1 : 0)),
  );
  for (const [k, value] of symmetricEigen(path).values.entries()) {
    expect(value).toBeCloseTo(2 * Math.cos(((k + 1) * Math.PI) / (n + 1)), 10);
  }
});

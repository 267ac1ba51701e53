import { minNormPoint } from "@outrigger/core/solve/min-norm-point";
import { nnls } from "@outrigger/core/solve/nnls";
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

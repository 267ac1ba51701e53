import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { cholesky, choleskySolve } from "../src/linalg/cholesky.ts";
import { smallestPivot } from "../src/linalg/smallest-pivot.ts";
import { symmetricEigen } from "../src/linalg/symmetric-eigen.ts";
import { checkProblem, type Problem } from "../src/problem.ts";
import { random } from "../src/random.ts";

const good: Problem = {
  features: 3,
  rows: [20, 30],
  noise: [1, 2],
  shifts: [
    [0, 0],
    [0, 0.5],
  ],
};

describe("checkProblem", () => {
  it("returns a good problem as it is", () => {
    expect(checkProblem(good)).toBe(good);
  });

  it.each([
    ["no feature", { features: 0 }, /features/],
    ["rows that are no list", { rows: 3 as never }, /rows must be a list/],
    ["shifts that are no matrix", { shifts: [0, 0] as never }, /shifts\[0\] must be a list/],
    ["half a sample", { rows: [20, 1.5] }, /rows\[1\]/],
    ["no sample of the primary", { rows: [0, 5] }, /rows\[0\]/],
    ["negative noise", { noise: [1, -1] }, /noise\[1\]/],
    ["NaN noise", { noise: [Number.NaN, 1] }, /noise\[0\]/],
    ["another number of tasks", { noise: [1] }, /same number/],
    ["a ragged matrix", { shifts: [[0, 0], [0]] }, /shifts\[1\] has 1/],
    [
      "a shifted primary",
      {
        shifts: [
          [1, 0],
          [0, 1],
        ],
      },
      /no distance from itself/,
    ],
    [
      "an asymmetric matrix",
      {
        rows: [9, 9, 9],
        noise: [1, 1, 1],
        shifts: [
          [0, 0, 0],
          [0, 1, 0.5],
          [0, 0, 1],
        ],
      },
      /symmetric/,
    ],
    [
      "an indefinite matrix",
      {
        rows: [9, 9, 9],
        noise: [1, 1, 1],
        shifts: [
          [0, 0, 0],
          [0, 1, 2],
          [0, 2, 1],
        ],
      },
      /semi-definite/,
    ],
    [
      "a negative distance",
      {
        shifts: [
          [0, 0],
          [0, -1],
        ],
      },
      /semi-definite/,
    ],
    [
      "an infinite distance",
      {
        shifts: [
          [0, 0],
          [0, Number.POSITIVE_INFINITY],
        ],
      },
      /finite/,
    ],
  ])("refuses %s", (_, change, message) => {
    expect(() => checkProblem({ ...good, ...change })).toThrow(message);
  });
});

describe("cholesky", () => {
  it("solves a random positive definite system", () => {
    const n = 7;
    const draw = random(1);
    const half = Float64Array.from({ length: n * n }, () => draw.normal());
    const matrix = new Float64Array(n * n);
    for (let i = 0; i < n; i++)
      for (let j = 0; j < n; j++)
        for (let k = 0; k < n; k++) matrix[i * n + j]! += half[i * n + k]! * half[j * n + k]!;
    const x = Float64Array.from({ length: n }, () => draw.normal());
    const b = x.map((_, i) => x.reduce((sum, value, j) => sum + matrix[i * n + j]! * value, 0));
    const solved = choleskySolve(cholesky(matrix, n), n, b);
    for (const [i, value] of solved.entries()) expect(value).toBeCloseTo(x[i]!, 9);
  });

  it("names the pivot of a singular matrix", () => {
    expect(() => cholesky(Float64Array.of(1, 1, 1, 1), 2)).toThrow(/pivot 1/);
  });
});

describe("random", () => {
  it("draws the same numbers from the same seed, with the moments of a normal distribution", () => {
    const draws = (seed: number): number[] => {
      const stream = random(seed);
      return Array.from({ length: 20_000 }, () => stream.normal());
    };
    expect(draws(3)).toEqual(draws(3));
    expect(draws(3)[0]).not.toBe(draws(4)[0]);
    const values = draws(5);
    const mean = values.reduce((sum, x) => sum + x, 0) / values.length;
    const variance = values.reduce((sum, x) => sum + (x - mean) ** 2, 0) / values.length;
    expect(Math.abs(mean)).toBeLessThan(4 / Math.sqrt(values.length));
    expect(Math.abs(variance - 1)).toBeLessThan(4 * Math.sqrt(2 / values.length));
  });
});

describe("symmetricEigen", () => {
  it("rebuilds random matrices from orthonormal vectors, zeros and tiny entries included", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 7 }).chain((n) =>
          fc.array(
            fc.oneof(fc.double({ min: -1, max: 1, noNaN: true }), fc.constantFrom(0, 1e-200, -1e-160, 1e-8)),
            {
              minLength: n * n,
              maxLength: n * n,
            },
          ),
        ),
        (entries) => {
          const n = Math.sqrt(entries.length);
          const matrix = Float64Array.from(
            entries,
            (_, i) => entries[Math.max(i, (i % n) * n + Math.floor(i / n))]!,
          );
          const { values, vectors } = symmetricEigen(matrix, n);
          for (let j = 0; j < n; j++)
            for (let k = 0; k < n; k++) {
              let rebuilt = 0;
              let inner = 0;
              for (let i = 0; i < n; i++) {
                rebuilt += values[i]! * vectors[j * n + i]! * vectors[k * n + i]!;
                inner += vectors[j * n + i]! * vectors[k * n + i]!;
              }
              expect(Math.abs(rebuilt - matrix[j * n + k]!)).toBeLessThan(1e-13);
              expect(Math.abs(inner - (j === k ? 1 : 0))).toBeLessThan(1e-13);
            }
        },
      ),
      { numRuns: 300 },
    );
  });
});

describe("smallestPivot", () => {
  it.each([
    ["a negative number, however small", [[-1e-300]], -1],
    [
      "zeros with something beside them",
      [
        [0, 1],
        [1, 0],
      ],
      -1,
    ],
    [
      "a definite matrix",
      [
        [2, 1],
        [1, 2],
      ],
      0,
    ],
    [
      "entries of every size",
      [
        [1e300, 1],
        [1, 1e-300],
      ],
      0,
    ],
  ])("of %s", (_, matrix, pivot) => {
    expect(smallestPivot(matrix)).toBeCloseTo(pivot, 12);
  });

  it("of a Gram matrix of low rank is rounding", () => {
    const a = [
      [1e4, 3],
      [1, 2e3],
      [7, 7],
      [0, 1e-4],
    ];
    const gram = a.map((x) => a.map((y) => x[0]! * y[0]! + x[1]! * y[1]!));
    expect(smallestPivot(gram)).toBeGreaterThan(-1e-13);
  });
});

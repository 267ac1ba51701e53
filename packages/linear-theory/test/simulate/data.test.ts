import { describe, expect, it } from "vitest";
import { random } from "../../src/random.ts";
import { drawData } from "../../src/simulate/data.ts";

const mean = (values: readonly number[]) => values.reduce((a, b) => a + b, 0) / values.length;

describe("drawData", () => {
  const covariance = [
    [2, 0.6],
    [0.6, 1],
  ];
  const shifted = {
    rows: [20_000, 20_000],
    noise: [0.5, 2],
    coefficients: [
      [1, -1],
      [0, 2],
    ],
    covariances: [
      covariance,
      [
        [1, 0],
        [0, 3],
      ],
    ],
  };

  it("draws features of each task's covariance and labels of its coefficients and noise", () => {
    for (const [task, { x, y }] of drawData(shifted, random(1)).entries()) {
      const w = shifted.coefficients[task]!;
      for (let i = 0; i < 2; i++)
        for (let j = 0; j <= i; j++)
          expect(
            Math.abs(mean(x.map((row) => row[i]! * row[j]!)) - shifted.covariances[task]![i]![j]!),
          ).toBeLessThan(0.12);
      const errors = y.map((label, i) => label - x[i]![0]! * w[0]! - x[i]![1]! * w[1]!);
      expect(mean(errors.map((e) => e * e)) / shifted.noise[task]!).toBeCloseTo(1, 1);
      expect(Math.abs(mean(errors.map((e, i) => e * x[i]![0]!)))).toBeLessThan(0.05);
    }
  });

  it("gives the primary of a problem coefficients 0, and goes on with its stream", () => {
    const problem = {
      features: 3,
      rows: [4, 5],
      noise: [0, 0],
      shifts: [
        [0, 0],
        [0, 4],
      ],
    };
    const source = random(2);
    const [first, second] = [drawData(problem, source), drawData(problem, source)];
    expect(first[0]!.y.map(Math.abs)).toEqual([0, 0, 0, 0]);
    expect(first[1]!.y).not.toEqual(second[1]!.y);
    // One direction of length 2.
    const { x, y } = first[1]!;
    for (const [i, label] of y.entries()) expect(label).toBeCloseTo(2 * x[i]![0]!, 12);
    expect(drawData(problem, random(2))).toEqual(first);
  });
});

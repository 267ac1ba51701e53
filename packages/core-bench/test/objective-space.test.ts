import type { Trial } from "@outrigger/bench/benchmark";
import { describe, expect, it } from "vitest";
import benchmark from "../bench/objective-space.ts";
import { rows } from "../src/objective-space/methods.ts";
import { sizes, twoDomains } from "../src/objective-space/problem.ts";
import { runObjectiveSpace } from "../src/objective-space/trial.ts";
import { trial } from "./trial.ts";

/** Covariance of two columns of rows [N, D]. */
const covariance = ({ data, shape }: { data: ArrayLike<number>; shape: readonly number[] }): number[] => {
  const [rows, width] = shape as [number, number];
  return Array.from({ length: width }, (_, j) => {
    let sum = 0;
    for (let i = 0; i < rows; i++) sum += data[i * width]! * data[i * width + j]!;
    return sum / rows;
  });
};
const distance = (a: readonly number[], b: readonly number[]): number =>
  Math.hypot(...a.map((v, i) => v - b[i]!));

describe("the problem", () => {
  it("has rows without labels of the task's own domain, and rows of another", () => {
    const { train, test, domain, foreign } = twoDomains(0);
    expect(train.samples).toBe(sizes.labelled);
    const [tested] = test.epoch(null);
    const own = covariance(domain.inputs);
    expect(own[0]).toBeGreaterThan(0.2);
    expect(distance(covariance(tested!.inputs), own)).toBeLessThan(
      0.5 * distance(covariance(foreign.inputs), own),
    );
    expect(foreign.labels).toHaveLength(sizes.foreign);
  });

  it("shuffles held-out labels, and nothing else, for the control", () => {
    const { validation, shuffledLabels } = twoDomains(0);
    const [[plain], [shuffled]] = [[...validation.epoch(null)], [...shuffledLabels.epoch(null)]];
    expect(shuffled!.inputs).toEqual(plain!.inputs);
    const sorted = ({ data }: { data: ArrayLike<number> }): number[] =>
      Array.from(data).sort((a, b) => a - b);
    expect(sorted(shuffled!.labels["main"]!)).toEqual(sorted(plain!.labels["main"]!));
    expect(shuffled!.labels["main"]).not.toEqual(plain!.labels["main"]);
  });

  it("is the same for one seed and another for the next", () => {
    expect(twoDomains(5).foreign).toEqual(twoDomains(5).foreign);
    expect(twoDomains(5).foreign).not.toEqual(twoDomains(6).foreign);
  });
});

describe("a trial", () => {
  it("gives the same numbers twice, with a curve of the other domain's probability", async () => {
    const first = await runObjectiveSpace(trial("aang", 0));
    expect(first.metrics["test/mse"]).toBeGreaterThan(0);
    expect(first.metrics["validation/foreign-start"]).toBeCloseTo(5 / 12, 9);
    expect(first.curves!["probability/other domain"]).toHaveLength(3);
    expect(await runObjectiveSpace(trial("aang", 0))).toEqual(first);
  });

  it("leaves the other domain's cells where it learns, and stays where it does not", async () => {
    const mass = async (method: string, tier: Trial["tier"]): Promise<number> =>
      (await runObjectiveSpace(trial(method, 0, tier))).metrics["test/foreign-mass"]!;
    expect(await mass("uniform", "smoke")).toBeCloseTo(5 / 12, 9);
    expect(await mass("aang-all-factors", "ci")).toBeLessThan(0.2);
    expect(await mass("oracle", "smoke")).toBe(0);
  });
});

it("the ci tier has at least five seeds of every row, and no row has anything to tune", () => {
  expect(benchmark.arms("ci").map(({ method }) => method)).toEqual(["single-task", ...Object.keys(rows)]);
  expect(benchmark.tiers.ci!.seeds.length).toBeGreaterThanOrEqual(5);
  expect(benchmark.arms("ci").filter(({ candidates }) => candidates !== undefined)).toEqual([]);
});

import { describe, expect, it } from "vitest";
import type { NamedTask } from "../src/analyse/check.ts";
import { random } from "../src/random.ts";
import { spearman } from "../src/real-data/correlation.ts";
import { predictedBenefit } from "../src/real-data/predicted.ts";
import { drawData } from "../src/simulate/data.ts";

describe("spearman", () => {
  it("is 1 along any increasing map, -1 along a decreasing one, and takes ties at their mean rank", () => {
    const a = [3, -1, 4, 1.5, 9];
    expect(spearman(a, a.map(Math.exp))).toBeCloseTo(1, 12);
    expect(
      spearman(
        a,
        a.map((value) => -(value ** 3)),
      ),
    ).toBeCloseTo(-1, 12);
    // Ranks 1, 2.5, 2.5, 4 and 1, 2, 3, 4: 4.5 / √(4.5 · 5), as scipy's spearmanr gives.
    expect(spearman([1, 2, 2, 5], [1, 2, 3, 4])).toBeCloseTo(0.9486832980505138, 12);
  });

  it("is undefined where it has no meaning", () => {
    expect(spearman([1, 2], [1, 2])).toBeUndefined();
    expect(spearman([1, 1, 1], [1, 2, 3])).toBeUndefined();
  });
});

describe("predictedBenefit", () => {
  /** A population of simulated rows at these distances. */
  const population = (distances: number[]): NamedTask[] => {
    const tasks = distances.length + 1;
    const problem = {
      features: 4,
      rows: [1500, ...distances.map(() => 700)],
      noise: new Array<number>(tasks).fill(1),
      shifts: Array.from({ length: tasks }, (_, j) =>
        Array.from({ length: tasks }, (__, k) => (j === k && k > 0 ? distances[k - 1]! : 0)),
      ),
    };
    // Features with an effect, so that scaled labels stay alike.
    return drawData(problem, random(3)).map(({ x, y }, k) => ({
      name: `t${k}`,
      x,
      y: y.map((value, i) => value + 2 * x[i]![0]! - x[i]![1]!),
    }));
  };

  it("finds on simulated rows, where the theory holds, what it predicts", () => {
    const near = population([0]);
    const options = { primaryRows: 15, seed: 1, resamples: 50, sets: 40 };
    const equal = predictedBenefit(near, { ...options, method: "equal" });
    expect(equal.signs!).toBeGreaterThan(0.7);
    expect(equal.measured).toBeLessThan(0.9);
    expect(Math.abs(Math.log(equal.predicted! / equal.measured))).toBeLessThan(0.25);
    const far = predictedBenefit(population([8]), {
      ...options,
      primaryRows: 40,
      method: "equal",
    });
    expect(far.measured).toBeGreaterThan(1.1);
    expect(far.signs!).toBeGreaterThan(0.75);
    expect(far.spearman!).toBeGreaterThan(0.3);
  });

  it("compares all methods on the same training sets, and alone with itself", () => {
    const tasks = population([0.1]);
    const of = (method: "alone" | "equal" | "recommended" | "james-stein") =>
      predictedBenefit(tasks, { method, primaryRows: 15, seed: 2, resamples: 20, sets: 10 });
    const alone = of("alone");
    expect(alone.measured).toBe(1);
    expect(alone.predicted).toBeUndefined();
    for (const method of ["equal", "recommended", "james-stein"] as const)
      expect(of(method).rmse).toBeLessThan(alone.rmse);
    expect(of("equal")).toEqual(of("equal"));
  });

  it("draws a training set anew when a feature is constant in it, and gives up where all are", () => {
    const [main, aux] = population([0]) as [NamedTask, NamedTask];
    const rare = (task: NamedTask, every: number) => ({
      ...task,
      x: task.x.map((row, i) => [...row, i % every === 0 ? 1 : 0]),
    });
    const options = { method: "equal", primaryRows: 15, seed: 3, resamples: 20, sets: 5 } as const;
    expect(predictedBenefit([rare(main, 10), rare(aux, 2)], options).refused).toBeGreaterThan(0);
    expect(() => predictedBenefit([rare(main, 1), rare(aux, 2)], options)).toThrow(/refused/);
  });
});

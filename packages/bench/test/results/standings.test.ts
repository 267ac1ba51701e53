import { beforeAll, describe, expect, it } from "vitest";
import type { Benchmark } from "../../src/benchmark.ts";
import { page } from "../../src/report/page.ts";
import { significance } from "../../src/results/significance.ts";
import { leaderboards, type Standings } from "../../src/results/standings.ts";
import type { BenchmarkSummary } from "../../src/results/summary.ts";
import { signedRank } from "../../src/statistics/signed-rank.ts";
import { found } from "../harness.ts";
import { problems } from "../report/problems.ts";

let template: Benchmark;
beforeAll(async () => {
  template = (await found("toy/noise")).benchmark;
});

const only = (summaries: readonly BenchmarkSummary[]): Standings => {
  const [board, ...others] = leaderboards(summaries);
  expect(others).toEqual([]);
  return board!;
};

describe("leaderboards", () => {
  it("rank the methods of a domain over its benchmarks, the best first, without controls", () => {
    const { standings, reference, friedman } = only(problems(template));
    expect(reference).toBe("single-task");
    expect(standings.map(({ method, rank }) => [method, rank])).toEqual([
      ["pcgrad", 1],
      ["static", 2],
      ["uniform", 3],
      ["single-task", 4],
    ]);
    // The mean of the made-up gains over five benchmarks: 6.5 + (0 + 1 + 2 + 3 + 4) / 5.
    expect(standings[0]!.gain).toBeCloseTo(0.085, 2);
    expect(standings[0]!.interval.low).toBeGreaterThan(0);
    expect(standings[3]).toMatchObject({ gain: 0, cost: 1 });
    expect(friedman).toMatchObject({ benchmarks: 5, test: { chiSquared: 15 } });
  });

  it("make no critical-difference diagram below five benchmarks, and say so", () => {
    const summaries = problems(template, { count: 4 });
    expect(only(summaries).friedman).toBeNull();
    expect(page(summaries)).toContain("it takes 5 benchmarks, and there are 4");
  });

  it("give no rank to a method that lacks a seed or a benchmark, and show it all the same", () => {
    const { standings } = only(
      problems(template, {
        change: (method, seed, k) =>
          method === "static" && seed === 3 && k === 2 ? { status: "failed", metrics: {} } : {},
      }),
    );
    const entry = standings.find(({ method }) => method === "static");
    expect(entry).toMatchObject({ rank: null });
    expect(entry!.places).toHaveLength(5);
    expect(standings.filter(({ rank }) => rank !== null).map(({ rank }) => rank)).toEqual([1, 2, 3]);
  });

  it("judge a method nowhere that it lacks a seed", () => {
    const judged = (summaries: readonly BenchmarkSummary[]): number[] => {
      const row = /<tr><t[dh][^>]*><a[^>]*>static<.*?<\/tr>/s.exec(page(summaries))![0];
      return /(\d+), (\d+), (\d+)/.exec(row)!.slice(1).map(Number);
    };
    const sum = (counts: readonly number[]): number => counts.reduce((a, b) => a + b, 0);
    const lost = problems(template, {
      change: (method, seed, k) =>
        method === "static" && seed === 3 && k === 2 ? { status: "failed", metrics: {} } : {},
    });
    expect(sum(judged(problems(template)))).toBe(5);
    expect(sum(judged(lost))).toBe(4);
  });

  it("leave out smoke rows, and a problem whose reference is at 0", () => {
    const summaries = problems(template, { count: 2 });
    expect(leaderboards(summaries.map((each) => ({ ...each, tier: "smoke" as const })))).toEqual([]);
    const zero = problems(template, {
      count: 2,
      change: (method, _, k) =>
        method === "single-task" && k === 1 ? { metrics: { "validation/rmse": 0, "test/rmse": 0 } } : {},
    });
    const board = only(zero);
    expect(board.problems).toHaveLength(1);
    expect(board.notes).toEqual([
      "toy/p1 is left out: single-task is at 0 there, and nothing is relative to 0.",
    ]);
  });

  it("fall back to the baseline that all problems have, and are one over all domains besides one a domain", () => {
    const [a, b] = problems(template, { count: 2 });
    const other = { ...b!, benchmark: { ...b!.benchmark, name: "game/p1" } };
    expect(leaderboards([a!, other]).map(({ title }) => title)).toEqual(["toy", "game", "all domains"]);
    const renamed: BenchmarkSummary = {
      ...a!,
      benchmark: { ...a!.benchmark, baseline: "uniform" },
      groups: a!.groups.map((group) => ({
        ...group,
        lines: group.lines.filter(({ method }) => method !== "single-task"),
      })),
    };
    expect(only([renamed]).reference).toBe("uniform");
  });
});

describe("Wilcoxon's tests", () => {
  it("are made from ten seeds on, of every row that is no control, against single-task and uniform", () => {
    const [summary] = problems(template, { count: 1 });
    const tests = significance(summary!, summary!.groups[0]!);
    expect(tests.map(({ line, against }) => `${line.method} ${against}`)).toEqual([
      "uniform single-task",
      "static single-task",
      "pcgrad single-task",
      // Not "single-task uniform", which is the first test once more.
      "static uniform",
      "pcgrad uniform",
    ]);
    const [first] = tests;
    const alone = summary!.groups[0]!.lines[0]!.values;
    const differences = [...first!.line.values].map(([seed, value]) => value - alone.get(seed)!);
    expect(first!.p).toBe(signedRank(differences).p);
    // Holm multiplies the smallest p by the number of tests.
    const smallest = Math.min(...tests.map(({ p }) => p));
    expect(tests.find(({ p }) => p === smallest)!.adjusted).toBeCloseTo(5 * smallest, 12);
    expect(page([summary!])).toContain("Wilcoxon signed-rank tests with Holm’s adjustment");
  });

  it("are not made below ten seeds, and the page says so", () => {
    const [summary] = problems(template, { count: 1, seeds: 9 });
    expect(significance(summary!, summary!.groups[0]!)).toEqual([]);
    expect(page([summary!])).toContain("No Wilcoxon test: it takes 10 seeds, and this tier has 9.");
  });
});

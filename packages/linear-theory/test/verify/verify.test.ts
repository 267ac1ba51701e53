import { describe, expect, it } from "vitest";
import benchmark from "../../bench/verify.ts";
import { checkProblem } from "../../src/problem.ts";
import { equivalentRisk } from "../../src/risk/equivalent.ts";
import { singleTaskRisk } from "../../src/risk/single-task.ts";
import { verify } from "../../src/verify/check.ts";
import { verifyProblems } from "../../src/verify/problems.ts";
import { verifyRows } from "../../src/verify/rows.ts";
import { uncorrectedRisk } from "../../src/verify/uncorrected.ts";

const check = (row: string, seed = 3) => verify({ row, seed, problems: 40, replicates: 800 });
const names = Object.entries(verifyRows);

describe("verify", () => {
  it.each(names.filter(([, { describe }]) => describe.startsWith("exact")).map(([name]) => name))(
    "finds %s exact",
    (row) => {
      const { rmsZ, maxZ, biasRmsZ, varianceRmsZ, ksP, z } = check(row);
      // 40 squared normals: chi-square with 40 degrees of freedom, 0.1 % quantiles 17.9 and 73.4.
      for (const value of [rmsZ, biasRmsZ ?? 1, varianceRmsZ ?? 1]) {
        expect(value).toBeGreaterThan(Math.sqrt(17.9 / 40));
        expect(value).toBeLessThan(Math.sqrt(73.4 / 40));
      }
      expect(maxZ).toBeLessThan(4.5);
      expect(maxZ).toBe(Math.max(-z[0]!, z.at(-1)!));
      expect(ksP).toBeGreaterThan(1e-3);
    },
  );

  it.each(names.filter(([, { kind }]) => kind === "control").map(([name]) => name))("finds %s", (row) => {
    const { ksP, rmsZ } = check(row);
    expect(ksP).toBeLessThan(1e-3);
    expect(rmsZ).toBeGreaterThan(Math.sqrt(73.4 / 40));
  });

  it("finds equivalents near the truth, and the corrected one ten times nearer than the other", () => {
    const corrected = check("equivalent, two tasks");
    expect(corrected.medianError).toBeLessThan(0.005);
    expect(check("wrong: equivalent, D for D + 1").medianError).toBeGreaterThan(7 * corrected.medianError);
    for (const row of ["equivalent, K tasks", "equivalent, covariate shift"]) {
      const { medianError, simulationError } = check(row);
      expect(medianError).toBeLessThan(2 * simulationError);
    }
  });

  it("repeats bit for bit, and names a row that does not exist", () => {
    const options = { row: "averaging", seed: 1, problems: 3, replicates: 20 };
    expect(verify(options)).toEqual(verify(options));
    expect(() => verify({ ...options, row: "averagin" })).toThrow(/must be one of: single task; /);
  });
});

describe("verifyProblems", () => {
  it("draws problems that every formula takes, the same for a seed", () => {
    const drawn = verifyProblems(5, 60);
    expect(verifyProblems(5, 60)).toEqual(drawn);
    for (const { problem, shifted, weights } of drawn) {
      checkProblem(problem);
      expect(problem.rows[0]! - problem.features).toBeGreaterThanOrEqual(6);
      expect(weights).toHaveLength(problem.rows.length);
      for (const matrix of shifted.covariances) {
        const trace = matrix.reduce((sum, row, i) => sum + row[i]!, 0);
        expect(trace).toBeGreaterThan(problem.features / Math.E);
        expect(trace).toBeLessThan(problem.features * Math.E);
      }
    }
    expect(new Set(drawn.map(({ problem }) => problem.features)).size).toBeGreaterThan(8);
    expect(drawn.some(({ problem: { rows, features } }) => rows.slice(1).some((n) => n < features))).toBe(
      true,
    );
  });
});

describe("uncorrectedRisk", () => {
  const at = (scale: number) =>
    ({
      features: 5 * scale,
      rows: [8 * scale, 9 * scale],
      noise: [1, 2],
      shifts: [
        [0, 0],
        [0, 0.7],
      ],
    }) as const;

  it("joins the corrected equivalent as the problem grows, with an error that falls like 1 / D", () => {
    const error = (scale: number) =>
      uncorrectedRisk(at(scale), [1, 0.3]) / equivalentRisk(at(scale), [1, 0.3]).risk - 1;
    expect(Math.abs(error(1))).toBeGreaterThan(0.01);
    expect(Math.abs(error(1000))).toBeLessThan(1e-3);
    expect(error(100) / error(1000)).toBeCloseTo(10, 0);
  });

  it("says s² D / (n - D) of one task, where the truth is s² D / (n - D - 1)", () => {
    const one = { features: 4, rows: [20], noise: [3], shifts: [[0]] };
    expect(uncorrectedRisk(one, [1])).toBeCloseTo((3 * 4) / 16, 10);
    expect(singleTaskRisk(one).risk).toBeCloseTo((3 * 4) / 15, 10);
  });
});

describe("the benchmark linear-theory/verify", () => {
  it("has a row a formula and control, and gives the same numbers for a seed", async () => {
    expect(benchmark.arms("ci").map(({ method }) => method)).toEqual(names.map(([name]) => name));
    const [arm] = benchmark.arms("smoke");
    const fractions: number[] = [];
    const run = () =>
      benchmark.run({
        benchmark: benchmark.name,
        version: 1,
        method: arm!.method,
        group: "",
        options: arm!.options,
        seed: 0,
        tier: "smoke",
        threads: 1,
        directory: "",
        progress: (fraction) => void fractions.push(fraction),
      });
    const result = await run();
    expect(result).toEqual(await run());
    expect(fractions).toHaveLength(24);
    expect(fractions[11]).toBe(1);
    expect(Object.values(result.metrics).filter((value) => value === null)).toHaveLength(1);
    expect(result.metrics["test/bias-rms-z"]).toBeNull();
  });

  it("covers at least 300 problems a row in ci and 3,000 in full", () => {
    for (const [tier, least] of [
      ["ci", 300],
      ["full", 3000],
    ] as const)
      for (const { options } of benchmark.arms(tier))
        expect(benchmark.tiers[tier]!.seeds.length * Number(options["problems"])).toBeGreaterThanOrEqual(
          least,
        );
  });
});

import type { Arm, Trial, TrialResult } from "@outrigger/bench/benchmark";
import { leaves, type NDArray, Random } from "@outrigger/core";
import { beforeAll, describe, expect, it } from "vitest";
import reverse from "../bench/reverse.ts";
import sort from "../bench/sort.ts";
import { reverseProblem, sortProblem } from "../src/experiment/problem.ts";
import { decoderOf, mixtureOf, type TrialOptions } from "../src/experiment/training.ts";
import { limitsOf } from "../src/model/batch.ts";
import { sequenceLength } from "../src/task/task.ts";
import { budgetOf, stepsFor } from "../src/train/batches.ts";

const benchmarks = [
  ["reverse", reverse, reverseProblem],
  ["sort", sort, sortProblem],
] as const;
const optionsOf = (arm: Arm): TrialOptions => arm.options as unknown as TrialOptions;
const nameOf = ({ group, method }: Arm): string => `${group} ${method}`;
const numbers = (params: unknown): number[] =>
  leaves<NDArray>(params as never).flatMap(({ data }) => [...data]);

describe.each(benchmarks)("seq-length/%s", (_, benchmark, problemOf) => {
  const ci = benchmark.arms("ci");

  it("has in tier ci the rows of the comparison, each with the same sizes, and seeds that nothing was chosen on", () => {
    expect(ci.map(nameOf)).toEqual([
      "RoPE none",
      "RoPE restriction",
      "RoPE restriction-renumbered",
      "RoPE hint",
      "NoPE none",
      "NoPE restriction",
      "ALiBi none",
      "ALiBi restriction",
      "randomized RoPE none",
      "randomized RoPE restriction",
    ]);
    const sizes = ci.map((arm) => {
      const { positions: _positions, auxiliary: _auxiliary, ...rest } = optionsOf(arm);
      return rest;
    });
    expect(new Set(sizes.map((size) => JSON.stringify(size))).size).toBe(1);
    expect(ci.every(({ candidates, space }) => candidates === undefined && space === undefined)).toBe(true);
    for (const tier of ["smoke", "ci", "full"] as const)
      expect(Math.min(...benchmark.tiers[tier]!.seeds)).toBe(100);
  });

  it.each(["ci", "full"] as const)("gives every row of tier %s as many tokens, within one step", (tier) => {
    const tokens = 5_000;
    for (const arm of benchmark.arms(tier)) {
      const options = { ...optionsOf(arm), batchSize: 16 };
      const problem = problemOf(options.symbols);
      const mixture = {
        ...mixtureOf(problem, options),
        limits: limitsOf(decoderOf(problem, options).options),
      };
      const steps = stepsFor(mixture, Random.seeded(100, "shuffle"), tokens);
      const read = (count: number): number =>
        budgetOf({ ...mixture, steps: count }, Random.seeded(100, "shuffle")).tokens;
      expect(read(steps)).toBeGreaterThanOrEqual(tokens);
      expect(read(steps - 1)).toBeLessThan(tokens);
    }
  });

  it("starts every row of tier ci from the same parameters, also those with other positions", () => {
    const begun = ci.map((arm) => {
      const options = { ...optionsOf(arm), size: 16 };
      return numbers(decoderOf(problemOf(options.symbols), options).init(Random.seeded(100, "init")));
    });
    for (const each of begun) expect(each).toEqual(begun[0]);
  });

  it("shows no row of tier ci a sequence that is longer than the longest of the main task", () => {
    for (const arm of ci) {
      const options = optionsOf(arm);
      const problem = problemOf(options.symbols);
      const random = Random.seeded(0, "drawn");
      for (const { source } of mixtureOf(problem, options).tasks) {
        const drawn = Array.from({ length: 200 }, () => source.draw(random, 0).tokens.length);
        expect(Math.max(...drawn)).toBeLessThanOrEqual(sequenceLength(problem.task, options.trainLength));
      }
    }
  });
});

/** One trial of the smoke tier, made smaller. */
function run(method: string, seed: number): Promise<TrialResult> {
  const arm = reverse.arms("smoke").find((each) => each.group === "RoPE" && each.method === method)!;
  const trial: Trial = {
    benchmark: reverse.name,
    version: reverse.version,
    method,
    group: "RoPE",
    options: {
      ...arm.options,
      layers: 1,
      batchSize: 4,
      tokens: 150,
      sequences: 2,
      testLengths: [4, 12],
    },
    seed,
    tier: "smoke",
    threads: 1,
    directory: "",
    progress: () => undefined,
  };
  return reverse.run(trial);
}

describe("a trial", () => {
  let first: TrialResult;
  beforeAll(async () => {
    first = await run("restriction", 100);
  });

  it("gives the same numbers twice, and others with another seed", async () => {
    expect(await run("restriction", 100)).toEqual(first);
    const other = await run("restriction", 101);
    expect(other.curves!["training loss by twentieth of the steps"]).not.toEqual(
      first.curves!["training loss by twentieth of the steps"],
    );
  });

  it("says what its restrictions reveal and how much it read, and has curves whose places are lengths", async () => {
    const { metrics, curves, notes } = first;
    expect(notes!.join("\n")).toContain("the sparse support");
    expect(notes!.join("\n")).toContain(
      `${metrics["train/tokens"]} tokens in ${metrics["train/steps"]} steps`,
    );
    const curve = curves!["exact match by length"]!;
    expect(curve).toHaveLength(12);
    expect(curve.flatMap((value, i) => (value === null ? [] : [i + 1]))).toEqual([4, 12]);
    expect(metrics["test/exact-match@3x"]).toBe(curve[11]);
    expect(metrics["test/safe-length"]).toBeGreaterThanOrEqual(0);
    const { notes: plain } = await run("none", 100);
    expect(plain!.join("\n")).not.toContain("the sparse support");
  });
});

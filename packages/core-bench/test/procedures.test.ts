import type { TrialResult } from "@outrigger/bench/benchmark";
import { expect, test } from "vitest";
import { allProcedures } from "../../core/test/support/procedures.ts";
import benchmark from "../bench/low-data-procedures.ts";
import { elsewhere, procedures } from "../src/procedures.ts";
import { trial } from "./trial.ts";

const run = (method: string, seed: number): Promise<TrialResult> => benchmark.run(trial(method, seed, "ci"));

const mean = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0) / values.length;

test("every procedure of core has a row, or another benchmark", async () => {
  const rows = new Set(Object.values(procedures).map(({ row }) => row().method.name));
  const missing = (await allProcedures())
    .map(([, make]) => make().name)
    .filter((name) => !rows.has(name) && elsewhere[name] === undefined);
  expect(missing).toEqual([]);
});

test("nothing to tune, ten seeds in tier ci, four branches of a hundred steps", () => {
  expect(benchmark.arms("ci").map(({ method }) => method)).toEqual(Object.keys(procedures));
  expect(benchmark.tiers.ci?.seeds).toHaveLength(10);
  expect(benchmark.arms("ci").filter(({ candidates }) => candidates !== undefined)).toEqual([]);
});

/** Means over three seeds: of the test error, and of an auxiliary's weight at the end. */
async function over(method: string) {
  const results: TrialResult[] = [];
  for (const seed of [0, 1, 2]) results.push(await run(method, seed));
  return {
    error: mean(results.map(({ metrics }) => metrics["test/mse"]!)),
    weight: (name: string): number => mean(results.map(({ curves }) => curves![`weight/${name}`]!.at(-1)!)),
  };
}

test("ForkMerge comes nearer to the truth than uniform weights, and ForkMerge and Auto-λ weigh what helps more than noise", async () => {
  const [alike, merged, learned] = [
    await over("uniform"),
    await over("forkmerge"),
    await over("auto-lambda"),
  ];
  expect(merged.error).toBeLessThan(alike.error);
  for (const { weight } of [merged, learned]) expect(weight("helpful")).toBeGreaterThan(weight("noise"));
});

test("training data in place of held-out data, and labels in random order, make other runs", async () => {
  const [held, training] = [await run("auto-lambda", 3), await run("auto-lambda-training-split", 3)];
  expect(training.metrics).not.toEqual(held.metrics);
  const [plain, shuffled] = [await run("uniform", 3), await run("random-labels", 3)];
  expect(shuffled.metrics["test/mse"]).toBeGreaterThan(plain.metrics["test/mse"]!);
});

import { expect, it } from "vitest";
import benchmark from "../bench/schedules.ts";
import { runLowData } from "../src/low-data/trial.ts";
import { rules } from "../src/rules.ts";
import { rows, runSchedules } from "../src/schedules/trial.ts";
import { trial } from "./trial.ts";

const runJointly = runLowData((method) => ({ method: rules[method]!() }));

it("every row takes 600 steps", () => {
  for (const { parts } of Object.values(rows)) {
    expect(parts.reduce((total, { steps }) => total + steps, 0)).toBe(600);
  }
});

it("rows of one stage are those of core/low-data", async () => {
  for (const method of ["uniform", "single-task", "oracle"]) {
    const [here, there] = [await runSchedules(trial(method, 0)), await runJointly(trial(method, 0, "ci"))];
    expect(here.metrics).toEqual(there.metrics);
  }
}, 60_000);

it("pre-training on noise leaves the primary behind who pre-trains on all auxiliaries", async () => {
  let [noise, useful] = [0, 0];
  for (const seed of [0, 1, 2]) {
    noise += (await runSchedules(trial("pre-train-noise", seed))).metrics["test/mse"]!;
    const found = await runSchedules(trial("pre-train", seed));
    useful += found.metrics["test/mse"]!;
    expect(found.curves!["validation/mse"]).toHaveLength(120);
  }
  expect(useful).toBeLessThan(noise);
}, 120_000);

it("gives the same numbers twice, also through a frozen stage", async () => {
  const first = await runSchedules(trial("pre-train-adapt", 0));
  expect(await runSchedules(trial("pre-train-adapt", 0))).toEqual(first);
}, 60_000);

it("the ci tier runs all rows on at least five seeds, and no row has anything to tune", () => {
  expect(benchmark.arms("ci").map(({ method }) => method)).toEqual(Object.keys(rows));
  expect(benchmark.tiers.ci!.seeds.length).toBeGreaterThanOrEqual(5);
  expect(benchmark.arms("ci").filter(({ candidates }) => candidates !== undefined)).toEqual([]);
});

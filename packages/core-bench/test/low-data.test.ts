import { fileURLToPath } from "node:url";
import type { Tier, Trial } from "@outrigger/bench/benchmark";
import { diagnosticsSchema } from "@outrigger/bench/results/diagnostics";
import { readResults } from "@outrigger/bench/results/read";
import { describe, expect, it } from "vitest";
import benchmark from "../bench/low-data.ts";
import { lowData, sizes, tasks } from "../src/low-data/problem.ts";
import { sum, trial as tiered } from "./trial.ts";

const trial = (method: string, seed: number, tier: Tier = "ci"): Trial => tiered(method, seed, tier);

/** The training batch's inputs and labels: one batch holds them all. */
function training(seed: number, options = {}) {
  const [batch] = lowData(seed, options).train.epoch(null);
  return batch!;
}

/** Σ_n y_n x_n over the rows with a label: for normal inputs its mean lies in the space of the features that y depends on. */
function moment({ inputs, labels, masks }: ReturnType<typeof training>, task: string): number[] {
  const total = Array.from({ length: sizes.inputs }, () => 0);
  masks[task]!.data.forEach((labelled: number, row: number) => {
    if (labelled === 0) return;
    const label = labels[task]!.data[row]!;
    for (let i = 0; i < sizes.inputs; i++) total[i]! += label * inputs.data[row * sizes.inputs + i]!;
  });
  return total;
}

function cosine(a: readonly number[], b: readonly number[]): number {
  const dot = (x: readonly number[], y: readonly number[]): number => sum(x.map((v, i) => v * y[i]!));
  return dot(a, b) / Math.sqrt(dot(a, a) * dot(b, b));
}

describe("the problem", () => {
  it("labels sixty training rows for the primary and all of them for every auxiliary", () => {
    const { masks } = training(0);
    expect(tasks.map((task) => sum(masks[task]!.data))).toEqual([60, 1000, 1000, 1000]);
  });

  it("has targets of variance 1, and distracting ones of twice the size", () => {
    const [tested] = lowData(3).test.epoch(null);
    const sizeOf = (values: ArrayLike<number>): number =>
      Math.sqrt(sum(Array.from(values, (v) => v * v)) / values.length);
    const { labels } = training(3);
    expect(sizeOf(tested!.labels["main"]!.data)).toBeCloseTo(1, 1);
    expect(sizeOf(labels["helpful"]!.data)).toBeCloseTo(1, 1);
    expect(sizeOf(labels["unrelated"]!.data)).toBeCloseTo(2, 0);
    expect(sizeOf(labels["noise"]!.data)).toBeCloseTo(2, 0);
  });

  it("shares the primary's features with `helpful` and with no other task", () => {
    const mean = { helpful: 0, unrelated: 0, noise: 0 };
    const seeds = Array.from({ length: 20 }, (_, seed) => seed);
    for (const seed of seeds) {
      const batch = training(seed);
      // 60 labels are few; the auxiliaries' thousand say it better, so the primary is asked on its test labels.
      const [tested] = lowData(seed).test.epoch(null);
      const primary = moment(tested!, "main");
      for (const task of ["helpful", "unrelated", "noise"] as const) {
        mean[task] += Math.abs(cosine(primary, moment(batch, task))) / seeds.length;
      }
    }
    expect(mean.helpful).toBeGreaterThan(0.5);
    expect(mean.unrelated).toBeLessThan(0.25);
    expect(mean.noise).toBeLessThan(0.25);
  });

  it("gives auxiliaries their own labels in another order when shuffled, and changes nothing else", () => {
    const [plain, shuffled] = [training(2), training(2, { shuffled: true })];
    const sorted = (task: string, of: typeof plain): number[] =>
      [...of.labels[task]!.data].sort((a, b) => a - b);
    expect(shuffled.inputs).toEqual(plain.inputs);
    expect(shuffled.labels["main"]).toEqual(plain.labels["main"]);
    for (const task of tasks.slice(1)) {
      expect(shuffled.labels[task]).not.toEqual(plain.labels[task]);
      expect(sorted(task, shuffled)).toEqual(sorted(task, plain));
    }
    expect(Math.abs(cosine(moment(shuffled, "helpful"), moment(plain, "helpful")))).toBeLessThan(0.4);
    const [tested, other] = [lowData(2).test, lowData(2, { shuffled: true }).test];
    expect([...other.epoch(null)]).toEqual([...tested.epoch(null)]);
  });

  it("is the same for one seed and another for the next", () => {
    const data = (seed: number): unknown => training(seed).labels["main"]!.data.slice(0, 60);
    expect(data(5)).toEqual(data(5));
    expect(data(5)).not.toEqual(data(6));
  });
});

describe("a trial", () => {
  it("gives the same numbers twice, with curves of the weights", async () => {
    const first = await benchmark.run(trial("uniform", 0));
    expect(first.metrics["test/mse"]).toBeGreaterThan(0);
    expect(first.metrics["test/mse"]).toBeLessThan(1.5);
    expect(first.curves!["weight/helpful"]!.every((weight) => weight === 1)).toBe(true);
    expect(first.curves!["validation/mse"]).toHaveLength(20);
    expect(await benchmark.run(trial("uniform", 0))).toEqual(first);
  });

  it("looks at gradients and affinities of three seeds, as a row may carry them", async () => {
    const [looked, not] = [await benchmark.run(trial("pcgrad", 2)), await benchmark.run(trial("pcgrad", 3))];
    const { gradients, affinity } = diagnosticsSchema.parse(looked.diagnostics);
    expect(gradients!.steps).toEqual(Array.from({ length: 24 }, (_, i) => 25 * i + 1));
    expect(affinity!.flat().every((value) => value !== null)).toBe(true);
    expect(not.diagnostics).toBeUndefined();
  });

  it("of tier smoke computes in plain JavaScript, so that its committed rows come out to 1e-6 everywhere", async () => {
    const { rows } = readResults(fileURLToPath(new URL("../results/smoke.jsonl", import.meta.url)));
    const committed = rows.find(({ method, seed }) => method === "uniform" && seed === 0)!;
    const { metrics, runtime } = await benchmark.run(trial("uniform", 0, "smoke"));
    expect([runtime, committed.runtime]).toEqual(["tfjs/cpu", "tfjs/cpu"]);
    for (const [name, value] of Object.entries(committed.metrics))
      expect(Math.abs(metrics[name]! - value!)).toBeLessThanOrEqual(1e-6);
  });

  it("tells the rows apart: who knows the helpful auxiliary comes nearer to the truth than who has none", async () => {
    const errors = { oracle: 0, "single-task": 0 };
    for (const method of ["oracle", "single-task"] as const) {
      for (const seed of [0, 1, 2]) {
        errors[method] += (await benchmark.run(trial(method, seed))).metrics["test/mse"]!;
      }
    }
    expect(errors.oracle).toBeLessThan(errors["single-task"]);
  });
});

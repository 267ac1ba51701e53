import { Random } from "@outrigger/core/random";
import { namedLeaves } from "@outrigger/core/train/flat";
import { describe, expect, it } from "vitest";
import { allPolicies } from "../../core/test/support/policies.ts";
import benchmark from "../bench/conflicting-tasks.ts";
import { conflictingTasks, sizes } from "../src/conflicting-tasks/problem.ts";
import { rows } from "../src/conflicting-tasks/rows.ts";
import { runConflictingTasks } from "../src/conflicting-tasks/trial.ts";
import { sum, trial } from "./trial.ts";

const batches = (seed: number, shuffle = false) => [...conflictingTasks(seed, { shuffle }).train.epoch(null)];
const labels = (seed: number, task: string, shuffle = false): number[] =>
  batches(seed, shuffle).flatMap((batch) => [...batch.labels[task]!.data]);

describe("the problem", () => {
  it("labels a tenth of the training rows for the primary and all of them for the auxiliary", () => {
    const count = (task: string): number => sum(batches(0).map(({ masks }) => sum(masks[task]!.data)));
    expect([count("main"), count("rival")]).toEqual([sizes.labelled, sizes.train]);
  });

  it("has a target of variance 1 and a louder one that look at right angles to each other", () => {
    const correlations = Array.from({ length: 10 }, (_, seed) => {
      const { train, test } = conflictingTasks(seed);
      const [tested] = [...test.epoch(null)];
      const main = tested!.labels["main"]!.data;
      expect(sum(Array.from(main, (v) => v * v)) / main.length).toBeCloseTo(1, 0);
      const rival = labels(seed, "rival");
      expect(sum(rival.map((v) => v * v)) / rival.length).toBeCloseTo(4, 0);
      const moment = (task: string, of: readonly (typeof tested)[]): number[] =>
        Array.from({ length: sizes.inputs }, (_, i) =>
          sum(
            of.map((batch) => {
              const rowsOf = Array.from(batch!.labels[task]!.data);
              return sum(rowsOf.map((label, row) => label * batch!.inputs.data[row * sizes.inputs + i]!));
            }),
          ),
        );
      const [a, b] = [moment("main", [tested]), moment("rival", [...train.epoch(null)])];
      const dot = (v: number[], w: number[]): number => sum(v.map((value, i) => value * w[i]!));
      return dot(a, b) / Math.sqrt(dot(a, a) * dot(b, b));
    });
    // What a linear look finds for one task is at right angles to what it finds for the other.
    expect(sum(correlations.map(Math.abs)) / 10).toBeLessThan(0.25);
  });

  it("is the same for one seed and another for the next; shuffling moves the auxiliary's labels alone", () => {
    expect(labels(5, "rival")).toEqual(labels(5, "rival"));
    expect(labels(5, "rival")).not.toEqual(labels(6, "rival"));
    expect(labels(5, "main", true)).toEqual(labels(5, "main"));
    expect(labels(5, "rival", true)).not.toEqual(labels(5, "rival"));
    const sorted = (values: number[]): number[] => values.sort((a, b) => a - b);
    expect(sorted(labels(5, "rival", true))).toEqual(sorted(labels(5, "rival")));
  });
});

describe("the rows", () => {
  it("are all policies of core, with nothing to tune", async () => {
    const shapes = (params: unknown): string[] => [...namedLeaves(params as never).keys()];
    const seen = Object.values(rows).map(({ model }) =>
      shapes(model().init(Random.seeded(0, "init"))).join(),
    );
    const { hardSharing, ...others } = Object.fromEntries(await allPolicies());
    expect(hardSharing).toBeDefined();
    // Every policy has parameters of its own kind; their number of rows is what is known without building them again.
    expect(new Set(seen).size).toBe(Object.keys(others).length + 2);
    expect(benchmark.arms("ci").map(({ method }) => method)).toEqual(Object.keys(rows));
    expect(benchmark.arms("ci").filter(({ candidates }) => candidates !== undefined)).toEqual([]);
  });
});

describe("a trial", () => {
  it("gives the same numbers twice, and says what TAPS shares", async () => {
    const first = await runConflictingTasks(trial("taps", 0));
    expect(first.metrics["test/mse"]).toBeGreaterThan(0);
    expect(first.metrics["test/mse"]).toBeLessThan(1.5);
    expect(first.notes!.at(-1)).toMatch(
      /^layers: main (own|shared), (own|shared); rival (own|shared), (own|shared)$/,
    );
    expect(await runConflictingTasks(trial("taps", 0))).toEqual(first);
  });

  it("tells the rows apart: sharing the right layer comes nearer to the truth than sharing both", async () => {
    const errors = { oracle: 0, uniform: 0 };
    for (const method of ["oracle", "uniform"] as const) {
      for (const seed of [0, 1, 2])
        errors[method] += (await runConflictingTasks(trial(method, seed))).metrics["test/mse"]!;
    }
    expect(errors.oracle).toBeLessThan(errors.uniform);
  });
});

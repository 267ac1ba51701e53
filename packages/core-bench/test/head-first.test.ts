import { leaves, type NDArray } from "@outrigger/core/graph/array";
import { Random } from "@outrigger/core/random";
import { describe, expect, it } from "vitest";
import benchmark from "../bench/head-first.ts";
import { energyIn, twoLayers } from "../src/head-first/model.ts";
import { headFirstProblem, sizes, tasks } from "../src/head-first/problem.ts";
import { rows, runHeadFirst } from "../src/head-first/trial.ts";
import { sum, trial } from "./trial.ts";

const training = (seed: number, shuffled = false) => {
  const [batch] = headFirstProblem(seed, shuffled).train.epoch(null);
  return batch!;
};

/** The sign pattern of every training row along the directions. */
function patterns(seed: number): number[] {
  const { directions } = headFirstProblem(seed);
  const { inputs } = training(seed);
  return Array.from({ length: sizes.train }, (_, row) =>
    directions.reduce((index, m, i) => {
      const z = m.reduce((total, v, j) => total + v * inputs.data[row * sizes.inputs + j]!, 0);
      return index + (z > 0 ? 2 ** i : 0);
    }, 0),
  );
}

describe("the problem", () => {
  it("labels a hundred and fifty training rows for the primary and all of them for every auxiliary", () => {
    const { masks } = training(0);
    expect(tasks.map((task) => sum(masks[task]!.data))).toEqual([150, ...new Array(11).fill(1000)]);
  });

  it("has orthonormal directions, whose signs alone decide every label", () => {
    const { directions } = headFirstProblem(4);
    directions.forEach((a, i) => {
      directions.forEach((b, j) => {
        expect(a.reduce((total, v, k) => total + v * b[k]!, 0)).toBeCloseTo(i === j ? 1 : 0, 12);
      });
    });
    const { labels, masks } = training(4);
    const pattern = patterns(4);
    for (const task of tasks) {
      const classOf = new Map<number, number>();
      pattern.forEach((index, row) => {
        if (masks[task]!.data[row] === 0) return;
        const label = labels[task]!.data[row]!;
        expect(classOf.get(index) ?? label).toBe(label);
        classOf.set(index, label);
      });
      expect(sum([...classOf.values()])).toBe(4);
    }
  });

  it("gives coins in place of the auxiliaries' labels, and leaves the primary's, where they are shuffled", () => {
    const [plain, coins] = [training(2), training(2, true)];
    expect(coins.inputs.data).toEqual(plain.inputs.data);
    expect(coins.labels["main"]).toEqual(plain.labels["main"]);
    const agree = sum(
      plain.labels["aux-1"]!.data.map((y: number, i: number) => +(y === coins.labels["aux-1"]!.data[i])),
    );
    expect(Math.abs(agree - 500)).toBeLessThan(80);
  });
});

describe("the energy of the first layer", () => {
  const energy = (seed: number, known = false): number => {
    const { directions } = headFirstProblem(seed);
    return energyIn(twoLayers(known ? directions : undefined).init(Random.seeded(seed, "init")), directions);
  };

  it("is r/d by chance, and 1 for a layer in their span, as long as another", () => {
    const seeds = Array.from({ length: 20 }, (_, seed) => seed);
    expect(sum(seeds.map((seed) => energy(seed))) / 20).toBeCloseTo(3 / 40, 2);
    expect(energy(1, true)).toBeCloseTo(1, 5);
    const { directions } = headFirstProblem(1);
    const length = (known?: typeof directions): number => {
      const { trunk } = twoLayers(known).init(Random.seeded(1, "init"));
      return Math.hypot(...leaves<NDArray>(trunk).flatMap(({ data }) => [...data]));
    };
    expect(length(directions)).toBeCloseTo(length(), 5);
  });
});

describe("a trial", () => {
  it("gives the same numbers twice", async () => {
    const first = await runHeadFirst(trial("head-first", 0));
    expect(first.metrics["test/accuracy"]).toBeGreaterThan(0.5);
    expect(first.curves!["validation/accuracy"]).toHaveLength(40);
    expect(await runHeadFirst(trial("head-first", 0))).toEqual(first);
  }, 60_000);

  it("tells the rows apart: many tasks show the directions, one task or random labels do not", async () => {
    const run = async (method: string) => (await runHeadFirst(trial(method, 1))).metrics;
    const [joint, alone, coins, known] = [
      await run("uniform"),
      await run("single-task"),
      await run("random-labels"),
      await run("oracle"),
    ];
    for (const other of [alone, coins]) {
      expect(joint["test/energy-last"]).toBeGreaterThan(other["test/energy-last"]!);
      expect(known["test/accuracy"]).toBeGreaterThan(other["test/accuracy"]!);
    }
  }, 120_000);
});

it("the ci tier runs all rows on at least five seeds, and no row has anything to tune", () => {
  expect(benchmark.arms("ci").map(({ method }) => method)).toEqual(Object.keys(rows));
  expect(benchmark.tiers.ci!.seeds.length).toBeGreaterThanOrEqual(5);
  expect(benchmark.arms("ci").filter(({ candidates }) => candidates !== undefined)).toEqual([]);
});

import { describe, expect, it } from "vitest";
import benchmark from "../bench/corrupted-labels.ts";
import { corruptedLabels } from "../src/corrupted-labels/problem.ts";
import { withoutWrong } from "../src/corrupted-labels/train.ts";
import { runCorruptedLabels } from "../src/corrupted-labels/trial.ts";
import { lowData } from "../src/low-data/problem.ts";
import { sum, trial } from "./trial.ts";

describe("the problem", () => {
  const { batch, wrong } = corruptedLabels(4);
  const [clean] = lowData(4).train.epoch(null);

  it("replaces 400 labels of the auxiliary by larger noise, and nothing else", () => {
    const [now, before] = [batch.labels["helpful"]!.data, clean!.labels["helpful"]!.data];
    const changed = Array.from(now, (label, row) => Number(label !== before[row]));
    expect(sum(changed)).toBe(400);
    expect(changed).toEqual([...wrong]);
    const noise = [...now].filter((_, row) => wrong[row] === 1);
    expect(Math.sqrt(sum(noise.map((v) => v * v)) / 400)).toBeCloseTo(2, 0);
    expect(batch.labels["main"]).toEqual(clean!.labels["main"]);
    expect(batch.inputs).toEqual(clean!.inputs);
  });

  it("is the same for one seed and another for the next", () => {
    expect(corruptedLabels(4).wrong).toEqual(wrong);
    expect(corruptedLabels(5).wrong).not.toEqual(wrong);
  });

  it("has no wrong label for the oracle", () => {
    const { masks } = withoutWrong(corruptedLabels(4)).batch;
    expect(sum(masks["helpful"]!.data)).toBe(600);
    expect(masks["helpful"]!.data.some((mask: number, row: number) => mask === 1 && wrong[row] === 1)).toBe(
      false,
    );
    expect(sum(masks["main"]!.data)).toBe(60);
  });
});

describe("a trial", () => {
  it("gives the same numbers twice, with the weights of right and wrong labels", async () => {
    const first = await runCorruptedLabels(trial("aux-ts", 1));
    expect(await runCorruptedLabels(trial("aux-ts", 1))).toEqual(first);
    const [right, wrong] = [first.curves!["weight/right"]!, first.curves!["weight/wrong"]!];
    expect([right.length, wrong.length]).toEqual([20, 20]);
    expect(first.curves!["validation/mse"]).toHaveLength(20);
    expect(right.every((value) => value !== null && value > 0)).toBe(true);
    expect(right).not.toEqual(wrong);
  });

  it("gives the control the weights of aux-ts, whoever's they are", async () => {
    const [own, shuffled] = [
      await runCorruptedLabels(trial("aux-ts", 1)),
      await runCorruptedLabels(trial("shuffled", 1)),
    ];
    const { curves } = shuffled;
    expect(curves!["weight/right"]).toEqual(curves!["weight/wrong"]);
    const all = own.curves!["weight/right"]!.map(
      (right, i) => 0.6 * right! + 0.4 * own.curves!["weight/wrong"]![i]!,
    );
    all.forEach((value, i) => expect(curves!["weight/right"]![i]).toBeCloseTo(value, 2));
    expect(shuffled.metrics["test/mse"]).not.toBe(own.metrics["test/mse"]);
  });

  it("tells the rows apart: who leaves the wrong labels out comes nearer to the truth than who does not", async () => {
    const errors = { oracle: 0, uniform: 0 };
    for (const method of ["oracle", "uniform"] as const) {
      for (const seed of [0, 1, 2]) {
        errors[method] += (await runCorruptedLabels(trial(method, seed))).metrics["test/mse"]!;
      }
    }
    expect(errors.oracle).toBeLessThan(errors.uniform);
  });

  it("runs every row", async () => {
    for (const { method } of benchmark.arms("ci")) {
      if (["aux-ts", "shuffled", "oracle", "uniform"].includes(method)) continue;
      const { metrics, curves } = await runCorruptedLabels(trial(method, 0));
      expect(metrics["test/mse"]).toBeGreaterThan(0);
      expect(metrics["test/mse"]).toBeLessThan(2);
      // A weight a task is that of right and wrong labels.
      if (method !== "aux-ts-script") expect(curves!["weight/right"]).toEqual(curves!["weight/wrong"]);
    }
  });
});

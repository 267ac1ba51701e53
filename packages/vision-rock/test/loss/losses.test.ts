import { array, type NDArray } from "@outrigger/core";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { depthTask } from "../../src/loss/depth-loss.ts";
import { normalsTask } from "../../src/loss/normals-loss.ts";
import { sceneTask } from "../../src/loss/scene-loss.ts";
import { LOSS_WEIGHTS } from "../../src/model/defaults.ts";
import { look } from "../support/run.ts";
import { type HostBatch, tinyBatch, without } from "../support/tiny.ts";

const one = {
  ...tinyBatch(1),
  scene: array([1]),
  depthKnown: array([1, 1], [1, 1, 2]),
  normalsKnown: array([1, 1], [1, 1, 2]),
};
const close = (found: readonly number[], wanted: readonly number[]): void => {
  expect(found).toHaveLength(wanted.length);
  found.forEach((value, i) => expect(value).toBeCloseTo(wanted[i]!, 5));
};

describe("LOSS_WEIGHTS", () => {
  it("are those of the specification", () => {
    expect(LOSS_WEIGHTS).toEqual({ confidence: 1, localization: 6, scene: 3, depth: 3, normals: 30 });
  });
});

describe("scene", () => {
  it("is w · −log p of the label", async () => {
    const logits = array([Math.log(1), Math.log(3), Math.log(4)], [1, 3]);
    close((await look(sceneTask({ scenes: 3, weight: 1 }), logits, one)).values, [Math.log(8 / 3)]);
    close((await look(sceneTask({ scenes: 3 }), logits, one)).values, [3 * Math.log(8 / 3)]);
  });

  it("reads labels and predictions as classes, and has no label where the mask is 0", () => {
    const task = sceneTask({ scenes: 3 });
    const batch = without({ ...tinyBatch(2), scene: array([2, 0]) }, "scene", 1);
    expect([...task.predict!(array([0, 1, 2, 5, 1, 2], [2, 3]))]).toEqual([2, 0]);
    expect([...task.labels!(batch)]).toEqual([2, Number.NaN]);
    expect(task.metrics!.map(({ name }) => name)).toEqual(["accuracy"]);
  });
});

describe("depth", () => {
  const batch = { ...one, logDepth: array([1, 1], [1, 1, 2]) };
  const of = async (options: object, output: readonly number[]): Promise<number> =>
    (await look(depthTask({ weight: 1, ...options }), array([...output], [1, 1, 2]), batch)).values[0]!;

  it("smooth-l1: a parabola to an error of 1, then a line; the mean over pixels, times w", async () => {
    expect(await of({}, [1.5, -2])).toBeCloseTo((0.125 + 2.5) / 2, 6);
    expect(await of({ weight: 3 }, [2, 1])).toBeCloseTo(0.75, 6);
  });

  it("berhu: a line to c, then a parabola", async () => {
    const options = { loss: "berhu", threshold: 0.5 };
    expect(await of(options, [1.4, 1.5])).toBeCloseTo((0.4 + 0.5) / 2, 6);
    expect(await of(options, [3, 0])).toBeCloseTo((4.25 + 1.25) / 2, 6);
  });

  it("berhu takes a fifth of the greatest known error for c, whichever image has it", async () => {
    const base = {
      ...tinyBatch(2),
      logDepth: array([0, 0, 0, 0], [2, 1, 2]),
      depthKnown: array([1, 1, 1, 0], [2, 1, 2]),
    };
    const output = array([1, 0.1, 5, 100], [2, 1, 2]);
    const task = depthTask({ loss: "berhu", weight: 1 });
    // c = 1: the error of 100 is not known.
    close((await look(task, output, base)).values, [(1 + 0.1) / 2, 13]);
    // Without the second image c = 0.2.
    close((await look(task, output, without(base, "depth", 1))).values.slice(0, 1), [
      ((1 + 0.04) / 0.4 + 0.1) / 2,
    ]);
  });

  it("is 0 with a gradient of 0 where the prediction is right", async () => {
    for (const loss of ["smooth-l1", "berhu"] as const) {
      const found = await look(depthTask({ loss }), batch.logDepth, batch);
      expect([...found.values, ...found.gradient.map(Math.abs)]).toEqual([0, 0, 0]);
    }
  });

  it("has its metrics in logarithms and as a share of the depth", () => {
    const rows = {
      prediction: Float64Array.of(Math.log(2), Math.log(3)),
      label: Float64Array.of(Math.log(1), Math.log(4)),
    };
    const found = depthTask().metrics!.map((metric) => [metric.name, metric.compute(rows)]);
    expect(found.map(([name]) => name)).toEqual(["log-mae", "abs-rel"]);
    expect(found[0]![1]).toBeCloseTo((Math.log(2) + Math.log(4 / 3)) / 2, 12);
    expect(found[1]![1]).toBeCloseTo((1 + 0.25) / 2, 12);
  });
});

describe("normals", () => {
  const batch = { ...one, normals: array([0, 0, -1, 1, 0, 0], [1, 1, 2, 3]) };
  const of = (output: readonly number[], weight = 1) =>
    look(normalsTask({ weight }), array([...output], [1, 1, 2, 3]), batch);

  it("is (1 − cos) + |n̂ − n|²: 0, 3 at a right angle, 6 for the opposite, whatever the length", async () => {
    close((await of([0, 0, -3, 0.5, 0, 0])).values, [0]);
    close((await of([0, 2, 0, 0, 0, 9])).values, [3]);
    close((await of([0, 0, 2, -4, 0, 0])).values, [6]);
    close((await of([0, 0, 2, 1, 0, 0], 30)).values, [90]);
  });

  it("has a finite gradient for an output of length 0", async () => {
    const { values, gradient } = await of([0, 0, 0, 0, 0, 0]);
    expect([...values, ...gradient].every(Number.isFinite)).toBe(true);
  });

  it("measures angles in degrees", () => {
    const cos = (angle: number): number[] => [
      Math.cos((angle * Math.PI) / 180),
      Math.sin((angle * Math.PI) / 180),
      0,
    ];
    const angles = [0, 10, 20, 25, 60, 180];
    const rows = {
      prediction: Float64Array.from(angles.flatMap((angle, i) => cos(angle).map((part) => part * (i + 1)))),
      label: Float64Array.from(angles.flatMap(() => [1, 0, 0])),
    };
    const found = Object.fromEntries(
      normalsTask().metrics!.map((metric) => [metric.name, metric.compute(rows)!]),
    );
    expect(found["mean-angle"]).toBeCloseTo(295 / 6, 9);
    expect(found["median-angle"]).toBeCloseTo(22.5, 9);
    close([found["within-11.25"]!, found["within-22.5"]!, found["within-30"]!], [2 / 6, 3 / 6, 4 / 6]);
    const empty = { prediction: new Float64Array(0), label: new Float64Array(0) };
    expect(normalsTask().metrics!.map((metric) => metric.compute(empty))).toEqual(Array(5).fill(null));
  });
});

describe("missing annotations", () => {
  const outputs: Record<string, NDArray> = {
    scene: array(
      Float32Array.from({ length: 15 }, (_, i) => Math.cos(i)),
      [3, 5],
    ),
    depth: array(
      Float32Array.from({ length: 36 }, (_, i) => Math.cos(i)),
      [3, 3, 4],
    ),
    normals: array(
      Float32Array.from({ length: 108 }, (_, i) => Math.cos(i)),
      [3, 3, 4, 3],
    ),
  };
  const tasks = { scene: sceneTask({ scenes: 5 }), depth: depthTask(), normals: normalsTask() };
  const slice = <T>(all: readonly T[], image: number): T[] => {
    const each = all.length / 3;
    return all.slice(image * each, (image + 1) * each);
  };
  for (const [name, task] of Object.entries(tasks)) {
    it(`${name}: an image without a label has no gradient, and changes nobody else's`, async () => {
      const batch = tinyBatch(3);
      const whole = await look(task, outputs[name]!, batch);
      const found = await look(task, outputs[name]!, without(batch, name as "scene", 1));
      expect(found.mask).toEqual([1, 0, 1]);
      expect(slice(found.gradient, 1).every((value) => value === 0)).toBe(true);
      expect(slice(whole.gradient, 1).some((value) => value !== 0)).toBe(true);
      for (const image of [0, 2]) {
        expect(slice(found.gradient, image)).toEqual(slice(whole.gradient, image));
        expect(found.values[image]).toBe(whole.values[image]);
      }
      expect(found.values.every(Number.isFinite)).toBe(true);
    });
  }

  for (const name of ["depth", "normals"] as const) {
    const key = `${name}Known` as const;
    it(`${name}: unknown pixels have no gradient, and an image of nothing else does not count`, async () => {
      const batch = tinyBatch(3);
      const known = Float32Array.from(batch[key].data, (value, i) => (i < 12 ? 0 : value));
      const given: HostBatch = { ...batch, [key]: array(known, [3, 3, 4]) };
      const found = await look(tasks[name], outputs[name]!, given);
      expect(found.mask).toEqual([0, 1, 1]);
      expect(found.values[0]).toBe(0);
      const parts = name === "depth" ? 1 : 3;
      found.gradient.forEach((value, i) => {
        if (known[Math.floor(i / parts)] === 0) expect(Math.abs(value)).toBe(0);
      });
      const labels = tasks[name].labels!(given);
      labels.forEach((label, i) => expect(Number.isNaN(label)).toBe(known[Math.floor(i / parts)] === 0));
      expect(tasks[name].predict!(outputs[name]!)).toHaveLength(labels.length);
    });
  }

  it("what stands in targets that do not count is of no consequence", async () => {
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: -1000, max: 1000 }), async (value) => {
        const batch = without(tinyBatch(2), "depth", 0);
        const other = Float32Array.from(batch.logDepth.data, (each, i) => (i < 12 ? value : each));
        const output = array(Float32Array.from({ length: 24 }, Math.cos), [2, 3, 4]);
        const [a, b] = await Promise.all(
          [batch.logDepth, array(other, [2, 3, 4])].map((logDepth) =>
            look(depthTask({ loss: "berhu" }), output, { ...batch, logDepth }),
          ),
        );
        expect(a!.gradient).toEqual(b!.gradient);
        expect(a!.values[1]).toBe(b!.values[1]);
      }),
      { numRuns: 5 },
    );
  });

  it("refuses a map of another grid than the targets'", async () => {
    for (const name of ["depth", "normals"] as const) {
      const other = array(
        new Float32Array(name === "depth" ? 4 : 12),
        name === "depth" ? [1, 2, 2] : [1, 2, 2, 3],
      );
      await expect(look(tasks[name], other, tinyBatch(1))).rejects.toThrow(
        /but the batch's target is \[1, 3, 4/,
      );
    }
  });
});

import { arrayBatches, type HostColumnBatch } from "@outrigger/core/data/batches";
import { column, numericColumn, scalerOf, standardize } from "@outrigger/core/data/column";
import { OutriggerError } from "@outrigger/core/error";
import { array, type NDArray } from "@outrigger/core/graph/index";
import { Random } from "@outrigger/core/random";
import { accuracy, mae, rmse, rocAuc } from "@outrigger/core/train/metric";
import { binary, regression } from "@outrigger/core/train/task";
import fc from "fast-check";
import { describe, expect, it } from "vitest";

describe("columns", () => {
  it("reads blanks as missing and everything else as numbers", () => {
    const { values, mask } = numericColumn("y", ["1.5", "", " -2e-3 ", "  "]);
    expect([[...values], [...mask]]).toEqual([
      [1.5, 0, -0.002, 0],
      [1, 0, 1, 0],
    ]);
  });

  it.each(["nan", "NaN", "inf", "1,5", "abc"])(
    "refuses the label %s, naming column, line and cure",
    (cell) => {
      expect(() => numericColumn("y", ["1", cell], [2, 7])).toThrow(
        new RegExp(`"y" has "${cell}" on line 7.*blank`),
      );
    },
  );

  it("refuses a NaN label among numbers, and a column without any label", () => {
    expect(() => column("y", [1, Number.NaN])).toThrow(/"y" has NaN in row 1/);
    expect(() => column("y", [Number.POSITIVE_INFINITY])).toThrow(OutriggerError);
    expect(() => numericColumn("y", ["", " "])).toThrow(/"y" has no label/);
  });

  it("standardises with the training rows only, missing values left out", () => {
    const raw = column("y", [1, null, 3, 1000, 5]);
    const { column: made, scaler } = standardize(raw, [0, 1, 2, 4]);
    expect(scaler.mean).toBeCloseTo(3, 12);
    expect(scaler.sd).toBeCloseTo(Math.sqrt(8 / 3), 12);
    expect(made.values[1]).toBe(0);
    expect(made.values[3]).toBeCloseTo(997 / Math.sqrt(8 / 3), 9);
    expect(raw.values[0]).toBe(1);
  });

  it("refuses a column with one value only, unless told otherwise", () => {
    const raw = column("y", [0.1, 0.1, 0.1, null, 7]);
    expect(() => scalerOf(raw, [0, 1, 2, 3])).toThrow(
      /"y" has one value only \(0.1\).*3 labelled training rows/,
    );
    expect(scalerOf(raw, [0, 1, 2, 3], { constant: "unit" })).toEqual({ mean: 0.1, sd: 1 });
    expect(() => scalerOf(raw, [3])).toThrow(/"y" has no label in the training rows/);
  });
});

describe("arrayBatches", () => {
  const inputs = array(
    Float32Array.from({ length: 14 }, (_, i) => i),
    [7, 2],
  );
  const columns = { y: column("y", [0, 1, 2, null, 4, 5, 6]) };
  const make = (): ReturnType<typeof arrayBatches> =>
    arrayBatches({ inputs, columns, rows: [6, 5, 4, 3, 2], batchSize: 2 });
  const firsts = (batches: Iterable<HostColumnBatch>): number[] =>
    [...batches].flatMap(({ inputs }) => [...(inputs as NDArray).data].filter((_, i) => i % 2 === 0));

  it("gives batches of one shape; missing labels and padding have mask 0", () => {
    const all = [...make().epoch(null)];
    expect(all).toHaveLength(make().size);
    expect(make().samples).toBe(5);
    expect(all.map(({ labels }) => [...labels.y!.data])).toEqual([
      [6, 5],
      [4, 0],
      [2, 0],
    ]);
    expect(all.map(({ masks }) => [...masks.y!.data])).toEqual([
      [1, 1],
      [1, 0],
      [1, 0],
    ]);
    expect(all.map(({ inputs }) => (inputs as NDArray).shape)).toEqual(
      Array.from({ length: 3 }, () => [2, 2]),
    );
    expect(firsts(all)).toEqual([12, 10, 8, 6, 4, 0]);
  });

  it("shuffles by the stream given, and again by the same state", () => {
    const random = Random.seeded(1, "shuffle");
    const state = random.state;
    const [once, twice] = [firsts(make().epoch(random)), firsts(make().epoch(random))];
    expect(twice).not.toEqual(once);
    expect([...once].sort((a, b) => a - b)).toEqual([0, 4, 6, 8, 10, 12]);
    expect(firsts(make().epoch(Random.from(state)))).toEqual(once);
  });

  it.each([
    ["no rows", { rows: [] }, "no rows"],
    ["rows that do not exist", { rows: [7] }, "Row 7"],
    ["columns of another length", { columns: { y: column("y", [1]) } }, "rows"],
    ["a batch size of 0", { batchSize: 0 }, "batchSize"],
    ["a split without labels", { rows: [3], requireLabels: true }, '"y" has no label in the training rows'],
  ])("refuses %s", (_, options, says) => {
    expect(() => arrayBatches({ inputs, columns, rows: [0], batchSize: 2, ...options })).toThrow(says);
  });
});

describe("metrics", () => {
  const rows = (prediction: number[], label: number[]) => ({
    prediction: Float64Array.from(prediction),
    label: Float64Array.from(label),
  });

  it("rmse, mae and accuracy of a worked example; null without rows", () => {
    const given = rows([1, 2, 6], [1, 4, 3]);
    expect(rmse.compute(given)).toBeCloseTo(Math.sqrt(13 / 3), 12);
    expect(mae.compute(given)).toBeCloseTo(5 / 3, 12);
    expect(accuracy.compute(rows([0.4, 0.5, 0.9, 0.1], [0, 1, 0, 0]))).toBe(0.75);
    for (const metric of [rmse, mae, accuracy, rocAuc]) expect(metric.compute(rows([], []))).toBeNull();
  });

  it("roc-auc is the share of pairs in the right order, ties one half", () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.integer({ min: 0, max: 5 }), fc.boolean()), { maxLength: 40 }),
        (drawn) => {
          const positives = drawn.filter(([, one]) => one).map(([p]) => p);
          const negatives = drawn.filter(([, one]) => !one).map(([p]) => p);
          const pairs = positives.flatMap((p) => negatives.map((n) => (p > n ? 1 : p === n ? 0.5 : 0)));
          const expected =
            pairs.length === 0 ? null : pairs.reduce<number>((a, b) => a + b, 0) / pairs.length;
          const given = rows(
            drawn.map(([p]) => p),
            drawn.map(([, one]) => Number(one)),
          );
          const found = rocAuc.compute(given);
          if (expected === null) expect(found).toBeNull();
          else expect(found).toBeCloseTo(expected, 12);
        },
      ),
    );
  });
});

describe("tasks", () => {
  const batch = { inputs: null, labels: { y: array([0, 1]) }, masks: { y: array([1, 0]) } } as never;

  it("give predictions and labels in original units, NaN for missing ones", () => {
    const task = regression({ name: "y", role: "primary", scaler: { mean: 10, sd: 2 } });
    expect([...task.predict!(array([-1, 3], [2, 1]))]).toEqual([8, 16]);
    expect([...task.labels!(batch)]).toEqual([10, Number.NaN]);
  });

  it("give probabilities of class 1", () => {
    const task = binary({ name: "y", role: "auxiliary" });
    const [half, one, none] = task.predict!(array([0, 800, -800]));
    expect([half, one, none]).toEqual([0.5, 1, 0]);
    expect([...task.labels!(batch)]).toEqual([0, Number.NaN]);
  });
});

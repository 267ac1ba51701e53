import { arrayBatches } from "@outrigger/core/data/batches";
import { column } from "@outrigger/core/data/column";
import { array, type NDArray, type Tree } from "@outrigger/core/graph/array";
import { compile } from "@outrigger/core/graph/index";
import { adam } from "@outrigger/core/optimize/adam";
import { Random } from "@outrigger/core/random";
import { fit } from "@outrigger/core/train/fit";
import { forward } from "@outrigger/core/train/loss";
import { type Metric, rocAuc } from "@outrigger/core/train/metric";
import type { ParamsTensors } from "@outrigger/core/train/model";
import { splitModel } from "@outrigger/core/train/split-model";
import type { ColumnBatch } from "@outrigger/core/train/task";
import { uniform } from "@outrigger/core/weighting/uniform";
import type { Tensor2D } from "@tensorflow/tfjs";
import * as tf from "@tensorflow/tfjs";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { thrown } from "../../core/test/support/errors.ts";
import { jointHeads, perTarget } from "../src/target/joint-heads.ts";
import { jointTask, meanOverTargets, type TargetKind } from "../src/target/joint-task.ts";
import { definedTargets, primaryOf, undefinedBecause } from "../src/target/primary.ts";

type Batch = ColumnBatch<Tensor2D>;
const names = ["a", "b/c", "d"];
const N = 10;
const random = Random.seeded(4, "targets");
const x = Array.from({ length: N }, () => [random.normal(), random.normal()]);
/** Null where a label is missing; molecule 3 has none at all, and target d has the fewest. */
const labels: Record<string, (number | null)[]> = {
  a: x.map(([u], i) => (i === 3 ? null : Number(u! > 0))),
  "b/c": x.map(([, v], i) => (i === 3 || i === 5 ? null : Number(v! > 0))),
  d: x.map((_, i) => (i < 4 ? null : i % 2)),
};
const columns = Object.fromEntries(names.map((name) => [name, column(name, labels[name]!)]));
const all = Array.from({ length: N }, (_, i) => i);
const batches = (batchSize: number, rows: readonly number[] = all) =>
  arrayBatches({ inputs: array(x.flat(), [N, 2]), columns, rows, batchSize });

/** Each head is a weight of two numbers on the inputs themselves. */
const model = splitModel<Batch>({
  init: (from) => ({
    trunk: array([1]),
    heads: Object.fromEntries(
      [...names, "other"].map((name) => [name, array([from.normal(), from.normal()], [2, 1])]),
    ),
  }),
  represent: (trunk, { inputs }) => tf.mul(inputs, trunk as Tensor2D),
  decode: (head, z) => tf.matMul(z as Tensor2D, head as Tensor2D),
});

describe.each(["classification", "regression"] as const)("jointTask for %s", (kind: TargetKind) => {
  const scalers = names.map((_, j) => ({ mean: j, sd: 1 + j }));
  const task = jointTask({
    name: "all",
    role: "primary",
    targets: names,
    kind,
    scalers,
  }) as never as ReturnType<typeof jointTask>;
  const joined = jointHeads(model, "all", names);

  it.each([4, 16])(
    "counts every label alike, padding and missing ones not at all (batches of %d)",
    async (size) => {
      const params = joined.init(Random.seeded(2, "init"));
      const loss = compile(
        ((p: ParamsTensors, b: Batch) => {
          const { losses, counts } = forward(joined, [task as never], p, b, { training: false });
          return { loss: losses[0]!, count: counts[0]! };
        }) as never,
        { runtime: "tfjs", device: "cpu" },
      );
      const heads = params.heads["all"] as Record<string, NDArray>;
      let start = 0;
      for (const batch of batches(size).epoch(null)) {
        const rows = all.slice(start, start + size);
        start += size;
        const each = names.flatMap((name) =>
          rows.flatMap((row) => {
            const y = labels[name]![row];
            if (y === null || y === undefined) return [];
            const [u, v] = heads[name]!.data;
            const f = x[row]![0]! * u! + x[row]![1]! * v!;
            return [kind === "classification" ? Math.log(1 + Math.exp(f)) - y * f : (f - y) ** 2];
          }),
        );
        const found = (await loss(params as Tree<NDArray>, batch as unknown as Tree<NDArray>)) as Record<
          string,
          NDArray
        >;
        expect(found["loss"]!.data[0]).toBeCloseTo(each.reduce((a, b) => a + b, 0) / each.length, 5);
        expect(found["count"]!.data[0]).toBe(rows.filter((row) => row !== 3).length);
      }
      await loss.dispose();
    },
  );

  it("gives n predictions and labels a sample, in readable units and in place", () => {
    const [batch] = batches(16).epoch(null);
    const found = task.labels!(batch as never);
    expect(found).toHaveLength(16 * 3);
    const back = (value: number, j: number): number =>
      kind === "classification" ? value : value * scalers[j]!.sd + scalers[j]!.mean;
    for (const [j, name] of names.entries()) {
      expect(found[3 * 4 + j]).toBe(back(labels[name]![4]!, j));
      expect(found[3 * 3 + j]).toBe(Number.POSITIVE_INFINITY);
      expect(found[3 * 12 + j]).toBe(Number.POSITIVE_INFINITY);
    }
    const told = task.predict!(array([0, 0, 0, 1, 1, 1], [2, 3]));
    const read = (value: number, j: number): number =>
      kind === "classification" ? 1 / (1 + Math.exp(-value)) : back(value, j);
    expect([...told]).toEqual([0, 0, 0, 1, 1, 1].map((value, i) => expect.closeTo(read(value, i % 3), 12)));
  });
});

describe("meanOverTargets", () => {
  it("is the mean of the metric over the targets that have it, whatever lies in the others' places", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 4 }),
        fc.integer({ min: 1, max: 12 }),
        fc.nat(),
        (n, rows, seed) => {
          const draw = Random.seeded(seed, "rows");
          const prediction = Float64Array.from({ length: n * rows }, () => draw.uniform());
          const label = Float64Array.from({ length: n * rows }, () =>
            draw.uniform() < 0.3 ? Number.POSITIVE_INFINITY : draw.integer(2),
          );
          const own = (j: number) => {
            const at = Array.from({ length: rows }, (_, i) => i * n + j).filter((i) => label[i]! < 2);
            return rocAuc.compute({
              prediction: Float64Array.from(at, (i) => prediction[i]!),
              label: Float64Array.from(at, (i) => label[i]!),
            });
          };
          const each = Array.from({ length: n }, (_, j) => own(j)).filter((value) => value !== null);
          const found = meanOverTargets(rocAuc, n).compute({ prediction, label });
          if (each.length === 0) expect(found).toBeNull();
          else expect(found).toBeCloseTo(each.reduce((a, b) => a + b, 0) / each.length, 12);
        },
      ),
    );
  });

  it("keeps name and direction of the metric", () => {
    const { name, better } = meanOverTargets(rocAuc, 2) satisfies Metric;
    expect([name, better]).toEqual(["roc-auc", "higher"]);
  });
});

describe("several targets in fit", () => {
  it("train, are selected by the mean metric, and are predicted sample by sample", async () => {
    const primary = primaryOf({ name: "all", kind: "classification", columns }, all);
    const fitted = await fit(primary.join(model), {
      tasks: [primary.task as never],
      method: uniform(),
      optimizer: adam({ learningRate: 0.1 }),
      train: batches(4),
      validation: batches(4),
      epochs: 10,
      seed: 0,
      progress: "none",
      runtime: "tfjs",
      device: "cpu",
    });
    const { all: metrics } = await fitted.evaluate(batches(4));
    expect(metrics!["roc-auc"]).toBeCloseTo(fitted.best!.value, 6);
    const told = (await fitted.predict(perTarget(batches(4), 3)))["all"]!;
    expect(told).toHaveLength(3 * N);
    const alone = (await fitted.predict(perTarget(batches(16), 3)))["all"]!;
    told.forEach((value, i) => expect(value).toBeCloseTo(alone[i]!, 5));
    await fitted.dispose();
  });

  it("refuse a model without a head for one of them, and an output of another shape", () => {
    const { code, message } = thrown(() =>
      jointHeads(model, "all", ["a", "z"]).init(Random.seeded(0, "init")),
    );
    expect([code, message]).toEqual(["bad-model", expect.stringContaining('no head for target "z"')]);
    const task = jointTask({ name: "all", role: "primary", targets: names, kind: "classification" });
    expect(thrown(() => task.loss(tf.zeros([4, 2]), {} as never)).code).toBe("bad-model");
    expect(
      thrown(() => jointTask({ name: "none", role: "primary", targets: [], kind: "regression" })).code,
    ).toBe("bad-option");
  });
});

describe("where a metric is undefined", () => {
  const targets = { name: "all", kind: "classification", columns } as const;

  it("says why, and which targets have one", () => {
    expect(undefinedBecause(targets, all)).toBeNull();
    expect(undefinedBecause(targets, [3])).toBe("no molecule has a label there");
    expect(undefinedBecause(targets, [4])).toBe("no target has both classes there");
    expect(definedTargets(targets, [4, 5])).toEqual(
      names.filter((name) => labels[name]![4] !== labels[name]![5] && labels[name]![5] !== null),
    );
    const numbers = { ...targets, kind: "regression" } as const;
    expect(undefinedBecause(numbers, [4])).toBeNull();
  });
});

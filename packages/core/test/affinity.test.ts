import { Bound } from "@outrigger/core/graph/bound";
import { array } from "@outrigger/core/graph/index";
import { adam } from "@outrigger/core/optimize/adam";
import { sgd } from "@outrigger/core/optimize/sgd";
import { headFirst } from "@outrigger/core/procedure/head-first";
import type { AffinityRecord } from "@outrigger/core/train/diagnostics/record";
import type { StepReport } from "@outrigger/core/train/driver";
import { type FitOptions, fit } from "@outrigger/core/train/fit";
import { uniform } from "@outrigger/core/weighting/uniform";
import type { Tensor, Tensor1D } from "@tensorflow/tfjs";
import * as tf from "@tensorflow/tfjs";
import { describe, expect, it, vi } from "vitest";
import { toy } from "./fixtures/toy.ts";
import { stepper, trunkRows } from "./support/stepper.ts";

const { model, ...data } = toy({ batchSize: 24, dropout: 0.3 });
const plain = toy({ dropout: 0 });
const batch = data.train.epoch(null)[Symbol.iterator]().next().value!;
const plainBatch = plain.train.epoch(null)[Symbol.iterator]().next().value!;

/** L_k = a_k/2 ‖θ − c_k‖², one sample, the whole of θ shared. */
function quadratics(a: readonly number[], c: readonly (readonly number[])[], start: readonly number[]) {
  const batches = { size: 1, epoch: () => [{ one: array([1]) }] };
  return {
    model: {
      init: () => ({ trunk: { theta: array(start) }, heads: {} }),
      apply: ({ trunk }: { trunk: { theta: Tensor1D } }) =>
        Object.fromEntries(a.map((_, k) => [`${k}`, trunk.theta])),
    } as never,
    tasks: a.map((curvature, k) => ({
      name: `${k}`,
      role: k === 0 ? ("primary" as const) : ("auxiliary" as const),
      loss: (theta: Tensor) => ({
        values: tf.mul<Tensor1D>(
          curvature / 2,
          tf.reshape(tf.sum(tf.square(tf.sub(theta, tf.tensor1d([...c[k]!])))), [1]),
        ),
      }),
    })),
    train: batches,
    validation: batches,
  };
}

/** Affinity matrices of a run, by step. */
async function affinities(
  of: ReturnType<typeof quadratics>,
  options: Partial<FitOptions<never>> = {},
): Promise<{ step: number; learningRate: number; z: (number | null)[][] }[]> {
  const found: { step: number; learningRate: number; z: (number | null)[][] }[] = [];
  await fit(of.model, {
    ...(of as object),
    method: uniform(),
    optimizer: sgd({ learningRate: 0.125 }),
    epochs: 3,
    seed: 1,
    threads: 1,
    progress: "none",
    diagnostics: { gradientsEvery: Number.POSITIVE_INFINITY, affinityEvery: 1 },
    callbacks: [
      ({ kind, ...event }) => {
        if (kind !== "diagnostic") return;
        const { record } = event as { record: AffinityRecord };
        const z = Object.values(record.affinity).map((row) => Object.values(row));
        found.push({ step: record.step, learningRate: record.learningRate, z });
      },
    ],
    ...options,
  } as FitOptions<never>);
  return found;
}

describe("inter-task affinity", () => {
  const a = [1, 2, 0.5];
  const c = [
    [1, 0],
    [0, 1],
    [-1, -1],
  ];
  const square = (theta: readonly number[], center: readonly number[]): number =>
    theta.reduce((sum, value, i) => sum + (value - center[i]!) ** 2, 0);

  it("is 1 − L_j(θ − η g_i)/L_j(θ) on quadratics, at the optimiser's rate and along the whole run", async () => {
    const rate = (t: number): number => 0.125 / t;
    let theta: number[] = [0.5, 0.25];
    const found = await affinities(quadratics(a, c, theta), { optimizer: sgd({ learningRate: rate }) });
    expect(found.map(({ step }) => step)).toEqual([1, 2, 3]);
    for (const { step, learningRate, z } of found) {
      expect(learningRate).toBe(rate(step));
      a.forEach((_, i) => {
        const ahead = theta.map((value, n) => value - learningRate * a[i]! * (value - c[i]![n]!));
        a.forEach((__, j) =>
          expect(z[i]![j]).toBeCloseTo(1 - square(ahead, c[j]!) / square(theta, c[j]!), 6),
        );
      });
      theta = theta.map(
        (value, n) => value - learningRate * a.reduce((sum, each, k) => sum + each * (value - c[k]![n]!), 0),
      );
    }
  });

  it("of a task with itself is 1 − (1 − η a)², whatever the optimiser", async () => {
    for (const optimizer of [sgd({ learningRate: 0.25, momentum: 0.9 }), adam({ learningRate: 0.25 })]) {
      const [first] = await affinities(quadratics(a, c, [0.5, 0.25]), { optimizer });
      a.forEach((each, i) => expect(first!.z[i]![i]).toBeCloseTo(1 - (1 - 0.25 * each) ** 2, 6));
    }
  });

  it("is negative between tasks that pull apart, and larger for the gentler one", async () => {
    const [first] = await affinities(
      quadratics(
        [1, 0.5],
        [
          [1, 0],
          [-1, 0],
        ],
        [0, 0],
      ),
    );
    const { z } = first!;
    expect(z[0]![1]).toBeCloseTo(1 - 1.125 ** 2, 6);
    expect(z[1]![0]).toBeCloseTo(1 - 1.0625 ** 2, 6);
    expect(z[0]![0]).toBeGreaterThan(0);
  });

  it("is not defined where a loss is 0", async () => {
    const [first] = await affinities(
      quadratics(
        [1, 1],
        [
          [1, 0],
          [0, 0],
        ],
        [0, 0],
      ),
    );
    expect(first!.z.map((row) => row[1])).toEqual([null, null]);
    expect(first!.z[0]![0]).toBeGreaterThan(0);
  });

  const watched = async (
    options: Parameters<typeof stepper>[0],
    on: unknown,
  ): Promise<StepReport["watched"]> => {
    const run = stepper({
      watch: { gradientsEvery: Number.POSITIVE_INFINITY, affinityEvery: 1 },
      ...options,
    });
    const report = await run.run(on as never, 0);
    await run.dispose();
    return report.watched;
  };

  it("sees the same dropout masks before and after: a step of length 0 changes nothing", async () => {
    const found = await watched({ model, optimizer: sgd({ learningRate: 0 }) }, batch);
    expect(found!.affinity!.matrix).toEqual(Array(4).fill([0, 0, 0, 0]));
  });

  it("moves the trunk and leaves the heads where they are", async () => {
    const rate = 0.05;
    const run = stepper({ model: plain.model });
    const params = structuredClone(run.params.tree);
    await run.dispose();
    const rows = await trunkRows(plain.model, params, plainBatch);
    const lossesAt = async (trunk: readonly number[]): Promise<readonly number[]> => {
      const moved = stepper({ model: plain.model, optimizer: sgd({ learningRate: 0 }), params });
      // The trunk's leaves, b [16] before w [3, 16], come after the heads.
      const at = moved.params.data.length - trunk.length;
      trunk.forEach((value, i) => {
        moved.params.data[at + i]! -= value;
      });
      const { losses } = await moved.run(plainBatch, 0);
      await moved.dispose();
      return losses;
    };
    const before = await lossesAt(rows[0]!.map(() => 0));
    const found = await watched(
      { model: plain.model, optimizer: sgd({ learningRate: rate }), params },
      plainBatch,
    );
    for (const [i, row] of rows.entries()) {
      const after = await lossesAt(row.map((value) => rate * value));
      after.forEach((loss, j) =>
        expect(found!.affinity!.matrix[i]![j]).toBeCloseTo(1 - loss / before[j]!, 4),
      );
    }
  });

  it("is not defined from or to a task without a label in the batch", async () => {
    const masks = { ...plainBatch.masks, a: { ...plainBatch.masks["a"]!, data: new Float32Array(32) } };
    const found = await watched({ model: plain.model }, { ...plainBatch, masks });
    const { matrix } = found!.affinity!;
    expect(matrix[1]).toEqual([null, null, null, null]);
    expect(matrix.map((row) => row[1])).toEqual([null, null, null, null]);
    expect(matrix[0]![2]).not.toBeNull();
  });

  it("compiles once under a procedure too, whose steps leave the parameters on the host", async () => {
    const loads = vi.spyOn(Bound, "load");
    const watch = { gradientsEvery: 1, affinityEvery: 1 };
    const run = stepper({ model: plain.model, method: headFirst(), watch });
    const compiled: number[] = [];
    for (let i = 0; i < 3; i++) {
      await run.run(plainBatch, 0);
      compiled.push(loads.mock.calls.length);
    }
    loads.mockRestore();
    await run.dispose();
    expect(compiled[0]).toBeGreaterThan(2);
    expect(compiled.slice(1)).toEqual([compiled[0], compiled[0]]);
  });

  it("leaks no tensors", async () => {
    const watch = { gradientsEvery: 1, affinityEvery: 1 };
    const run = stepper({ watch, compile: { runtime: "tfjs", device: "cpu" } });
    for (let i = 0; i < 2; i++) await run.run(plainBatch, 0);
    const { numTensors } = tf.memory();
    for (let i = 0; i < 10; i++) await run.run(plainBatch, 0);
    expect(tf.memory().numTensors).toBe(numTensors);
    await run.dispose();
  });
});

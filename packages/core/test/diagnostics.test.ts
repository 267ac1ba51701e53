import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { graddrop } from "@outrigger/core/aggregator/graddrop";
import { array } from "@outrigger/core/graph/index";
import { adam } from "@outrigger/core/optimize/adam";
import { sgd } from "@outrigger/core/optimize/sgd";
import { decodeEvents } from "@outrigger/core/train/callback/event-file";
import { tensorBoard } from "@outrigger/core/train/callback/tensor-board";
import type { AffinityRecord, GradientRecord } from "@outrigger/core/train/diagnostics/record";
import type { StepReport } from "@outrigger/core/train/driver";
import { type FitOptions, type Fitted, fit } from "@outrigger/core/train/fit";
import { Look } from "@outrigger/core/train/look";
import { decodeSafetensors } from "@outrigger/core/train/safetensors";
import { arml } from "@outrigger/core/weighting/arml";
import { every } from "@outrigger/core/weighting/combine/every";
import { pcgrad } from "@outrigger/core/weighting/pcgrad";
import { randomWeights } from "@outrigger/core/weighting/random";
import { staticWeights } from "@outrigger/core/weighting/static";
import { uncertainty } from "@outrigger/core/weighting/uncertainty";
import { uniform } from "@outrigger/core/weighting/uniform";
import type { Tensor, Tensor1D } from "@tensorflow/tfjs";
import * as tf from "@tensorflow/tfjs";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { toy } from "./fixtures/toy.ts";
import { refused } from "./support/errors.ts";
import { dot } from "./support/gram.ts";
import { type Batch, stepper, trunkRows } from "./support/stepper.ts";

// Four batches a pass, dropout, masks.
const { model, ...data } = toy({ batchSize: 24, dropout: 0.3 });
const plain = toy({ dropout: 0 });
const batch = data.train.epoch(null)[Symbol.iterator]().next().value!;
const plainBatch = plain.train.epoch(null)[Symbol.iterator]().next().value!;
const often = { gradientsEvery: 3, affinityEvery: 2 };
const names = ["y", "a", "s", "c"];

let folder = "";
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "outrigger-diagnostics-"));
});
afterAll(() => rmSync(folder, { recursive: true }));

const train = (options: Partial<FitOptions<Batch>>): Promise<Fitted<Batch>> =>
  fit(model, {
    ...data,
    method: uniform(),
    optimizer: adam({ learningRate: 0.01 }),
    epochs: 3,
    seed: 1,
    threads: 1,
    progress: "none",
    ...options,
  });

const linesOf = (directory: string): { kind: string; step: number }[] =>
  readFileSync(join(directory, "diagnostics.jsonl"), "utf8")
    .split("\n")
    .slice(0, -1)
    .map((line) => JSON.parse(line) as { kind: string; step: number });

/** All that a checkpoint holds, but for the length of the diagnostics. */
function checkpointOf(directory: string): unknown {
  const path = join(directory, "checkpoint.safetensors");
  const { arrays, metadata } = decodeSafetensors(readFileSync(path), path);
  const { diagnosticsBytes, ...state } = JSON.parse(metadata["state"]!) as Record<string, unknown>;
  return { arrays, state, written: (diagnosticsBytes as number) > 0 };
}

/** A batch in which one task has a loss that is not finite. */
const poisoned = {
  ...data.train,
  *epoch(random: never) {
    let n = 0;
    for (const each of data.train.epoch(random)) {
      const broken = { ...each.labels["a"]!, data: each.labels["a"]!.data.map(() => 1e30) };
      yield n++ === 1 ? { ...each, labels: { ...each.labels, a: broken } } : each;
    }
  },
};

describe("a run that is looked at", () => {
  it.each<[string, Partial<FitOptions<Batch>>]>([
    ["a rule that needs nothing", {}],
    ["a rule that learns from losses", { method: uncertainty() }],
    ["a rule that sees a Gram matrix on some steps", { method: every(2, arml()) }],
    ["a rule that draws random numbers", { method: randomWeights() }],
    ["an aggregator", { method: graddrop() }],
    ["several steps in one call", { method: randomWeights(), stepsPerCall: 4 }],
    ["tfjs", { method: uncertainty(), runtime: "tfjs", device: "cpu" }],
    ["a step that is skipped", { train: poisoned as never, onNonFinite: "skip-step" }],
    ["a task that is left out of a step", { train: poisoned as never, onNonFinite: "drop-task" }],
  ])("is bit for bit the run that is not: %s", async (name, options) => {
    const directory = (looked: string): string => join(folder, `${name} ${looked}`);
    const without = await train({ ...options, directory: directory("without") });
    const looked = await train({ ...options, directory: directory("looked"), diagnostics: often });
    expect(looked.history).toEqual(without.history);
    expect(looked.last).toEqual(without.last);
    expect(checkpointOf(directory("looked"))).toEqual({
      ...(checkpointOf(directory("without")) as object),
      written: true,
    });
    const steps = linesOf(directory("looked")).map(({ kind, step }) => `${kind} ${step}`);
    expect(new Set(steps).size).toBe(steps.length);
    // Twelve steps; those that were skipped did not happen.
    const skipped = looked.history.reduce((sum, record) => sum + record.skipped, 0);
    const due = (every: number): number => Math.ceil((12 - skipped) / every);
    expect(steps.filter((step) => step.startsWith("gradients"))).toHaveLength(due(3));
    expect(steps.filter((step) => step.startsWith("affinity"))).toHaveLength(due(2));
  });

  it("does not compute a Gram matrix twice when the rule has seen one", async () => {
    const looks = vi.spyOn(Look.prototype, "at");
    await train({ method: every(3, pcgrad()), diagnostics: { gradientsEvery: 3 } });
    expect(looks.mock.calls.map(([, wanted]) => wanted)).toEqual(Array(4).fill("gram"));
    looks.mockClear();
    await train({ method: every(3, pcgrad()), diagnostics: { gradientsEvery: 2 } });
    expect(looks).toHaveBeenCalledTimes(8);
    looks.mockRestore();
  });

  it("is looked at on every fiftieth step where nothing else is said", async () => {
    const directory = join(folder, "default");
    await train({ epochs: 26, directory, diagnostics: {} });
    expect(linesOf(directory).map(({ kind, step }) => [kind, step])).toEqual([
      ["gradients", 1],
      ["gradients", 51],
      ["gradients", 101],
    ]);
  });

  it.each([
    [{ gradientsEvery: 0 }, "diagnostics.gradientsEvery"],
    [{ affinityEvery: 2.5 }, "diagnostics.affinityEvery"],
  ])("refuses %o", async (diagnostics, says) => {
    const error = await refused(train({ diagnostics }));
    expect([error.code, error.message]).toEqual(["bad-option", expect.stringContaining(says)]);
  });
});

describe("the diagnostics of a run that was stopped and continued", () => {
  it("are those of one that was not, in the log and in TensorBoard's file", async () => {
    const events = (name: string): unknown =>
      decodeEvents(readFileSync(join(folder, name, "events.out.tfevents.1"))).map(({ event }) => event);
    const options = (name: string): Partial<FitOptions<Batch>> => ({
      directory: join(folder, name),
      checkpointEvery: 2,
      diagnostics: often,
      callbacks: [tensorBoard(join(folder, name, "events.out.tfevents.1"), () => 0)],
    });
    await train(options("whole"));
    // Dies in step 8: the last checkpoint is that of step 6, and two lines of step 7 are written already.
    let steps = 0;
    const kill = ({ kind }: { kind: string }): void => {
      if (kind === "step" && ++steps === 8) throw new Error("killed");
    };
    const { callbacks, ...rest } = options("halved");
    await expect(train({ ...rest, callbacks: [...callbacks!, kill] })).rejects.toThrow("killed");
    const written = linesOf(join(folder, "halved")).map(({ step }) => step);
    expect(written).toEqual([1, 1, 3, 4, 5, 7, 7]);
    await train(options("halved"));
    expect(linesOf(join(folder, "halved"))).toEqual(linesOf(join(folder, "whole")));
    expect(events("halved")).toEqual(events("whole"));
  });

  it("go on after a part that was not looked at, and are gone from a run that begins anew", async () => {
    const directory = join(folder, "on and off");
    await train({ directory, epochs: 1, diagnostics: often });
    await train({ directory, epochs: 2 });
    await train({ directory, epochs: 3, diagnostics: often });
    const steps = linesOf(directory).map(({ step }) => step);
    expect(steps.filter((step) => step <= 4).length).toBeGreaterThan(0);
    expect(steps.filter((step) => step > 4 && step <= 8)).toEqual([]);
    expect(steps.filter((step) => step > 8).length).toBeGreaterThan(0);
    await train({ directory, epochs: 1, resume: false });
    expect(linesOf(directory)).toEqual([]);
  });
});

describe("gradient records", () => {
  const record = async (options: Partial<FitOptions<Batch>>): Promise<GradientRecord> => {
    const found: GradientRecord[] = [];
    await fit(plain.model, {
      ...plain,
      method: uniform(),
      optimizer: sgd({ learningRate: 0.1 }),
      train: { size: 1, epoch: () => [plainBatch] },
      epochs: 1,
      seed: 1,
      threads: 1,
      progress: "none",
      diagnostics: { gradientsEvery: 1 },
      callbacks: [
        (event) => {
          if (event.kind === "diagnostic" && event.record.kind === "gradients") found.push(event.record);
        },
      ],
      ...options,
    });
    expect(found).toHaveLength(1);
    return found[0]!;
  };

  it.each([
    ["a rule", staticWeights({ weights: [1, 0.5, 2, 0] })],
    ["an aggregator", graddrop()],
  ])("hold norms, cosines and shares of the trunk's gradients: %s", async (kind, method) => {
    const found = await record({ method });
    const { last } = await fit(plain.model, {
      ...plain,
      method: uniform(),
      optimizer: sgd({ learningRate: 0 }),
      epochs: 1,
      seed: 1,
      threads: 1,
      progress: "none",
    });
    const rows = await trunkRows(plain.model, last, plainBatch);
    const norms = rows.map((row) => Math.sqrt(dot(row, row)));
    expect([found.kind, found.step, found.epoch]).toEqual(["gradients", 1, 0]);
    names.forEach((i, m) => {
      expect(found.norms[i]).toBeCloseTo(norms[m]!, 4);
      names.forEach((j, n) =>
        expect(found.cosines[i]![j]).toBeCloseTo(dot(rows[m]!, rows[n]!) / (norms[m]! * norms[n]!), 5),
      );
    });
    if (kind === "an aggregator") {
      expect(found.effectiveWeights).toBeNull();
      return;
    }
    const parts = norms.map((norm, k) => norm * [1, 0.5, 2, 0][k]!);
    const total = parts.reduce((a, b) => a + b);
    expect(found.weights).toEqual({ y: 1, a: 0.5, s: 2, c: 0 });
    names.forEach((name, k) => expect(found.effectiveWeights![name]).toBeCloseTo(parts[k]! / total, 5));
  });

  it("have no cosine for a task without a label, and no share for it", async () => {
    const masks = { ...plainBatch.masks, a: { ...plainBatch.masks["a"]!, data: new Float32Array(32) } };
    const all = [...plain.train.epoch(null)];
    const source = { size: 2, epoch: () => [{ ...plainBatch, masks }, all[1]!] };
    const found = await record({ train: source, diagnostics: { gradientsEvery: 2 } });
    expect([found.norms["a"], found.effectiveWeights!["a"], found.cosines["a"]!["y"]]).toEqual([0, 0, null]);
    expect(found.cosines["y"]!["s"]).toBeGreaterThan(0);
  });
});

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
    expect(found!.affinity!.matrix).toEqual(names.map(() => [0, 0, 0, 0]));
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
});

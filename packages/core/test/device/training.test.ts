import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { adam } from "@outrigger/core/optimize/adam";
import { sgd } from "@outrigger/core/optimize/sgd";
import { Random } from "@outrigger/core/random";
import type { DiagnosticRecord } from "@outrigger/core/train/diagnostics/record";
import {
  type DiagnosticSummary,
  keepDiagnostics,
  summarizeDiagnostics,
} from "@outrigger/core/train/diagnostics/summary";
import { type Fitted, fit } from "@outrigger/core/train/fit";
import type { FitOptions } from "@outrigger/core/train/options";
import { Stepper } from "@outrigger/core/train/step";
import { every } from "@outrigger/core/weighting/combine/every";
import { pcgrad } from "@outrigger/core/weighting/pcgrad";
import { uniform } from "@outrigger/core/weighting/uniform";
import * as tf from "@tensorflow/tfjs";
import { describe, expect, it } from "vitest";
import { toy } from "../fixtures/toy.ts";
import { refused } from "../support/errors.ts";
import { gpus, tensorflow } from "./optional.ts";

const data = toy({ samples: 90 });
const train = (options: Partial<FitOptions<never>>) =>
  fit(data.model, {
    tasks: data.tasks,
    method: every(2, pcgrad()),
    optimizer: adam({ learningRate: 0.01 }),
    train: data.train,
    validation: data.validation,
    epochs: 3,
    seed: 1,
    maxGradientNorm: 1,
    progress: "none",
    ...options,
  } as never);

const stepper = (options: object) =>
  new Stepper({
    model: data.model,
    tasks: data.tasks,
    method: uniform(),
    optimizer: sgd({ learningRate: 0.1, momentum: 0.9 }),
    params: data.model.init(Random.seeded(1, "init")),
    streams: {
      dropout: Random.seeded(1, "dropout"),
      method: Random.seeded(1, "method"),
      dev: Random.seeded(1, "dev"),
      other: Random.seeded(1, "other"),
    },
    ...options,
  } as never);
const firstBatch = data.train.epoch(null)[Symbol.iterator]().next().value!;

/** Greatest difference, relative to the greatest number. */
function gap(a: Float32Array, b: Float32Array): number {
  const scale = Math.max(...b.map(Math.abs));
  return Math.max(...a.map((value, i) => Math.abs(value - b[i]!))) / scale;
}

for (const { name, options: onDevice, keeps, missing } of [...gpus, tensorflow]) {
  describe.skipIf(missing !== "")(`training on ${name}${missing}`, () => {
    it("takes the steps of the CPU, and its parameters and slots come back", async () => {
      const [here, there] = [{ runtime: "onnx", device: "cpu" }, onDevice].map((compile) =>
        stepper({ compile, maxGradientNorm: 1 }),
      );
      for (let i = 0; i < 5; i++) {
        const wanted = await here!.run(firstBatch, 0);
        const found = await there!.run(firstBatch, 0);
        expect(gap(Float32Array.from(found.losses), Float32Array.from(wanted.losses))).toBeLessThan(1e-4);
      }
      const start = stepper({}).params.data;
      if (keeps) expect(there!.params.data).toEqual(start);
      await there!.sync();
      expect(gap(there!.params.data, here!.params.data)).toBeLessThan(1e-4);
      expect(gap(there!.params.data, start)).toBeGreaterThan(1e-3);
      expect(gap(there!.slots.momentum!, here!.slots.momentum!)).toBeLessThan(1e-4);
      await Promise.all([here!.dispose(), there!.dispose()]);
    });

    it("takes several steps in one call as it takes them one by one, and leaks nothing", async () => {
      const before = tf.memory().numTensors;
      const [single, together] = [1, 2].map(() => stepper({ compile: onDevice, stepsPerCall: 3 }));
      const several = async (): Promise<number[]> => {
        const losses: number[] = [];
        for await (const report of together!.runs([firstBatch, firstBatch, firstBatch] as never, 0))
          losses.push(...report.losses);
        return losses;
      };
      const wanted: number[] = [];
      for (let i = 0; i < 3; i++) wanted.push(...(await single!.run(firstBatch, 0)).losses);
      expect(gap(Float32Array.from(await several()), Float32Array.from(wanted))).toBeLessThan(1e-5);
      await Promise.all([single!.sync(), together!.sync()]);
      expect(gap(together!.params.data, single!.params.data)).toBeLessThan(1e-5);
      const { numTensors } = tf.memory();
      for (let i = 0; i < 5; i++) await several();
      expect(tf.memory().numTensors).toBe(numTensors);
      await Promise.all([single!.dispose(), together!.dispose()]);
      expect(tf.memory().numTensors).toBe(before);
    });

    it("is the same run with a Gram rule, dropout, clipping and Adam, within 1e-4", async () => {
      const [here, there] = [await train({ runtime: "onnx", device: "cpu" }), await train(onDevice)];
      expect(there.history.length).toBe(3);
      there.history.forEach(({ validation }, i) => {
        expect(validation.y!.rmse).toBeCloseTo(here.history[i]!.validation.y!.rmse!, 4);
      });
      expect((await there.evaluate(data.test)).y!.rmse).toBeCloseTo(
        (await here.evaluate(data.test)).y!.rmse!,
        4,
      );
    });

    it("is the same run when it is looked at, and sees the gradients and affinities of the CPU", async () => {
      const looked = async (options: object): Promise<[Fitted<never>, DiagnosticSummary]> => {
        const records: DiagnosticRecord[] = [];
        const method = uniform();
        const diagnostics = { gradientsEvery: 2, affinityEvery: 3 };
        const callbacks = [keepDiagnostics(records)];
        const fitted = await train({ method, diagnostics, callbacks, epochs: 2, ...options });
        return [fitted, summarizeDiagnostics(records, data.tasks)];
      };
      const [there, seen] = await looked(onDevice);
      expect(there.last).toEqual((await train({ ...onDevice, method: uniform(), epochs: 2 })).last);
      const [, wanted] = await looked({ runtime: "onnx", device: "cpu" });
      const close = (found: unknown, expected: unknown): void => {
        const numbers = (of: unknown): Float32Array => Float32Array.from([of].flat(3) as number[]);
        expect(gap(numbers(found), numbers(expected))).toBeLessThan(1e-3);
      };
      close(seen.gradients!.norms, wanted.gradients!.norms);
      close(seen.gradients!.meanCosines, wanted.gradients!.meanCosines);
      close(seen.affinity, wanted.affinity);
    });

    it("goes on from a checkpoint", async () => {
      const directory = mkdtempSync(join(tmpdir(), "outrigger-"));
      const whole = await train(onDevice);
      await train({ ...onDevice, epochs: 1, directory });
      const resumed = await train({ ...onDevice, directory });
      rmSync(directory, { recursive: true });
      expect(resumed.history.length).toBe(3);
      expect(resumed.history[2]!.validation.y!.rmse).toBeCloseTo(whole.history[2]!.validation.y!.rmse!, 5);
    });

    it("leaves parameters as they were when a loss is not finite", async () => {
      const run = stepper({ compile: onDevice });
      await run.run(firstBatch, 0);
      await run.sync();
      const before = run.params.data.slice();
      // Not NaN: shaders may take it for a number, and a rectifier then gives 0.
      const inputs = { ...firstBatch.inputs, data: firstBatch.inputs.data.map(() => 1e30) };
      const error = await refused(run.run({ ...firstBatch, inputs } as never, 0));
      expect(error.code).toBe("non-finite");
      await run.sync();
      expect(run.params.data).toEqual(before);
      await run.dispose();
    });

    it("leaks neither tensors nor memory over 40 steps", async () => {
      const before = tf.memory().numTensors;
      const run = stepper({ compile: onDevice });
      for (let i = 0; i < 3; i++) await run.run(firstBatch, 0);
      const { numTensors } = tf.memory();
      for (let i = 0; i < 40; i++) await run.run(firstBatch, 0);
      expect(tf.memory().numTensors).toBe(numTensors);
      await run.dispose();
      expect(tf.memory().numTensors).toBe(before);
    });
  });
}

import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { array } from "@outrigger/core/graph/index";
import { adam } from "@outrigger/core/optimize/adam";
import { sgd } from "@outrigger/core/optimize/sgd";
import { Random } from "@outrigger/core/random";
import { DeviceLearner } from "@outrigger/core/train/device-learner";
import { type FitOptions, type Fitted, fit } from "@outrigger/core/train/fit";
import type { StepOptions, Stepper } from "@outrigger/core/train/step";
import { every } from "@outrigger/core/weighting/combine/every";
import { pcgrad } from "@outrigger/core/weighting/pcgrad";
import { randomWeights } from "@outrigger/core/weighting/random";
import { uncertainty } from "@outrigger/core/weighting/uncertainty";
import { uniform } from "@outrigger/core/weighting/uniform";
import * as tf from "@tensorflow/tfjs";
import { afterEach, describe, expect, it, vi } from "vitest";
import { toy } from "./fixtures/toy.ts";
import { refused } from "./support/errors.ts";
import { type Batch, stepper as plainStepper } from "./support/stepper.ts";

// Seven batches a pass, dropout, masks.
const { model, ...data } = toy({ batchSize: 13, dropout: 0.3 });

const calls = vi.spyOn(DeviceLearner.prototype, "together");
const lengths = (): number[] => calls.mock.calls.map(([batches]) => batches.length);
afterEach(() => calls.mockClear());

const streams = () => ({
  dropout: Random.seeded(1, "dropout"),
  method: Random.seeded(1, "method"),
  dev: Random.seeded(1, "dev"),
  other: Random.seeded(1, "other"),
});

const stepper = (options: Partial<StepOptions<Batch>> = {}): Stepper<Batch> =>
  plainStepper({
    model,
    optimizer: adam({ learningRate: (t) => 0.01 / t }),
    streams: streams(),
    stepsPerCall: 7,
    ...options,
  });
const batches = [...data.train.epoch(Random.seeded(1, "order"))];

async function end(run: Stepper<Batch>): Promise<unknown> {
  await run.sync();
  const found = { params: run.params.data.slice(), slots: structuredClone(run.slots), state: run.state };
  await run.dispose();
  return found;
}

const train = (options: Partial<FitOptions<Batch>>): Promise<Fitted<Batch>> =>
  fit(model, {
    ...data,
    method: randomWeights(),
    optimizer: adam({ learningRate: 0.01 }),
    epochs: 3,
    seed: 1,
    threads: 1,
    progress: "none",
    ...options,
  });

describe("several steps in one call", () => {
  it.each<[string, Partial<StepOptions<Batch>>, number[]]>([
    ["random weights", { method: randomWeights() }, [7, 3]],
    [
      "clipped gradients",
      { maxGradientNorm: 0.5, optimizer: sgd({ learningRate: 0.1, momentum: 0.9 }) },
      [7, 3],
    ],
    ["tfjs", { compile: { runtime: "tfjs", device: "cpu" } }, [7, 3]],
    ["a rule that looks at gradients now and then", { method: every(4, pcgrad()) }, [3, 2]],
    ["a rule that learns from every step", { method: uncertainty() }, []],
  ])("are bit for bit those of single calls: %s", async (_, options, expected) => {
    const [one, many] = [streams(), streams()];
    const single = stepper({ ...options, streams: one });
    const together = stepper({ ...options, streams: many });
    const wanted = [];
    const found = [];
    for (const batch of [...batches, ...batches.slice(0, 3)]) wanted.push(await single.run(batch, 0));
    for await (const report of together.runs(batches, 0)) found.push(report);
    for await (const report of together.runs(batches.slice(0, 3), 0)) found.push(report);
    expect(found).toEqual(wanted);
    expect(lengths()).toEqual(expected);
    expect(await end(together)).toEqual(await end(single));
    expect(many.dropout.state).toEqual(one.dropout.state);
    expect(many.method.state).toEqual(one.method.state);
  });

  it.each<[string, Partial<StepOptions<Batch>>, number]>([
    ["a loss", {}, 3],
    ["a gradient to be clipped", { maxGradientNorm: 1 }, 3],
  ])("end with the error and in the state of single calls when %s is not finite", async (_, options, at) => {
    const poisoned = batches.map((batch, i) =>
      i === at
        ? { ...batch, inputs: array(batch.inputs.data.map(() => 1e38) as Float32Array, batch.inputs.shape) }
        : batch,
    );
    const [single, together] = [stepper(options), stepper(options)];
    const one = await refused(
      (async () => {
        for (const batch of poisoned) await single.run(batch, 0);
      })(),
    );
    const many = await refused(
      (async () => {
        for await (const report of together.runs(poisoned, 0)) expect(report.losses).toHaveLength(4);
      })(),
    );
    expect(lengths()).toEqual([7]);
    // The loss is the library's own, so that its line is that of this test's call: two lines here.
    const said = ({ code, message, details }: typeof one): string =>
      JSON.stringify([code, message, details]).replaceAll(/(?<=\.test\.ts:)\d+:\d+/g, "");
    expect(said(many)).toBe(said(one));
    expect(many.message).toContain(`at step ${at}`);
    expect(await end(together)).toEqual(await end(single));
  });

  it.each([Number.POSITIVE_INFINITY, 3.5e38])(
    "clip nothing at a limit of %d, which single precision does not hold",
    async (maxGradientNorm) => {
      const ends: unknown[] = [];
      for (const limit of [{}, { maxGradientNorm }]) {
        const run = stepper(limit);
        for await (const { losses } of run.runs(batches, 0)) expect(losses.every(Number.isFinite)).toBe(true);
        ends.push(await end(run));
      }
      expect(ends[1]).toEqual(ends[0]);
    },
  );

  it("stop before weights that are not finite", async () => {
    const method = {
      ...uniform(),
      weigh: (view: { step: number }) => ({
        weights: [1, 1, 1, view.step === 2 ? Number.NaN : 1],
        state: null,
      }),
    };
    const run = stepper({ method: method as never });
    const found: unknown[] = [];
    const error = await refused(
      (async () => {
        for await (const report of run.runs(batches, 0)) found.push(report);
      })(),
    );
    expect(error.message).toMatch(/weight NaN to task "c" at step 2/);
    expect([found.length, lengths()]).toEqual([2, [2]]);
    await run.dispose();
  });

  it("leave a batch of another shape to the error that names it", async () => {
    const cut = { ...batches[1]!, inputs: array(new Float32Array(12), [4, 3]) };
    const run = stepper();
    const error = await refused(
      (async () => {
        for await (const report of run.runs([batches[0]!, cut], 0)) expect(report.losses).toHaveLength(4);
      })(),
    );
    expect(error.code).toBe("shape");
    await run.dispose();
  });

  it("refuse a model that assigns variables", async () => {
    const statistic = tf.variable(tf.scalar(0), false, "statistic");
    const moving = {
      ...model,
      apply: ((params, batch, mode) => {
        statistic.assign(tf.add(statistic, tf.mean(batch.inputs)));
        return model.apply(params, batch, mode);
      }) as typeof model.apply,
    };
    const error = await refused(stepper({ model: moving }).runs(batches, 0).next() as Promise<unknown>);
    statistic.dispose();
    expect(error.code).toBe("trace");
    expect(error.message).toContain("tf.Variable statistic");
  });
});

describe("fit with several steps a call", () => {
  it("is the run of any other number of them, to rounding that of one, and asks for the calls that fit", async () => {
    const events: string[] = [];
    const four = await train({ stepsPerCall: 4, progress: ({ kind }) => events.push(kind) });
    expect(lengths()).toEqual([4, 3, 4, 3, 4, 3]);
    expect(events.filter((kind) => kind === "step")).toHaveLength(21);
    const seven = await train({ stepsPerCall: 7 });
    const one = await train({});
    expect([four.history, four.last]).toEqual([seven.history, seven.last]);
    expect(lengths().slice(6)).toEqual([7, 7, 7]);
    four.history.forEach((record, epoch) => {
      expect(record.weights).toEqual(one.history[epoch]!.weights);
      expect(record.validation.y!.rmse).toBeCloseTo(one.history[epoch]!.validation.y!.rmse!, 5);
    });
  });

  it("ends the same, bytes and all, when it is stopped and continued in the middle of an epoch", async () => {
    const folder = mkdtempSync(join(tmpdir(), "outrigger-chunks-"));
    const bytes = (name: string): Buffer => readFileSync(join(folder, name, "checkpoint.safetensors"));
    const options = { stepsPerCall: 4, checkpointEvery: 6 };
    await train({ ...options, directory: join(folder, "whole") });
    expect(lengths()).toEqual([4, 2, 4, 2, 4, 3]);
    const stop = new AbortController();
    let steps = 0;
    const half = await train({
      ...options,
      directory: join(folder, "halved"),
      signal: stop.signal,
      progress: ({ kind }) => {
        if (kind === "step" && ++steps === 9) stop.abort();
      },
    });
    expect([half.stopped, steps]).toEqual(["signal", 11]);
    await train({ ...options, directory: join(folder, "halved") });
    expect(bytes("halved").equals(bytes("whole"))).toBe(true);
    rmSync(folder, { recursive: true });
  });

  it("refuses a number of steps that is none", async () => {
    expect((await refused(train({ stepsPerCall: 0 }))).message).toContain("stepsPerCall");
  });
});

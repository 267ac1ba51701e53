import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { dbMtlEma } from "@outrigger/core/aggregator/db-mtl-ema";
import { sum } from "@outrigger/core/aggregator/sum";
import { array } from "@outrigger/core/graph/index";
import { adam } from "@outrigger/core/optimize/adam";
import { type FitOptions, type Fitted, fit } from "@outrigger/core/train/fit";
import type { OnNonFinite } from "@outrigger/core/train/non-finite";
import type { StepOptions, Stepper } from "@outrigger/core/train/step";
import { famo } from "@outrigger/core/weighting/famo";
import { pcgrad } from "@outrigger/core/weighting/pcgrad";
import { randomWeights } from "@outrigger/core/weighting/random";
import { uncertainty } from "@outrigger/core/weighting/uncertainty";
import { uniform } from "@outrigger/core/weighting/uniform";
import type { Weighting } from "@outrigger/core/weighting/weighting";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { toy } from "./fixtures/toy.ts";
import { refused } from "./support/errors.ts";
import { type Batch, spy, stepper } from "./support/stepper.ts";

const { model, ...data } = toy();
const [first, second, third] = [...data.train.epoch(null)];
type HostBatch = NonNullable<typeof first>;

/** The batch with labels of a task that are NaN, or hidden by the mask. */
function spoilt(batch: HostBatch, task: string, how: "broken" | "hidden" = "broken"): HostBatch {
  const { labels, masks } = batch;
  const filled = (value: number) => array(new Float32Array(labels[task]!.data.length).fill(value));
  return how === "broken"
    ? { ...batch, labels: { ...labels, [task]: filled(Number.NaN) }, masks: { ...masks, [task]: filled(1) } }
    : { ...batch, labels: { ...labels, [task]: filled(0) }, masks: { ...masks, [task]: filled(0) } };
}

const started = (options: Partial<StepOptions<Batch>>): Stepper<Batch> =>
  stepper({ optimizer: adam({ learningRate: 0.05 }), ...options });

/** Parameters, slots, state and reports after steps on some batches. */
async function after(options: Partial<StepOptions<Batch>>, batches: readonly HostBatch[]) {
  const run = started(options);
  const reports = [];
  for await (const report of run.runs(batches, 0)) reports.push(report);
  await run.sync();
  const { params, slots, memory, state } = run;
  const end = structuredClone({ params: params.data, slots, memory, state });
  await run.dispose();
  return { ...end, reports };
}

const ways: Readonly<Record<string, () => Partial<StepOptions<Batch>>>> = {
  "fixed weights": () => ({ method: uniform() }),
  "fixed weights, four steps a call": () => ({ method: uniform(), stepsPerCall: 4 }),
  "random weights": () => ({ method: randomWeights() }),
  "a rule that learns from losses": () => ({ method: uncertainty() }),
  "a rule that looks at losses before and after": () => ({ method: famo() }),
  "a Gram rule": () => ({ method: pcgrad() }),
  "an aggregator": () => ({ method: sum() }),
  "an aggregator that remembers gradients": () => ({ method: dbMtlEma() }),
  "fixed weights on tfjs": () => ({ method: uniform(), compile: { runtime: "tfjs", device: "cpu" } }),
};

describe.each(Object.entries(ways))("%s", (_, options) => {
  it("skip-step: the steps before and after are bit for bit those of a run without the batch", async () => {
    const broken = spoilt(second!, "a");
    const skipping = await after({ ...options(), onNonFinite: "skip-step" }, [first!, broken, third!]);
    const never = await after({ ...options(), onNonFinite: "skip-step" }, [first!, third!]);
    expect(skipping.reports.map(({ skipped }) => skipped)).toEqual([undefined, true, undefined]);
    const { reports, ...end } = skipping;
    const { reports: others, ...expected } = never;
    expect(end).toEqual(expected);
    expect([reports[0], reports[2]]).toEqual(others);
  });

  it("drop-task: the step is that of a batch without labels of the task", async () => {
    const [broken, hidden] = [spoilt(second!, "a"), spoilt(second!, "a", "hidden")];
    const dropping = await after({ ...options(), onNonFinite: "drop-task" }, [first!, broken, third!]);
    const masked = await after({ ...options(), onNonFinite: "drop-task" }, [first!, hidden, third!]);
    expect(dropping.reports.map(({ dropped }) => dropped)).toEqual([undefined, [1], undefined]);
    expect(dropping.reports[1]!.counts[1]).toBe(0);
    expect(masked.reports.map(({ dropped }) => dropped)).toEqual([undefined, undefined, undefined]);
    const off = Math.max(...dropping.params.map((value, i) => Math.abs(value - masked.params[i]!)));
    expect(off).toBeLessThan(1e-5);
    expect(dropping.state.step).toBe(3);
  });
});

describe("what a policy does not cover", () => {
  const broken = (method: Weighting | undefined, batch: HostBatch, onNonFinite: OnNonFinite) =>
    refused(after({ ...(method && { method }), onNonFinite }, [first!, batch]));

  it("a primary that is not finite cannot be dropped, also when an auxiliary is not finite either", async () => {
    for (const batch of [spoilt(second!, "y"), spoilt(spoilt(second!, "y"), "a")]) {
      const { code, message } = await broken(undefined, batch, "drop-task");
      expect([code, message]).toEqual(["non-finite", expect.stringContaining('The loss of task "y" is NaN')]);
    }
  });

  it("a rule that gives NaN ends the run", async () => {
    for (const policy of ["skip-step", "drop-task"] as const) {
      const { code, message } = await broken(spy("nothing", [1, Number.NaN, 1, 1]), second!, policy);
      expect([code, message]).toEqual(["non-finite", expect.stringContaining("gave weight NaN")]);
    }
  });

  it("several tasks are dropped together", async () => {
    const batch = spoilt(spoilt(second!, "c"), "a");
    const { reports } = await after({ onNonFinite: "drop-task" }, [first!, batch, third!]);
    expect(reports.map(({ dropped }) => dropped)).toEqual([undefined, [1, 3], undefined]);
  });

  it("a gradient that is not finite behind finite losses is skipped, and nothing is changed", async () => {
    // The derivative of |x|^(1/2) at 0 is infinite, its value is not.
    const odd: StepOptions<Batch>["tasks"] = data.tasks.map((task) =>
      task.name === "a"
        ? {
            ...task,
            loss: (output, batch) => {
              const { values, mask } = task.loss(output, batch);
              return { values: values.mul(0).sqrt() as never, ...(mask && { mask }) };
            },
          }
        : task,
    );
    for (const stepsPerCall of [1, 2]) {
      const run = started({ tasks: odd, stepsPerCall, onNonFinite: "skip-step" });
      const before = run.params.data.slice();
      const report = await run.run(first!, 0);
      await run.sync();
      expect(report.skipped).toBe(true);
      expect(run.params.data).toEqual(before);
      await run.dispose();
    }
  });
});

describe("fit", () => {
  /** Every second batch of an epoch, as it comes, has labels of `a` that are NaN. */
  const brokenData = {
    ...data.train,
    *epoch(random: Parameters<typeof data.train.epoch>[0]) {
      let at = 0;
      for (const batch of data.train.epoch(random)) yield at++ % 2 === 1 ? spoilt(batch, "a") : batch;
    },
  };
  const train = (options: Partial<FitOptions<Batch>>): Promise<Fitted<Batch>> =>
    fit(model, {
      ...data,
      train: brokenData,
      method: uniform(),
      optimizer: adam({ learningRate: 0.01 }),
      epochs: 3,
      seed: 1,
      threads: 1,
      progress: "none",
      ...options,
    });
  let folder = "";
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), "outrigger-non-finite-"));
  });
  afterAll(() => rmSync(folder, { recursive: true }));
  const broken = Math.floor(data.train.size / 2);

  it("counts in the history what was passed over", async () => {
    const skipping = await train({ onNonFinite: "skip-step" });
    expect(skipping.history.map(({ skipped, step }) => [skipped, step])).toEqual(
      [1, 2, 3].map((epochs) => [broken, epochs * (data.train.size - broken)]),
    );
    const dropping = await train({ onNonFinite: "drop-task" });
    expect(dropping.history.map(({ dropped }) => dropped)).toEqual(
      [1, 2, 3].map(() => ({ y: 0, a: broken, s: 0, c: 0 })),
    );
    await Promise.all([skipping.dispose(), dropping.dispose()]);
  });

  it("continues bit for bit from a checkpoint within an epoch", async () => {
    for (const onNonFinite of ["skip-step", "drop-task"] as const) {
      const ends: Buffer[] = [];
      for (const name of ["whole", "stopped"]) {
        const directory = join(folder, onNonFinite, name);
        const options = { onNonFinite, directory, checkpointEvery: 1 };
        if (name === "stopped") {
          const stop = new AbortController();
          let steps = 0;
          const stopped = await train({
            ...options,
            signal: stop.signal,
            progress: ({ kind }) => {
              if (kind === "step" && ++steps === 5) stop.abort();
            },
          });
          await stopped.dispose();
        }
        const fitted = await train(options);
        await fitted.dispose();
        ends.push(readFileSync(join(directory, "checkpoint.safetensors")));
      }
      expect(ends[1]!.equals(ends[0]!)).toBe(true);
    }
  });

  it("says that a task was left out, where none of its losses was finite in an epoch", async () => {
    const all = { ...data.train, epoch: () => [first!, second!].map((batch) => spoilt(batch, "a")) };
    const { code, message } = await refused(train({ train: all, onNonFinite: "drop-task" }));
    expect([code, message]).toEqual([
      "non-finite",
      'Task "a" was left out of 2 steps of epoch 0 because its loss was not finite, and had labels in no other. ' +
        "Leave `onNonFinite` out to see why.",
    ]);
  });

  it("refuses a policy that does not exist, and an epoch without a step", async () => {
    const all = { ...data.train, epoch: () => [spoilt(first!, "y"), spoilt(second!, "y")] };
    const { message } = await refused(train({ train: all, onNonFinite: "skip-step" }));
    expect(message).toContain("All 2 steps of epoch 0 were skipped");
    const bad = await refused(train({ onNonFinite: "ignore" as OnNonFinite }));
    expect([bad.code, bad.message]).toEqual([
      "bad-option",
      expect.stringContaining("error, skip-step, drop-task"),
    ]);
  });
});

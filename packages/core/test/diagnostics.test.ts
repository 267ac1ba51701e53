import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { graddrop } from "@outrigger/core/aggregator/graddrop";
import { rotograd } from "@outrigger/core/feature/rotograd";
import { adam } from "@outrigger/core/optimize/adam";
import { sgd } from "@outrigger/core/optimize/sgd";
import { decodeEvents } from "@outrigger/core/train/callback/event-file";
import { tensorBoard } from "@outrigger/core/train/callback/tensor-board";
import type { GradientRecord } from "@outrigger/core/train/diagnostics/record";
import { type FitOptions, type Fitted, fit } from "@outrigger/core/train/fit";
import { Look } from "@outrigger/core/train/look";
import { decodeSafetensors } from "@outrigger/core/train/safetensors";
import { arml } from "@outrigger/core/weighting/arml";
import { every } from "@outrigger/core/weighting/combine/every";
import { perLayer } from "@outrigger/core/weighting/combine/per-layer";
import { representation } from "@outrigger/core/weighting/combine/representation";
import { famo } from "@outrigger/core/weighting/famo";
import { gls } from "@outrigger/core/weighting/gls";
import { mgda } from "@outrigger/core/weighting/mgda";
import { pcgrad } from "@outrigger/core/weighting/pcgrad";
import { randomWeights } from "@outrigger/core/weighting/random";
import { staticWeights } from "@outrigger/core/weighting/static";
import { uncertainty } from "@outrigger/core/weighting/uncertainty";
import { uniform } from "@outrigger/core/weighting/uniform";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { toy } from "./fixtures/toy.ts";
import { refused } from "./support/errors.ts";
import { dot } from "./support/gram.ts";
import { type Batch, spy, trunkRows } from "./support/stepper.ts";

// Four batches a pass, dropout, masks.
const { model, ...data } = toy({ batchSize: 24, dropout: 0.3 });
const plain = toy({ dropout: 0 });
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
    ["a rule that sees losses first", { method: gls() }],
    ["a rule that sees losses after the step too", { method: famo() }],
    ["a rule at every layer", { method: perLayer(pcgrad()) }],
    ["a rule at the representation", { method: representation(mgda()) }],
    ["an aggregator", { method: graddrop() }],
    ["a method at the representation", { method: rotograd() }],
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
    const [rule, watcher] = [vi.spyOn(Look.prototype, "ahead"), vi.spyOn(Look.prototype, "at")];
    await train({ method: every(3, pcgrad()), diagnostics: { gradientsEvery: 3 } });
    expect(rule.mock.calls.map(([, wanted]) => wanted)).toEqual(Array(4).fill("gram"));
    expect(watcher).not.toHaveBeenCalled();
    await train({ method: every(3, pcgrad()), diagnostics: { gradientsEvery: 2 } });
    // Steps 2, 4, 8 and 10: the rule looks at 0, 3, 6 and 9.
    expect(watcher.mock.calls.map(([, wanted]) => wanted)).toEqual(Array(4).fill("gram"));
    for (const spy of [rule, watcher]) spy.mockRestore();
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
    [
      "a rule at the representation",
      representation({ ...spy("gram", [1, 0.5, 2, 0]), atRepresentation: true }),
    ],
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

import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { rotograd } from "@outrigger/core/feature/rotograd";
import { adam } from "@outrigger/core/optimize/adam";
import { type FitOptions, type Fitted, fit } from "@outrigger/core/train/fit";
import { decodeSafetensors } from "@outrigger/core/train/safetensors";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { toy } from "./fixtures/toy.ts";
import type { Batch } from "./support/stepper.ts";

const { model, ...data } = toy();
const train = (options: Partial<FitOptions<Batch>> = {}): Promise<Fitted<Batch>> =>
  fit(model, {
    ...data,
    method: rotograd(),
    optimizer: adam({ learningRate: 0.01 }),
    epochs: 3,
    seed: 1,
    threads: 1,
    progress: "none",
    ...options,
  });

describe("a checkpoint of a run with rotations", () => {
  let folder = "";
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), "outrigger-rotograd-"));
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  it("continues bit for bit, with rotations, their moments and the initial lengths", async () => {
    const ends: Buffer[] = [];
    for (const name of ["whole", "stopped"]) {
      const options = { directory: join(folder, name), checkpointEvery: 2, method: rotograd({ burnIn: 6 }) };
      if (name === "stopped") {
        const stop = new AbortController();
        let steps = 0;
        const halted = await train({
          ...options,
          signal: stop.signal,
          progress: ({ kind }) => {
            if (kind === "step" && ++steps === 5) stop.abort();
          },
        });
        await halted.dispose();
      }
      const fitted = await train(options);
      await fitted.dispose();
      ends.push(readFileSync(join(folder, name, "checkpoint.safetensors")));
    }
    expect(ends[1]!.equals(ends[0]!)).toBe(true);
    const { arrays, metadata } = decodeSafetensors(ends[0]!, "whole");
    for (const part of ["params", "best"]) {
      const { data } = arrays.get(`${part}/heads/a/inserted/rotation`)!;
      // A multiple of 17 is on the diagonal.
      expect(data.some((value, i) => value !== (i % 17 === 0 ? 1 : 0))).toBe(true);
      expect(arrays.get(`${part}/heads/a/inserted/turn`)!.data.some((value) => value !== 0)).toBe(true);
    }
    const state = JSON.parse(metadata["state"]!) as { step: { method: { t: number; initial: number[] } } };
    expect(state.step.method.t).toBe(9);
    expect(state.step.method.initial.every((length) => length > 0)).toBe(true);
  });
});

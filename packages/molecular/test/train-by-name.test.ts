import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { sgd } from "@outrigger/core/optimize/sgd";
import { afterAll, describe, expect, it } from "vitest";
import { refused } from "../../core/test/support/errors.ts";
import { METHODS } from "../src/method/methods.ts";
import { type TrainByNameOptions, trainByName } from "../src/method/train-by-name.ts";
import { twoAuxiliaries } from "./fixtures/two-auxiliaries.ts";

const { model, tasks, rows, batches } = twoAuxiliaries();
const read: (readonly number[])[] = [];
type Batch = Parameters<typeof model.apply>[1];
const options: TrainByNameOptions<Batch> = {
  method: "uniform",
  correlations: [1, 1],
  tasks,
  rows,
  batches: (of) => {
    read.push(of);
    return batches(of);
  },
  optimizer: () => sgd({ learningRate: 0.05 }),
  epochs: 6,
  seed: 1,
  threads: 1,
  progress: "none",
  runtime: "tfjs",
  device: "cpu",
};
const train = (changed: Partial<TrainByNameOptions<Batch>>) => trainByName(model, { ...options, ...changed });

describe("trainByName", () => {
  it.each(Object.keys(METHODS))(
    "%s trains for its epochs, numbered through, every weight finite",
    async (method) => {
      const fitted = await train({ method });
      await fitted.dispose();
      expect(fitted.epochs.map(({ epoch }) => epoch)).toEqual([0, 1, 2, 3, 4, 5]);
      for (const { weights } of fitted.epochs) {
        expect(Object.values(weights).every(Number.isFinite)).toBe(true);
      }
      expect(Number.isFinite(fitted.best!.value)).toBe(true);
    },
  );

  it("holds a fifth of the training molecules out for a method that learns weights from them", async () => {
    read.length = 0;
    await (await train({ method: "blo", epochs: 1 })).dispose();
    const [trained, dev] = [
      read.find(({ length }) => length === 32)!,
      read.find(({ length }) => length === 8)!,
    ];
    expect([...trained, ...dev].toSorted((a, b) => a - b)).toEqual([...rows.train]);
    expect(read).toContainEqual(rows.validation);
  });

  it("pre-trains without the primary and fine-tunes on it alone, with an optimiser for each stage's steps", async () => {
    const steps: number[] = [];
    const fitted = await train({
      method: "pre-train",
      epochs: 5,
      optimizer: (count) => {
        steps.push(count);
        return sgd({ learningRate: 0.05 });
      },
    });
    await fitted.dispose();
    expect(fitted.stages.map(({ name, history }) => [name, history.length])).toEqual([
      ["pre-train", 2],
      ["fine-tune", 3],
    ]);
    expect(fitted.epochs.map(({ weights }) => weights["y"])).toEqual([0, 0, 1, 1, 1]);
    expect(fitted.epochs.map(({ weights }) => weights["useful"])).toEqual([1, 1, 0, 0, 0]);
    expect(steps).toEqual(expect.arrayContaining([2, 3]));
  });

  const folder = mkdtempSync(join(tmpdir(), "outrigger-methods-"));
  afterAll(() => rmSync(folder, { recursive: true }));

  it.each(["pre-train-joint", "blo", "molgroup-gates", "gradient-alignment"])(
    "%s continues from its folder with the same numbers",
    async (method) => {
      const whole = await train({ method, epochs: 12 });
      const directory = join(folder, method);
      let steps = 0;
      const killed = train({
        method,
        epochs: 12,
        directory,
        progress: ({ kind }) => {
          if (kind === "step" && ++steps === 9) throw new Error("killed");
        },
      });
      await expect(killed).rejects.toThrow("killed");
      const continued = await train({ method, epochs: 12, directory });
      expect(continued.last).toEqual(whole.last);
      expect(continued.epochs).toEqual(whole.epochs);
      expect(readdirSync(directory).length).toBe(continued.stages.length);
      for (const each of [whole, continued]) await each.dispose();
    },
  );

  it("refuses a method that is none", async () => {
    expect((await refused(train({ method: "magic" }))).code).toBe("bad-option");
  });
});

import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Aggregated, Aggregator, Rows } from "@outrigger/core/aggregator/aggregator";
import { dbMtlEma } from "@outrigger/core/aggregator/db-mtl-ema";
import { sum } from "@outrigger/core/aggregator/sum";
import { array } from "@outrigger/core/graph/index";
import { adam } from "@outrigger/core/optimize/adam";
import { sgd } from "@outrigger/core/optimize/sgd";
import { type FitOptions, type Fitted, fit } from "@outrigger/core/train/fit";
import { shapeOf } from "@outrigger/core/train/method";
import { decodeSafetensors } from "@outrigger/core/train/safetensors";
import { uniform } from "@outrigger/core/weighting/uniform";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { toy } from "./fixtures/toy.ts";
import { refused } from "./support/errors.ts";
import { type Batch, stepper, trunkRows } from "./support/stepper.ts";

const { model, ...data } = toy();
const plain = toy({ dropout: 0 });
const batch = data.train.epoch(null)[Symbol.iterator]().next().value!;

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

/** The sum, or what is said besides; keeps what it was shown. */
function spy(said: Partial<Aggregated<null>> = {}): Aggregator<null> & { seen: Rows[] } {
  const seen: Rows[] = [];
  return {
    ...sum(),
    name: "spy",
    seen,
    aggregate(rows, state, random) {
      seen.push({ ...rows, gradients: rows.gradients.map((row) => row.slice()) });
      return { ...sum().aggregate(rows, state, random), ...said };
    },
  };
}

/** What one step of gradient descent at rate 1 changed, by part. */
async function moved(method: Aggregator, more: object = {}): Promise<Record<string, number[]>> {
  const run = stepper({ model: plain.model, method, optimizer: sgd({ learningRate: 1 }), ...more });
  const before = structuredClone(run.params.tree) as never as Record<string, Record<string, object>>;
  await run.run(batch, 0);
  await run.dispose();
  const difference = (a: unknown, b: unknown): number[] =>
    Object.keys(a as object)
      .sort()
      .flatMap((key) => {
        const [from, to] = [a, b].map((of) => (of as Record<string, { data: Float32Array }>)[key]!.data);
        return [...from!].map((value, i) => value - to![i]!);
      });
  const { trunk, heads } = run.params.tree as never as typeof before;
  return {
    trunk: difference(before.trunk, trunk),
    ...Object.fromEntries(
      Object.keys(heads!).map((name) => [name, difference(before.heads![name], heads![name])]),
    ),
  };
}

const close = (found: readonly number[], expected: readonly number[], digits = 5): void => {
  expect(found).toHaveLength(expected.length);
  found.forEach((value, i) => expect(value).toBeCloseTo(expected[i]!, digits));
};

describe("a step of an aggregator", () => {
  it("shows the gradients of the trunk task by task, in the order of its leaves", async () => {
    const method = spy();
    const run = stepper({ model: plain.model, method });
    const rows = await trunkRows(plain.model, structuredClone(run.params.tree), batch);
    const report = await run.run(batch, 0);
    await run.dispose();
    rows.forEach((row, k) => close([...method.seen[0]!.gradients[k]!], row));
    expect(method.seen[0]!.losses).toEqual(report.losses);
    expect(report.weights).toEqual([1, 1, 1, 1]);
  });

  it("moves the trunk along the direction, and heads by their factors times their own gradients", async () => {
    const [equal, scaled] = [await moved(spy()), await moved(spy({ heads: [1, 2, 0, -3] }))];
    close(scaled.trunk!, equal.trunk!);
    for (const [k, name] of ["y", "a", "s", "c"].entries()) {
      close(
        scaled[name]!,
        equal[name]!.map((value) => [1, 2, 0, -3][k]! * value),
      );
    }
    expect(Math.hypot(...equal.a!)).toBeGreaterThan(0);
  });

  it("scales direction and heads together to maxGradientNorm", async () => {
    const [whole, clipped] = [await moved(spy()), await moved(spy(), { maxGradientNorm: 0.1 })];
    const all = (parts: Record<string, number[]>): number[] => Object.values(parts).flat();
    expect(Math.hypot(...all(clipped))).toBeCloseTo(0.1, 5);
    const factor = 0.1 / Math.hypot(...all(whole));
    close(
      all(clipped),
      all(whole).map((value) => factor * value),
    );
  });

  it("leaves parameters and slots as they were when it throws, and says why", async () => {
    const thrower: Aggregator<null> = {
      ...spy(),
      aggregate() {
        throw new Error("no");
      },
    };
    const broken = { ...batch, labels: { ...batch.labels, a: array(new Float32Array(32).fill(Number.NaN)) } };
    const cases: [Aggregator, typeof batch, RegExp][] = [
      [thrower, batch, /no/],
      [spy(), broken, /loss of task "a" is NaN at step 1/],
      [spy({ heads: [1, Number.NaN, 1, 1] }), batch, /aggregator "spy" gave .* not finite at step 1/],
    ];
    for (const [method, second, message] of cases) {
      let steps = 0;
      const late: Aggregator = {
        ...method,
        aggregate: (...rows) =>
          steps++ === 0 ? spy().aggregate(...(rows as [Rows, null, never])) : method.aggregate(...rows),
      };
      const run = stepper({ model: plain.model, method: late, optimizer: adam({ learningRate: 0.1 }) });
      await run.run(batch, 0);
      const before = structuredClone([run.params.data, run.slots, run.state]);
      await expect(run.run(second, 0)).rejects.toThrow(message);
      expect([run.params.data, run.slots, run.state]).toEqual(before);
      await run.dispose();
    }
  });

  it("calls the entries of the trunk's outermost list or record its layers", () => {
    const of = (...sizes: number[]) => sizes.map((size) => array(new Float32Array(size)));
    const [a, b, c] = of(2, 3, 4);
    expect(shapeOf([{ w: a!, b: b! }, c!], 2, 0).layers).toEqual([5, 4]);
    expect(shapeOf({ z: a!, k: [b!, c!] }, 2, 0).layers).toEqual([7, 2]);
    expect(shapeOf(c!, 2, 0).layers).toEqual([4]);
  });
});

describe("fit with an aggregator", () => {
  it("takes the steps of equal weights with the sum", async () => {
    const [whole, weighted] = [await train({ method: sum() }), await train({ method: uniform() })];
    expect(whole.best!.value).toBeCloseTo(weighted.best!.value, 4);
    whole.history.forEach(({ losses, weights }, epoch) => {
      expect(weights).toEqual({ y: 1, a: 1, s: 1, c: 1 });
      for (const [name, loss] of Object.entries(losses)) {
        expect(loss).toBeCloseTo(weighted.history[epoch]!.losses[name]!, 4);
      }
    });
    await Promise.all([whole.dispose(), weighted.dispose()]);
  });

  it("refuses several steps a call, and held-out data", async () => {
    for (const option of [{ stepsPerCall: 2 }, { dev: data.validation }]) {
      const { code, message } = await refused(train({ method: sum(), ...option }));
      expect([code, message]).toEqual(["bad-option", expect.stringContaining(Object.keys(option)[0]!)]);
    }
  });

  describe("that remembers gradients", () => {
    let folder = "";
    beforeAll(() => {
      folder = mkdtempSync(join(tmpdir(), "outrigger-aggregator-"));
    });
    afterAll(() => rmSync(folder, { recursive: true }));

    it("continues bit for bit from a checkpoint within an epoch", async () => {
      const ends: Buffer[] = [];
      for (const name of ["whole", "stopped"]) {
        const options = { method: dbMtlEma(), directory: join(folder, name), checkpointEvery: 2 };
        if (name === "stopped") {
          const stop = new AbortController();
          let steps = 0;
          await train({
            ...options,
            signal: stop.signal,
            progress: ({ kind }) => {
              if (kind === "step" && ++steps === 5) stop.abort();
            },
          });
        }
        const fitted = await train(options);
        await fitted.dispose();
        ends.push(readFileSync(join(folder, name, "checkpoint.safetensors")));
      }
      const { arrays } = decodeSafetensors(ends[0]!, "whole");
      const means = arrays.get("memory/means")!.data as Float32Array;
      expect(means).toHaveLength(4 * (3 * 16 + 16));
      expect(means.some((value) => value !== 0)).toBe(true);
      expect(ends[1]!.equals(ends[0]!)).toBe(true);
    });
  });
});

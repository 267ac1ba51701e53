import { adam } from "@outrigger/core/optimize/adam";
import { sgd } from "@outrigger/core/optimize/sgd";
import { Random } from "@outrigger/core/random";
import { fit } from "@outrigger/core/train/fit";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { refused } from "../../core/test/support/errors.ts";
import { procedureContract } from "../../core/test/support/procedure-contract.ts";
import { blo } from "../src/method/blo.ts";
import { gateSlopes, gatesOf } from "../src/method/gate.ts";
import { molgroupGates } from "../src/method/molgroup-gates.ts";
import { twoAuxiliaries } from "./fixtures/two-auxiliaries.ts";

procedureContract("blo", () => blo({ interval: 2 }), { every: 2, least: 2 });

procedureContract("molgroup-gates", () => molgroupGates({ interval: 2 }), { every: 2, least: 2 });

const problem = twoAuxiliaries();
const train = (method: Parameters<typeof fit>[1]["method"], options: { epochs: number; dev?: boolean }) => {
  const { model, tasks, rows, batches } = problem;
  const dev = rows.train.slice(30);
  return fit(model, {
    tasks,
    method,
    optimizer: sgd({ learningRate: 0.05 }),
    train: batches(rows.train.slice(0, 30)),
    validation: batches(rows.validation),
    ...(options.dev === true && { dev: batches(dev) }),
    epochs: options.epochs,
    seed: 0,
    threads: 1,
    progress: "none",
  });
};

describe("a useful and a harmful auxiliary", () => {
  it("are told apart by blo: the harmful one's weight falls below the useful one's, and none below 0", async () => {
    const fitted = await train(blo({ interval: 1, optimizer: sgd({ learningRate: 0.05 }) }), {
      epochs: 60,
      dev: true,
    });
    await fitted.dispose();
    const first = fitted.history[0]!.weights;
    const last = fitted.history.at(-1)!.weights;
    expect(Object.values(first).map((w) => Math.round(w * 1e6) / 1e6)).toEqual([
      0.333333, 0.333333, 0.333333,
    ]);
    expect(last["harmful"]!).toBeLessThan(0.6 * first["harmful"]!);
    expect(last["useful"]!).toBeGreaterThan(last["harmful"]! + 0.2);
    for (const { weights } of fitted.history)
      expect(Math.min(...Object.values(weights))).toBeGreaterThanOrEqual(0);
  });

  it.each([["held-out molecules", true] as const, ["the training batch", false] as const])(
    "are told apart by gates that look at %s",
    async (_, dev) => {
      const gates = molgroupGates({ optimizer: adam({ learningRate: 0.05 }) });
      const fitted = await train(gates, { epochs: 60, dev });
      await fitted.dispose();
      const last = fitted.history.at(-1)!.weights;
      expect(last["y"]).toBe(1);
      expect(last["harmful"]!).toBeLessThan(0.1);
      expect(last["useful"]!).toBeGreaterThan(0.8);
    },
  );
});

describe("blo", () => {
  /** The same in float64 with matrices: H of the weighted loss, five power iterations, J terms. */
  it("moves its weights by the implicit hypergradient", async () => {
    const { inputs, labels, rows } = problem;
    const names = ["y", "useful", "harmful"] as const;
    const [fitted, rate] = [rows.train.slice(0, 30), 0.01];
    const dot = (a: readonly number[], b: readonly number[]): number =>
      a.reduce((sum, value, i) => sum + value * b[i]!, 0);
    // At θ = 0 the gradient of mean (x·θ − y)² is −2/n Σ y x.
    const gradient = (of: readonly number[], label: readonly number[]): number[] =>
      inputs[0]!.map((_, i) => (-2 / of.length) * of.reduce((sum, r) => sum + label[r]! * inputs[r]![i]!, 0));
    // All three tasks have the same H, and their weights sum to 1.
    const times = (v: readonly number[]): number[] =>
      inputs[0]!.map(
        (_, i) =>
          (2 / fitted.length) * fitted.reduce((sum, r) => sum + inputs[r]![i]! * dot(inputs[r]!, v), 0),
      );
    const v = gradient(rows.train.slice(30), labels.y);
    let [at, largest] = [v, Math.sqrt(dot(v, v))];
    for (let i = 0; i < 5; i++) {
      at = times(at.map((value) => value / largest));
      largest = Math.sqrt(dot(at, at));
    }
    let [term, sum] = [v, v];
    for (let j = 0; j < 3; j++) {
      const image = times(term);
      term = term.map((value, i) => value - image[i]! / largest);
      sum = sum.map((value, i) => value + term[i]!);
    }
    const slopes = names.map((name) => -dot(sum, gradient(fitted, labels[name])) / largest);
    const length = Math.min(1, 2 / Math.sqrt(dot(slopes, slopes)));
    const expected = slopes.map((slope) => Math.max(0, 1 / 3 - rate * length * slope));

    const run = await train(blo({ interval: 1, optimizer: sgd({ learningRate: rate }), maxSlopeNorm: 2 }), {
      epochs: 2,
      dev: true,
    });
    await run.dispose();
    const { weights } = run.history[1]!;
    names.forEach((name, k) => expect(weights[name]).toBeCloseTo(expected[k]!, 5));
    expect(length).toBeLessThan(1);
  });

  it("needs held-out data and an auxiliary", async () => {
    const { code, message } = await refused(train(blo(), { epochs: 1 }));
    expect([code, message]).toEqual(["unsupported", expect.stringContaining('"blo" learns from')]);
  });
});

describe("gates", () => {
  const shapes = fc.record({
    tasks: fc.integer({ min: 2, max: 5 }),
    seed: fc.nat(),
    structure: fc.double({ min: 0, max: 0.9, noNaN: true }),
    temperature: fc.double({ min: 0.2, max: 2, noNaN: true }),
  });

  it("have the derivatives that differences show", () => {
    fc.assert(
      fc.property(shapes, ({ tasks, seed, structure, temperature }) => {
        const random = Random.seeded(seed, "gates");
        const primary = random.integer(tasks);
        const width = 3;
        const draw = (count: number): number[] => Array.from({ length: count }, () => random.normal());
        const shape = {
          primary,
          width,
          structure,
          temperature,
          similarities: draw(tasks - 1).map(Math.tanh),
        };
        const e = draw(tasks * width);
        const slopes = draw(tasks);
        const value = (at: readonly number[]): number =>
          gatesOf(at, shape).reduce((sum, gate, k) => sum + (k === primary ? 0 : slopes[k]! * gate), 0);
        const found = gateSlopes(e, shape, slopes);
        const h = 1e-6;
        for (let i = 0; i < e.length; i++) {
          const moved = (d: number): number[] => e.map((each, j) => (i === j ? each + d : each));
          const difference = (value(moved(h)) - value(moved(-h))) / (2 * h);
          expect(Math.abs(found[i]! - difference)).toBeLessThan(1e-5 * Math.max(1, Math.abs(difference)));
        }
      }),
      { numRuns: 50 },
    );
  });

  it("lie between 0 and 1, do not depend on the lengths of embeddings, and grow with the structures' likeness", () => {
    const e = [1, 0, 0.6, 0.8];
    const shape = { primary: 0, width: 2, structure: 0.5, temperature: 1, similarities: [0] };
    const [own, apart] = gatesOf(e, shape);
    expect(own).toBe(1);
    expect(apart).toBeCloseTo(1 / (1 + Math.exp(-0.3)), 12);
    expect(gatesOf([7, 0, 0.06, 0.08], shape)[1]).toBeCloseTo(apart!, 12);
    const alike = gatesOf(e, { ...shape, similarities: [1] })[1]!;
    expect(alike).toBeGreaterThan(apart!);
    expect(alike).toBeLessThan(1);
  });

  it("refuse another number of similarities than there are auxiliaries", async () => {
    const { code, message } = await refused(train(molgroupGates({ similarities: [1] }), { epochs: 1 }));
    expect([code, message]).toEqual(["bad-option", expect.stringContaining("1 similarities for 2")]);
  });
});

import { readFileSync } from "node:fs";
import { OutriggerError } from "@outrigger/core/error";
import { adam } from "@outrigger/core/optimize/adam";
import { adamw } from "@outrigger/core/optimize/adamw";
import { clipByGlobalNorm } from "@outrigger/core/optimize/clip";
import { describeOptimizer } from "@outrigger/core/optimize/describe";
import { fusedUpdate } from "@outrigger/core/optimize/fused-update";
import type { Optimizer } from "@outrigger/core/optimize/optimizer";
import { rmsprop } from "@outrigger/core/optimize/rmsprop";
import { cosineDecay } from "@outrigger/core/optimize/schedule";
import { sgd } from "@outrigger/core/optimize/sgd";
import { tensorUpdate } from "@outrigger/core/optimize/tensor-update";
import { Random } from "@outrigger/core/random";
import type { Tensor } from "@tensorflow/tfjs";
import tf from "@tensorflow/tfjs";
import { beforeAll, describe, expect, test } from "vitest";

interface Reference {
  start: number[];
  gradients: number[][];
  runs: { optimizer: string; options: Record<string, number>; params: number[][] }[];
}
const reference = JSON.parse(
  readFileSync(new URL("fixtures/optimizers.json", import.meta.url), "utf8"),
) as Reference;

function make(name: string, options: Record<string, number>): Optimizer {
  if (name === "sgd") return sgd(options as unknown as Parameters<typeof sgd>[0]);
  if (name === "rmsprop") return rmsprop(options);
  return name === "adam" ? adam(options) : adamw(options);
}

function fusedSteps(
  optimizer: Optimizer,
  start: readonly number[],
  gradients: readonly (readonly number[])[],
) {
  const { param, gradient: written, slots, update } = fusedUpdate(optimizer, start.length);
  param.set(start);
  return gradients.map((gradient, i) => {
    written.set(gradient);
    update(i + 1);
    return { param: [...param], slots: Object.values(slots).map((slot) => [...slot]) };
  });
}

function tensorSteps(
  optimizer: Optimizer,
  start: readonly number[],
  gradients: readonly (readonly number[])[],
) {
  let param: Tensor = tf.tensor1d([...start]);
  let slot: Record<string, Tensor> = Object.fromEntries(
    optimizer.slots.map((name) => [name, tf.zeros([start.length])]),
  );
  return gradients.map((gradient, i) => {
    const scalar = Object.fromEntries(
      Object.entries(optimizer.scalars(i + 1)).map(([name, value]) => [name, tf.scalar(value)]),
    );
    ({ param, slot } = tensorUpdate(optimizer, {
      param,
      gradient: tf.tensor1d([...gradient]),
      slot,
      scalar,
    }));
    return {
      param: [...param.dataSync()],
      slots: optimizer.slots.map((name) => [...slot[name]!.dataSync()]),
    };
  });
}

/** Relative errors; below `floor` absolute ones, because a difference of larger float32 numbers keeps their rounding. */
function expectClose(
  actual: readonly number[],
  expected: readonly number[],
  relative: number,
  floor: number = 0.1,
): void {
  for (const [i, value] of expected.entries()) {
    const error = Math.abs(actual[i]! - value) / Math.max(Math.abs(value), floor);
    expect(error, `${actual[i]} is not ${value}`).toBeLessThan(relative);
  }
}

beforeAll(async () => {
  await tf.setBackend("cpu");
});

describe("optimizers", () => {
  const titled = reference.runs.map(
    (run) => [`${run.optimizer} ${JSON.stringify(run.options)}`, run] as const,
  );

  test.each(titled)("%s takes PyTorch's steps, as a loop and as tensors", (_, run) => {
    const optimizer = make(run.optimizer, run.options);
    const fused = fusedSteps(optimizer, reference.start, reference.gradients);
    const tensors = tensorSteps(optimizer, reference.start, reference.gradients);
    for (const [i, expected] of run.params.entries()) {
      expectClose(fused[i]!.param, expected, 2e-6);
      expectClose(tensors[i]!.param, expected, 2e-6);
    }
  });

  test("the two lowerings agree on parameters and slots, for random gradients of all scales", () => {
    const random = Random.seeded(1, "gradients");
    const gradients = Array.from({ length: 6 }, () =>
      Array.from({ length: 50 }, (_, i) => random.normal() * 10 ** ((i % 12) - 8)),
    );
    const start = Array.from({ length: 50 }, () => random.normal());
    for (const { optimizer, options } of reference.runs) {
      const rule = make(optimizer, options);
      const [fused, tensors] = [fusedSteps(rule, start, gradients), tensorSteps(rule, start, gradients)];
      for (const [i, { param, slots }] of fused.entries()) {
        expectClose(tensors[i]!.param, param, 1e-5);
        for (const [k, slot] of slots.entries()) expectClose(tensors[i]!.slots[k]!, slot, 1e-4, 1e-30);
      }
    }
  });

  test("worked by hand: sgd, momentum, and Adam's first step, which is the learning rate whatever the gradient", () => {
    expect(fusedSteps(sgd({ learningRate: 0.5 }), [1, 2], [[4, -2]])[0]!.param).toEqual([-1, 3]);
    const [, second] = fusedSteps(sgd({ learningRate: 1, momentum: 0.5 }), [0], [[1], [1]]);
    expect(second).toEqual({ param: [-2.5], slots: [[1.5]] });
    const first = fusedSteps(adam({ learningRate: 0.25, epsilon: 0 }), [0, 0], [[1e-6, -1e6]])[0]!.param;
    expectClose(first, [-0.25, 0.25], 1e-6);
  });

  test("a zero gradient moves nothing but what weight decay moves, and never ends in NaN", () => {
    for (const optimizer of [sgd({ learningRate: 0.1, momentum: 0.9 }), adam()]) {
      expect(fusedSteps(optimizer, [1, -2], [[0, 0]])[0]!.param).toEqual([1, -2]);
    }
    const shrunk = fusedSteps(adamw({ learningRate: 0.5, weightDecay: 0.5 }), [1, -2], [[0, 0]])[0]!.param;
    expect(shrunk).toEqual([0.75, -1.5]);
  });

  test("every length is updated to its end, whatever is left over of four", () => {
    for (const size of [1, 2, 3, 4, 5, 8, 1023]) {
      const start = Array.from({ length: size }, (_, i) => i);
      const [step] = fusedSteps(sgd({ learningRate: 1 }), start, [start.map(() => 1)]);
      expect(step!.param).toEqual(start.map((v) => v - 1));
    }
  });

  test("a learning rate that is a function gets t = 1, 2, …", () => {
    const seen: number[] = [];
    const optimizer = sgd({ learningRate: (t) => (seen.push(t), t) });
    seen.length = 0;
    const steps = fusedSteps(optimizer, [0], [[1], [1], [1]]);
    expect(steps.map(({ param }) => param[0])).toEqual([-1, -3, -6]);
    expect(seen.slice(-2)).toEqual([2, 3]);
    const decay = adamw({ learningRate: (t) => 1 / t, weightDecay: 0.5 });
    expect(decay.scalars(2).shrink).toBe(0.75);
  });

  test("sizes that do not fit and options without meaning are refused", () => {
    expect(() => fusedUpdate(adam(), 0)).toThrow(OutriggerError);
    expect(() => fusedUpdate(adam(), 2 ** 29)).toThrow(/4 GiB/);
    expect(() => sgd({ learningRate: -1 })).toThrow(OutriggerError);
    expect(() => sgd({ learningRate: 1, momentum: 1 })).toThrow(/momentum/);
    expect(() => adam({ beta2: 1 })).toThrow(/beta2/);
    expect(() => adamw({ weightDecay: Number.NaN })).toThrow(/weightDecay/);
    expect(() => rmsprop({ decay: 1 })).toThrow(/decay/);
  });
});

describe("cosineDecay", () => {
  test("rises linearly, is half way down in the middle, and stays at its end", () => {
    const rate = cosineDecay({ peak: 1, end: 0.2, warmup: 10, steps: 110 });
    expect([1, 5, 10].map(rate)).toEqual([0.1, 0.5, 1]);
    expect(rate(60)).toBeCloseTo(0.6, 12);
    expect(rate(110)).toBeCloseTo(0.2, 12);
    expect(rate(1000)).toBeCloseTo(0.2, 12);
    expect(cosineDecay({ peak: 2, steps: 10 })(0)).toBe(2);
    expect(() => cosineDecay({ peak: 1, steps: 5, warmup: 5 })).toThrow(OutriggerError);
  });
});

describe("clipByGlobalNorm", () => {
  test("shortens what is longer than the limit and returns the norm before", () => {
    const long = Float32Array.from([3, 4]);
    expect(clipByGlobalNorm(long, 1)).toBe(5);
    expectClose([...long], [0.6, 0.8], 1e-6);
    const short = Float32Array.from([0.3, 0.4]);
    clipByGlobalNorm(short, 1);
    expect(short).toEqual(Float32Array.from([0.3, 0.4]));
    const huge = Float32Array.from([3e38, 0]);
    expect(clipByGlobalNorm(huge, 1)).toBeGreaterThan(2e38);
    expect(huge[0]).toBeCloseTo(1, 6);
    expect(clipByGlobalNorm(new Float32Array(3), 1)).toBe(0);
  });

  test("NaN and infinity are an error, not a gradient of NaN", () => {
    expect(() => clipByGlobalNorm(Float32Array.from([1, Number.NaN]), 1)).toThrow(OutriggerError);
    expect(() => clipByGlobalNorm(Float32Array.from([Infinity]), 1)).toThrow(OutriggerError);
    expect(() => clipByGlobalNorm(Float32Array.from([1]), 0)).toThrow(OutriggerError);
  });
});

test("the description of an optimiser tells every option apart, and is the same for the same ones", () => {
  const learningRate = 0.01;
  const made: Optimizer[] = [
    sgd({ learningRate }),
    sgd({ learningRate: 0.02 }),
    sgd({ learningRate: (t) => learningRate / t }),
    sgd({ learningRate, momentum: 0.9 }),
    sgd({ learningRate, momentum: 0.9, nesterov: true }),
    sgd({ learningRate, weightDecay: 0.1 }),
    adam({ learningRate }),
    adam({ learningRate, beta1: 0.8 }),
    adam({ learningRate, beta2: 0.99 }),
    adam({ learningRate, epsilon: 1e-6 }),
    adam({ learningRate, weightDecay: 0.1 }),
    adamw({ learningRate, weightDecay: 0.1 }),
    rmsprop({ learningRate }),
    rmsprop({ learningRate, decay: 0.8 }),
    rmsprop({ learningRate, momentum: 0.9 }),
  ];
  const told = made.map(describeOptimizer);
  expect(new Set(told).size).toBe(made.length);
  expect(describeOptimizer(sgd({ learningRate }))).toBe(told[0]);
  expect(told[5]).toContain("param = (param - rate * (gradient + 0.1 * param))");
});

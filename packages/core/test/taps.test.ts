import { sum } from "@outrigger/core/aggregator/sum";
import { array, compile, leaves, mapTree, type NDArray, type Tree } from "@outrigger/core/graph/index";
import { dense } from "@outrigger/core/nn/dense";
import { adam } from "@outrigger/core/optimize/adam";
import { sgd } from "@outrigger/core/optimize/sgd";
import { Random } from "@outrigger/core/random";
import { hardSharing } from "@outrigger/core/sharing/hard-sharing";
import { type TapsOptions, taps, tapsShared } from "@outrigger/core/sharing/taps";
import { fit } from "@outrigger/core/train/fit";
import { withInserted } from "@outrigger/core/train/inserted";
import { forward } from "@outrigger/core/train/loss";
import type { Model, Params, ParamsTensors } from "@outrigger/core/train/model";
import { splitModel } from "@outrigger/core/train/split-model";
import { type ColumnBatch, regression } from "@outrigger/core/train/task";
import { staticWeights } from "@outrigger/core/weighting/static";
import type { Scalar, Tensor } from "@tensorflow/tfjs";
import * as tf from "@tensorflow/tfjs";
import { describe, expect, test } from "vitest";
import { toy } from "./fixtures/toy.ts";
import { thrown } from "./support/errors.ts";
import { perceptron, pictures } from "./support/policies.ts";
import { lossGradients, numbers, outputsOf, stirred } from "./support/policy-contract.ts";
import { spy, stepper } from "./support/stepper.ts";

type Batch = ColumnBatch<Tensor>;
interface Own {
  changes: Tree<NDArray>[];
  scores: NDArray[];
  head: Tree<NDArray>;
}

const names = ["y", "a"];
const options = perceptron(names);
const x = numbers("x", [5, 3]);
const init = (model: Model<Batch>): Params => model.init(Random.seeded(1, "init"));
const own = (params: Params, task: string): Own => params.heads[task] as unknown as Own;
const flat = (tree: Tree<NDArray>): number[] => leaves<NDArray>(tree).flatMap(({ data }) => [...data]);

/** Parameters with these scores in the heads of both tasks, and changes that are not zero. */
function scored(params: Params, scores: readonly number[]): Params {
  const moved = stirred(params);
  const heads = names.map((task) => [
    task,
    { ...own(moved, task), scores: scores.map((s) => array([s], [])) },
  ]);
  return { trunk: moved.trunk, heads: Object.fromEntries(heads) as never };
}

/** The plain network of one task's base and head. */
const headsOf = (params: Params): Params["heads"] =>
  Object.fromEntries(names.map((task) => [task, own(params, task).head]));

/** Squared error to zero, in training or not. */
async function lossOf(model: Model<Batch>, params: Params, training: boolean, mask = 1): Promise<number> {
  const tasks = [regression({ name: "y", role: "primary" })];
  const column = (value: number) => ({ y: array(new Float32Array(x.shape[0]!).fill(value)) });
  const run = compile(
    ((p: ParamsTensors, batch: Batch) => forward(model, tasks, p, batch, { training }).losses[0]!) as never,
    { runtime: "tfjs", device: "cpu" },
  );
  const batch = { inputs: x, labels: column(0), masks: column(mask) };
  const { data } = (await run(params, batch as never)) as NDArray;
  await run.dispose();
  return data[0]!;
}

describe("what a task computes with", () => {
  const model = taps(options);
  const plain = hardSharing(options);

  test("scores below the threshold: hard sharing, bit for bit, whatever the changes; their gradients are zero", async () => {
    const params = scored(init(model), [0.0999, -3]);
    const hard = { trunk: params.trunk, heads: headsOf(params) };
    expect(await outputsOf(model, params, x)).toEqual(await outputsOf(plain, hard, x));
    const [found, expected] = [
      await lossGradients(model, names, params, x),
      await lossGradients(plain, names, hard, x),
    ];
    found.forEach((of, k) => {
      expect(flat(of.trunk)).toEqual(flat(expected[k]!.trunk));
      expect(new Set(flat(own(of, names[k]!).changes).map(Math.abs))).toEqual(new Set([0]));
    });
  });

  test("scores from the threshold on: W + δW, layer by layer", async () => {
    const params = scored(init(model), [0.1, 0.05]);
    const [first, second] = params.trunk as Tree<NDArray>[];
    for (const task of names) {
      const change = leaves<NDArray>(own(params, task).changes[0]!);
      let i = 0;
      const moved = mapTree<NDArray, NDArray>(first!, ({ data, shape }) => {
        const by = change[i++]!.data;
        return array(
          Float32Array.from(data, (w, j) => w + by[j]!),
          shape,
        );
      });
      const alone = { trunk: [moved, second!], heads: headsOf(params) };
      const [found, expected] = [await outputsOf(model, params, x), await outputsOf(plain, alone, x)];
      found[task]!.forEach((value, row) => expect(value).toBeCloseTo(expected[task]![row]!, 6));
    }
  });

  test("parameters, counted by hand: a change of every layer and a score a layer; none for a layer without parameters", () => {
    const layers = 3 * 6 + 6 + (6 * 4 + 4);
    const params = init(model);
    expect([flat(params.trunk).length, flat(params.heads["y"]!).length]).toEqual([layers, layers + 2 + 5]);
    const { changes, scores } = own(init(taps(pictures(names))), "y");
    expect(changes.map((change) => leaves(change).length)).toEqual([2, 0, 2, 0]);
    expect(scores.map((score) => leaves<NDArray>(score).length)).toEqual([1, 0, 1, 0]);
  });

  test("which layers are shared is read from the scores", () => {
    const params = init(taps({ ...options, start: 0.2 }));
    expect(tapsShared(params)).toEqual({ y: [false, false], a: [false, false] });
    expect(tapsShared(params, 0.3)).toEqual({ y: [true, true], a: [true, true] });
    expect(tapsShared(scored(params, [0.02, 0.4]))["a"]).toEqual([true, false]);
    expect(tapsShared(init(taps(pictures(names))))["y"]).toEqual([false, true, false, true]);
  });
});

describe("gradients", () => {
  /** One number in, one out: y = 1.5 (2 (w + I δw) + I δb) with w = 0.5, δw = 0.3, δb = 0.1; the loss is y². */
  const byHand = async (score: number, lambda: number): Promise<number[]> => {
    const one = (bias: number, kernel: number) => ({ bias: array([bias]), kernel: array([kernel], [1, 1]) });
    const layer = dense({ inputs: 1, outputs: 1 });
    const model = taps({ layers: [layer], heads: { y: layer }, lambda });
    const params = {
      trunk: [one(0, 0.5)],
      heads: { y: { changes: [one(0.1, 0.3)], scores: [array([score], [])], head: one(0, 1.5) } },
    };
    const [found] = await lossGradients(model, ["y"], params, array([2], [1, 1]));
    const { changes, scores } = own(found!, "y");
    return [...flat(scores as Tree<NDArray>), ...flat(changes)];
  };
  const expectClose = (found: readonly number[], expected: readonly number[]): void =>
    expected.forEach((value, i) => expect(found[i]).toBeCloseTo(value, 4));

  test("pass the switch straight through: by hand, closed and open, with and without the penalty", async () => {
    // Closed: y = 1.5, ∂L/∂w = 2·1.5·1.5·2 = 9, ∂L/∂b = 4.5; the score's is 9·0.3 + 4.5·0.1.
    expectClose(await byHand(0.05, 0), [3.15, 0, 0]);
    expectClose(await byHand(0.05, 0.5), [3.65, 0, 0]);
    expectClose(await byHand(-0.05, 0.5), [2.65, 0, 0]);
    // Open: y = 1.5·1.7, ∂L/∂w = 15.3, ∂L/∂b = 7.65.
    expectClose(await byHand(0.15, 0), [5.355, 7.65, 15.3]);
    expectClose(await byHand(0.15, 2), [7.355, 7.65, 15.3]);
  });

  test("of an open score: the derivative by a factor of the layer's change, by finite differences", async () => {
    const model = taps({ ...options, lambda: 0 });
    const params = scored(init(model), [0.3, 0.3]);
    const [found] = await lossGradients(model, names, params, x);
    const stretched = (layer: number, factor: number): Params => {
      const { changes, ...rest } = own(params, "y");
      const scaled = changes.map((change, l) =>
        mapTree<NDArray, NDArray>(change, ({ data, shape }) =>
          array(
            data.map((value) => (l === layer ? value * factor : value)),
            shape,
          ),
        ),
      );
      return { ...params, heads: { ...params.heads, y: { ...rest, changes: scaled } as never } };
    };
    for (const layer of [0, 1]) {
      const [more, less] = [
        await lossOf(model, stretched(layer, 1.01), true),
        await lossOf(model, stretched(layer, 0.99), true),
      ];
      const slope = own(found!, "y").scores[layer]!.data[0]!;
      expect(Math.abs(slope)).toBeGreaterThan(0.01);
      expect((more - less) / 0.02).toBeCloseTo(slope, 3);
    }
  });

  test("of the penalty: by finite differences of the loss, for every score", async () => {
    const weighed = (lambda: number): Model<Batch> => taps({ ...options, lambda });
    const scores = [0.5, -0.4];
    const gradient = async (lambda: number): Promise<NDArray[]> => {
      const [found] = await lossGradients(weighed(lambda), names, scored(init(weighed(lambda)), scores), x);
      return own(found!, "y").scores;
    };
    const [penalised, free] = [await gradient(3), await gradient(0)];
    for (const layer of [0, 1]) {
      const at = (by: number): Promise<number> => {
        const moved = scores.map((score, l) => (l === layer ? score + by : score));
        return lossOf(weighed(3), scored(init(weighed(3)), moved), true);
      };
      const slope = ((await at(0.05)) - (await at(-0.05))) / 0.1;
      expect(slope).toBeCloseTo(1.5 * Math.sign(scores[layer]!), 3);
      expect(penalised[layer]!.data[0]! - free[layer]!.data[0]!).toBeCloseTo(slope, 3);
    }
  });

  test("do not reach a frozen base, and reach all else as before", async () => {
    const [free, frozen] = [taps(options), taps({ ...options, frozen: true })];
    const params = scored(init(free), [0.3, 0.05]);
    expect(await outputsOf(frozen, params, x)).toEqual(await outputsOf(free, params, x));
    const [before, after] = [
      await lossGradients(free, names, params, x),
      await lossGradients(frozen, names, params, x),
    ];
    before.forEach((of, k) => {
      expect(Math.max(...flat(of.trunk).map(Math.abs))).toBeGreaterThan(1e-3);
      expect(Math.max(...flat(after[k]!.trunk).map(Math.abs))).toBe(0);
      expect(flat(after[k]!.heads as Tree<NDArray>)).toEqual(flat(of.heads as Tree<NDArray>));
    });
  });
});

describe("the penalty", () => {
  test("is part of the training loss where the task has a label, and of no other", async () => {
    const [free, penalised] = [taps({ ...options, lambda: 0 }), taps({ ...options, lambda: 2 })];
    const params = scored(init(free), [0.5, -0.25]);
    const difference = async (training: boolean, mask = 1): Promise<number> =>
      (await lossOf(penalised, params, training, mask)) - (await lossOf(free, params, training, mask));
    expect(await difference(true)).toBeCloseTo(2 * ((0.5 + 0.25) / 2), 5);
    expect(await difference(false)).toBe(0);
    expect(await difference(true, 0)).toBe(0);
  });

  const weights = [1, 0.5, 0.25, 0];
  test.each([
    ["known weights", staticWeights({ weights }), weights],
    ["weights after a look at losses", spy("losses", weights), weights],
    ["weights after a look at gradients", spy("gram", weights), weights],
    ["an aggregator", sum(), [1, 1, 1, 1]],
  ])("is weighed with its task's loss under %s", async (_, method, factors) => {
    const tasks = ["y", "a", "s", "c"];
    const model = taps({ ...perceptron(tasks), lambda: 0.8 });
    const run = stepper({
      model: model as never,
      params: init(model),
      method,
      optimizer: sgd({ learningRate: 0.1 }),
    });
    const [batch] = toy().train.epoch(null);
    await run.run(batch!, 0);
    // Changes are zero at first, so nothing but the penalty moves a score.
    tasks.forEach((task, k) => {
      for (const { data } of own(run.params.tree, task).scores)
        expect(data[0]).toBeCloseTo(0.15 - (0.1 * factors[k]! * 0.8) / 2, 6);
    });
    await run.dispose();
  });

  test("survives a layer put before the heads", async () => {
    const layer = dense({ inputs: 3, outputs: 1 });
    const model = splitModel<Batch>({
      init: (random) => ({ trunk: [], heads: { y: layer.init(random) } }),
      represent: (_, { inputs }) => inputs,
      decode: (head, z, _, mode) => layer.apply(head as never, z, mode),
      penalties: ({ heads }) => ({ y: tf.sum<Scalar>(tf.square((heads["y"] as { kernel: Tensor }).kernel)) }),
    });
    const identity = { layer: () => ({ init: () => [], apply: (__: never, h: Tensor) => h }) };
    const inserted = withInserted(model, identity, { inputs: x } as never);
    const expected = await lossOf(model, init(model), true);
    expect(await lossOf(inserted, init(inserted), true)).toBeCloseTo(expected, 5);
    expect(expected - (await lossOf(model, init(model), false))).toBeGreaterThan(0.01);
  });
});

describe("training", () => {
  const data = toy({ samples: 100 });
  const train = async (more: Partial<TapsOptions>): Promise<Params> => {
    const fitted = await fit(taps({ ...options, ...more }), {
      ...data,
      tasks: data.tasks.slice(0, 2),
      method: staticWeights({ weights: 1 }),
      optimizer: adam({ learningRate: 0.02 }),
      epochs: 25,
      seed: 1,
      threads: 1,
      progress: "none",
    });
    await fitted.dispose();
    return fitted.last;
  };

  test("shares every layer under a heavy penalty, and parts from the base without one", async () => {
    const shares = tapsShared(await train({ lambda: 30 }));
    expect(shares).toEqual({ y: [true, true], a: [true, true] });
    const apart = tapsShared(await train({ lambda: 0, start: 0.5 }));
    expect(Object.values(apart).flat()).toContain(false);
  });

  test("options that mean nothing are refused", () => {
    for (const wrong of [
      { lambda: -1 },
      { lambda: Number.NaN },
      { threshold: Number.POSITIVE_INFINITY },
      { start: Number.NaN },
    ]) {
      expect(thrown(() => taps({ ...options, ...wrong }))).toMatchObject({
        code: "bad-option",
        message: expect.stringContaining(String(Object.values(wrong)[0])),
      });
    }
  });
});

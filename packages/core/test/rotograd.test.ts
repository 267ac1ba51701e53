import { rotograd } from "@outrigger/core/feature/rotograd";
import { array, compile, type NDArray, stopGradient, type Tree } from "@outrigger/core/graph/index";
import { turned } from "@outrigger/core/nn/rotation";
import { adam } from "@outrigger/core/optimize/adam";
import { Random } from "@outrigger/core/random";
import { type FitOptions, type Fitted, fit } from "@outrigger/core/train/fit";
import { withInserted } from "@outrigger/core/train/inserted";
import type { Model } from "@outrigger/core/train/model";
import { splitModel } from "@outrigger/core/train/split-model";
import { regression } from "@outrigger/core/train/task";
import { uniform } from "@outrigger/core/weighting/uniform";
import type { Tensor, Tensor2D } from "@tensorflow/tfjs";
import * as tf from "@tensorflow/tfjs";
import { describe, expect, it } from "vitest";
import { toy } from "./fixtures/toy.ts";
import { refused } from "./support/errors.ts";
import {
  distortion,
  exponential,
  identity,
  type Matrix,
  matrix,
  product,
  transposed,
} from "./support/matrices.ts";
import { type Batch, stepper } from "./support/stepper.ts";

const { model, ...data } = toy();
const names = ["y", "a", "s", "c"];
const alone = { threads: 1 };

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

type Inserted = { readonly rotation: NDArray; readonly turn: NDArray };
type Rotated = { readonly [task: string]: { readonly head: Tree<NDArray>; readonly inserted: Inserted } };
const insertedOf = (params: unknown, name: string): Inserted =>
  (params as { heads: Rotated }).heads[name]!.inserted;

/** R exp(ρ (S − Sᵀ)/2) of every task, as the model has it. */
async function rotationsOf({ last }: Fitted<Batch>, rate: number): Promise<Float32Array[]> {
  const present = compile(
    (({ rotation, turn }: Record<"rotation" | "turn", Tensor2D>) =>
      turned(rotation, tf.mul(tf.sub(turn, tf.transpose(turn)), rate / 2))) as never,
    alone,
  );
  const found: Float32Array[] = [];
  for (const name of names) {
    found.push(((await present(insertedOf(last, name))) as NDArray).data.slice() as Float32Array);
  }
  await present.dispose();
  return found;
}

const normals = (random: Random, count: number, scale = 1): number[] =>
  Array.from({ length: count }, () => Math.fround(scale * random.normal()));

describe("a rotation that is turned", () => {
  const skewOf = (random: Random, m: number, length: number): Matrix => {
    const half = matrix(normals(random, m * m), m);
    const skew = half.map((row, i) => row.map((value, j) => value - half[j]![i]!));
    const factor = length / Math.hypot(...skew.flat());
    return skew.map((row) => row.map((value) => Math.fround(factor * value)));
  };

  it.each([
    [3, 0.2, 50],
    [16, 0.05, 50],
    [64, 0.24, 5],
  ])(
    "is R exp(A), with %i dimensions and turns of length %f, and stays orthogonal to 1e-6",
    async (m, length, turns) => {
      const random = Random.seeded(m, "skew");
      const turn = compile((r: Tensor, a: Tensor) => turned(r as Tensor2D, a as Tensor2D), alone);
      let [exact, found] = [identity(m), array(identity(m).flat(), [m, m])];
      for (let step = 0; step < turns; step++) {
        const skew = skewOf(random, m, length);
        exact = product(exact, exponential(skew));
        found = (await turn(found, array(skew.flat(), [m, m]))) as NDArray;
        expect(distortion(found.data)).toBeLessThan(1e-6);
      }
      await turn.dispose();
      // The series is left after the second term: A³/6 a turn.
      const apart = Math.hypot(...exact.flat().map((value, i) => value - found.data[i]!));
      expect(apart).toBeLessThan(turns * (length ** 3 / 6 + 1e-5));
    },
  );

  it("is turned by no more than 0.25, and mended when something else moved it", async () => {
    const random = Random.seeded(1, "skew");
    const turn = compile((r: Tensor, a: Tensor) => turned(r as Tensor2D, a as Tensor2D), alone);
    const long = skewOf(random, 8, 100);
    const short = long.map((row) => row.map((value) => value / 400));
    const apply = async (r: Matrix, a: Matrix): Promise<number[]> => [
      ...((await turn(array(r.flat(), [8, 8]), array(a.flat(), [8, 8]))) as NDArray).data,
    ];
    const [one, two] = [await apply(identity(8), long), await apply(identity(8), short)];
    one.forEach((value, i) => expect(value).toBeCloseTo(two[i]!, 6));
    const shrunk = identity(8).map((row) => row.map((value) => 0.9995 * value));
    expect(distortion(await apply(shrunk, short))).toBeLessThan(1e-6);
    await turn.dispose();
  });
});

it("slopes are those of −Σ_nk ⟨R_kᵀ g̃_nk, v_n⟩ by differences in double", async () => {
  const [samples, m, T, rate] = [5, 4, 3, 0.7];
  const random = Random.seeded(3, "objective");
  const rows = Array.from({ length: T }, () => normals(random, samples * m));
  const rotations = rows.map(() => {
    const half = matrix(normals(random, m * m), m);
    return exponential(half.map((row, i) => row.map((value, j) => value - half[j]![i]!)));
  });
  const method = rotograd({ rate });
  const combine = compile(
    ((gradients: Tensor[], inserted: Tree<Tensor>[]) =>
      method.combine({
        gradients,
        inserted,
        primary: 0,
        given: [1, 1, 1].map((one) => tf.scalar(one)),
      })) as never,
    alone,
  );
  const square = (values: readonly number[]): NDArray => array(values, [m, m]);
  const made = (await combine(
    rows.map((row) => array(row, [samples, m])),
    rotations.map((r) => ({ rotation: square(r.flat()), turn: square(r.flat().map(() => 0)) })),
  )) as unknown as { slopes: Inserted[]; settled: Inserted[] };
  await combine.dispose();

  const norms = rows.map((row) => Math.hypot(...row));
  const mean = rows[0]!.map((_, i) => rows.reduce((sum, row, k) => sum + row[i]! / norms[k]! / T, 0));
  const at = (r: Matrix, i: number, row: readonly number[]): number => {
    const n = Math.floor(i / m);
    return r[i % m]!.reduce((sum, value, j) => sum + value * row[n * m + j]!, 0);
  };
  rotations.forEach((r, k) => {
    // g̃_n = R g_n: held while the rotation moves.
    const held = rows[k]!.map((_, i) => at(r, i, rows[k]!));
    const objective = (s: Matrix): number => {
      const skew = s.map((row, i) => row.map((value, j) => (rate / 2) * (value - s[j]![i]!)));
      const back = transposed(product(r, exponential(skew)));
      return -mean.reduce((sum, v, i) => sum + v * at(back, i, held), 0);
    };
    const { rotation, turn } = made.slopes[k]!;
    turn.data.forEach((slope, i) => {
      const by = (step: number): Matrix =>
        identity(m).map((row, a) => row.map((_, b) => (a * m + b === i ? step : 0)));
      expect(slope).toBeCloseTo((objective(by(1e-5)) - objective(by(-1e-5))) / 2e-5, 5);
    });
    expect(Math.max(...rotation.data.map(Math.abs), ...made.settled[k]!.turn.data.map(Math.abs))).toBe(0);
  });
});

describe("a run with rotations", () => {
  it("starts as the plain network: the same parameters and losses", async () => {
    const [turned, plain] = [await train({ epochs: 1 }), await train({ method: uniform(), epochs: 1 })];
    expect(turned.history[0]!.losses.y).toBeCloseTo(plain.history[0]!.losses.y!, 1);
    const init = (of: Fitted<Batch>["model"]) => of.init(Random.seeded(5, "init"));
    const heads = init(turned.model).heads as unknown as Rotated;
    expect(init(turned.model).trunk).toEqual(init(plain.model).trunk);
    for (const name of names) {
      expect(heads[name]!.head).toEqual(init(plain.model).heads[name]);
      expect([...heads[name]!.inserted.rotation.data]).toEqual(identity(16).flat());
    }
    for (const fitted of [turned, plain]) await fitted.dispose();
  });

  it("keeps the rotations orthogonal to 1e-6 over 500 steps, and learns", async () => {
    const fitted = await train({ epochs: 167, method: rotograd({ rate: 1 }) });
    expect(fitted.history.at(-1)!.step).toBe(501);
    const rotations = await rotationsOf(fitted, 1);
    for (const r of rotations) {
      expect(distortion(r)).toBeLessThan(1e-6);
      // It has turned: no longer near the identity.
      expect(
        Math.max(...identity(16).flatMap((row, i) => row.map((v, j) => Math.abs(v - r[16 * i + j]!)))),
      ).toBeGreaterThan(0.3);
    }
    const losses = fitted.history.map(({ validation }) => validation["y"]!["loss"]!);
    expect(Math.min(...losses)).toBeLessThan(0.3 * losses[0]!);
    await fitted.dispose();
  });

  it("predicts with the rotations of the best epoch", async () => {
    const fitted = await train({ epochs: 30, method: rotograd({ rate: 1 }) });
    const predicted = await fitted.predict(data.test);
    const apply = compile(
      ((p: never, b: never) => fitted.model.apply(p, b, { training: false })) as never,
      alone,
    );
    const [batch] = data.test.epoch(null);
    const outputs = (params: unknown) =>
      apply(params as never, batch as never) as Promise<Record<string, NDArray>>;
    const { a } = await outputs(fitted.params);
    a!.data.forEach((value, i) => {
      if (i < predicted["a"]!.length) expect(predicted["a"]![i]).toBeCloseTo(value, 6);
    });
    const unturned = structuredClone(fitted.params) as unknown as { heads: Rotated };
    for (const name of names) {
      const { rotation, turn } = unturned.heads[name]!.inserted;
      (rotation.data as Float32Array).set(identity(16).flat());
      turn.data.fill(0);
    }
    const without = (await outputs(unturned)).a!.data;
    expect(Math.max(...without.map((value, i) => Math.abs(value - a!.data[i]!)))).toBeGreaterThan(0.1);
    await Promise.all([apply.dispose(), fitted.dispose()]);
  });

  it("gives the same numbers for the same seed, and others for another", async () => {
    const runs = [await train(), await train(), await train({ seed: 2 })];
    expect(runs[1]!.history).toEqual(runs[0]!.history);
    expect(runs[1]!.last).toEqual(runs[0]!.last);
    expect(runs[2]!.history).not.toEqual(runs[0]!.history);
    for (const run of runs) await run.dispose();
  });

  it("scales the trunk's gradients to one length: weights times lengths agree", async () => {
    const lengths: number[][] = [];
    const method = rotograd();
    const spy = {
      ...method,
      learn: (...[told, state]: Parameters<typeof method.learn>) => {
        const said = method.learn(told, state);
        lengths.push(said.weights.map((weight, k) => weight * told[k]!));
        return said;
      },
    };
    const fitted = await train({ method: spy });
    await fitted.dispose();
    expect(lengths).toHaveLength(9);
    for (const row of lengths) for (const value of row) expect(value).toBeCloseTo(row[0]!, 5);
  });

  it("turns the first features only, when told to, also of images", async () => {
    const random = Random.seeded(1, "images");
    const channels = 6;
    const names = ["one", "two"];
    const images = splitModel<{ x: Tensor; labels: Record<string, Tensor>; masks: Record<string, Tensor> }>({
      init: (stream) => ({
        trunk: { w: array(normals(stream, 9 * 2 * channels, 0.3), [3, 3, 2, channels]) },
        heads: Object.fromEntries(
          names.map((name) => [name, array(normals(stream, channels), [channels, 1])]),
        ),
      }),
      represent: (trunk, { x }) =>
        tf.tanh(tf.conv2d(x as never, (trunk as { w: Tensor }).w as never, 1, "same")),
      decode: (head, z) => tf.matMul(tf.mean(z, [1, 2]) as Tensor2D, head as Tensor2D),
    });
    const batch = {
      x: array(normals(random, 8 * 5 * 5 * 2), [8, 5, 5, 2]),
      labels: { one: array(normals(random, 8)), two: array(normals(random, 8)) },
      masks: { one: array(new Float32Array(8).fill(1)), two: array(new Float32Array(8).fill(1)) },
    };
    const source = { size: 1, samples: 8, epoch: () => [batch] };
    const fitted = await fit(images, {
      tasks: names.map((name, k) => regression({ name, role: k === 0 ? "primary" : "auxiliary" })) as never,
      method: rotograd({ dimensions: 3, rate: 1 }),
      optimizer: adam({ learningRate: 0.02 }),
      train: source as never,
      validation: source as never,
      epochs: 40,
      seed: 1,
      progress: "none",
    });
    const { rotation } = insertedOf(fitted.last, "one");
    expect(rotation.shape).toEqual([3, 3]);
    expect(Math.abs(rotation.data[1]!)).toBeGreaterThan(0.05);
    expect(fitted.history.at(-1)!.losses["one"]!).toBeLessThan(0.7 * fitted.history[0]!.losses["one"]!);
    await fitted.dispose();
  });

  it("takes the same steps on tfjs, and where the optimiser is part of the graph", async () => {
    const batches = [...data.train.epoch(null)];
    const method = rotograd({ rate: 1 });
    const turning = withInserted(toy({ dropout: 0 }).model, method, batches[0]!);
    const options = [{}, { compile: { runtime: "tfjs", device: "cpu" } }, { stepsPerCall: 2 }] as const;
    const ends: Float32Array[] = [];
    for (const option of options) {
      const run = stepper({
        model: turning,
        params: turning.init(Random.seeded(1, "init")),
        method,
        optimizer: adam({ learningRate: 0.01 }),
        ...option,
      });
      for (const batch of [...batches, ...batches]) await run.run(batch, 0);
      await run.sync();
      ends.push(run.params.data.slice());
      await run.dispose();
    }
    for (const end of ends.slice(1)) {
      expect(Math.max(...end.map((value, i) => Math.abs(value - ends[0]![i]!)))).toBeLessThan(1e-4);
    }
  });

  it("leaves out an auxiliary whose loss is not finite, when told to", async () => {
    const [first] = data.train.epoch(null);
    const broken = {
      ...first!,
      labels: { ...first!.labels, a: array(new Float32Array(32).fill(Number.NaN)) },
    };
    const batches = { ...data.train, size: 2, epoch: () => [broken, first!] };
    const fitted = await train({ train: batches, onNonFinite: "drop-task", epochs: 2 });
    expect(fitted.history[0]!.dropped).toEqual({ y: 0, a: 1, s: 0, c: 0 });
    expect(fitted.history[1]!.losses.y!).toBeLessThan(fitted.history[0]!.losses.y!);
    await fitted.dispose();
    const { code, message } = await refused(train({ train: batches }));
    expect([code, message]).toEqual(["non-finite", expect.stringContaining('The loss of task "a" is NaN')]);
  });

  it("refuses what it cannot train", async () => {
    const unsplit: Model<Batch> = {
      init: (random) => model.init(random),
      apply: (...of) => model.apply(...of),
    };
    const plain = { ...data, optimizer: adam(), epochs: 1, seed: 1, progress: "none" } as const;
    const { code, message } = await refused(fit(unsplit, { ...plain, method: rotograd() }));
    expect([code, message]).toEqual(["bad-model", expect.stringContaining("splitModel")]);
    const flat = splitModel<Batch>({ ...model, represent: (...of) => tf.mean(model.represent(...of), 1) });
    expect((await refused(fit(flat, { ...plain, method: rotograd() }))).message).toContain(
      "a row of features",
    );
    const none = { ...data.train, epoch: () => [] };
    expect((await refused(train({ train: none }))).code).toBe("bad-data");
    for (const option of [{ stepsPerCall: 2 }, { dev: data.validation }]) {
      expect((await refused(train(option))).code).toBe("bad-option");
    }
  });
});

it("aligns two tasks that pull the trunk apart, which then learn together", async () => {
  // Fixed heads read almost the same feature, for opposite labels: no trunk serves both unless one reads it turned.
  const random = Random.seeded(4, "conflict");
  const x = normals(random, 64 * 2);
  const target = Array.from({ length: 64 }, (_, n) => 0.6 * x[2 * n]! + 0.3 * x[2 * n + 1]!);
  const full = array(new Float32Array(64).fill(1));
  const batch = {
    inputs: array(x, [64, 2]),
    labels: { left: array(target), right: array(target.map((value) => -value)) },
    masks: { left: full, right: full },
  };
  const source = { size: 10, samples: 640, epoch: () => Array.from({ length: 10 }, () => batch) };
  const conflict = splitModel<Batch>({
    init: (stream) => ({
      trunk: { w: array(normals(stream, 2 * 4, 0.5), [2, 4]) },
      heads: { left: array([1, 0.3, 0, 0], [4, 1]), right: array([1, -0.3, 0.2, 0], [4, 1]) },
    }),
    represent: (trunk, { inputs }) => tf.tanh(tf.matMul(inputs, (trunk as { w: Tensor2D }).w)),
    decode: (head, z) => tf.matMul(z as Tensor2D, stopGradient(head as Tensor2D)),
  });
  const run = (method: FitOptions<Batch>["method"]): Promise<Fitted<Batch>> =>
    fit(conflict, {
      tasks: [
        regression({ name: "left", role: "primary" }),
        regression({ name: "right", role: "auxiliary" }),
      ],
      method,
      optimizer: adam({ learningRate: 0.01 }),
      train: source as never,
      validation: source as never,
      epochs: 40,
      seed: 1,
      threads: 1,
      progress: "none",
    });
  const [turned, plain] = [await run(rotograd({ rate: 1 })), await run(uniform())];
  const cosine = (epoch: number): number => turned.history.at(epoch)!.cosines["right"]!;
  expect(cosine(0)).toBeLessThan(-0.4);
  expect(cosine(10)).toBeGreaterThan(0.4);
  expect(cosine(-1)).toBeGreaterThan(0.9);
  const worst = ({ history }: Fitted<Batch>): number =>
    Math.max(...Object.values(history.at(-1)!.losses as Record<string, number>));
  expect(worst(turned)).toBeLessThan(0.05 * worst(plain));
  for (const fitted of [turned, plain]) await fitted.dispose();
});

import { array, compile, gradients, leaves, type NDArray, type Tree } from "@outrigger/core/graph/index";
import { dense } from "@outrigger/core/nn/dense";
import { embedding } from "@outrigger/core/nn/embedding";
import { transformerBlock } from "@outrigger/core/nn/transformer-block";
import { adamw } from "@outrigger/core/optimize/adamw";
import { sgd } from "@outrigger/core/optimize/sgd";
import { type AangSearchState, aangSearch } from "@outrigger/core/procedure/aang-search";
import { replicaOf } from "@outrigger/core/procedure/inner/replica";
import { objectiveGradients } from "@outrigger/core/procedure/objective-space/gradients";
import type { Probabilities } from "@outrigger/core/procedure/objective-space/probabilities";
import { type TokenInputs, tokenSpace, visible } from "@outrigger/core/procedure/objective-space/tokens";
import { Random } from "@outrigger/core/random";
import { fit } from "@outrigger/core/train/fit";
import { generatedTask } from "@outrigger/core/train/generated-task";
import type { ParamsTensors } from "@outrigger/core/train/model";
import { splitModel } from "@outrigger/core/train/split-model";
import { binary, type ColumnBatch } from "@outrigger/core/train/task";
import type { Tensor } from "@tensorflow/tfjs";
import * as tf from "@tensorflow/tfjs";
import { describe, expect, it } from "vitest";
import { toy } from "./fixtures/toy.ts";
import { refused, thrown } from "./support/errors.ts";
import { farthest } from "./support/in-double.ts";
import { searched, toySpace } from "./support/searched-toy.ts";
import { type Batch, stepper } from "./support/stepper.ts";

const { model, tasks, ...data } = searched(toy({ dropout: 0 }));
const params = model.init(Random.seeded(1, "init"));
const [train] = [...data.train.epoch(null)];
const [held] = [...data.validation.epoch(null)];
const dev = { size: 1, samples: 30, epoch: () => [held!] };
const space = toySpace();
const headOptimizer = adamw({ learningRate: 0.05, weightDecay: 0.1 });
const rate = 0.1;

type Row = {
  readonly all: number[];
  readonly trunk: number[];
  /** Of the head that answered. */
  readonly head: number[];
  readonly count: number;
  readonly task: number;
};
const numbers = (tree: unknown): number[] =>
  leaves<NDArray>(tree as Tree<NDArray>).flatMap(({ data: values }) => [...values]);
const dot = (a: readonly number[], b: readonly number[]): number => a.reduce((s, v, i) => s + v * b[i]!, 0);
const cosine = (a: readonly number[], b: readonly number[]): number =>
  dot(a, b) / Math.hypot(...a) / Math.hypot(...b);

/** Loss and gradient of one head, by a function of its own. */
async function rowOf(
  head: string,
  values: (output: Tensor, batch: Batch, target: never) => { values: Tensor; mask?: Tensor },
  at: unknown,
  batch: unknown,
  target: unknown,
): Promise<Row> {
  const run = compile(((p: ParamsTensors, b: Batch, t: never) => {
    const said = values(model.apply(p, b, { training: false })[head]!, b, t);
    const mask = said.mask ?? tf.onesLike(said.values);
    const count = tf.sum(mask);
    const loss = tf.div(tf.sum(tf.mul(said.values, mask)), tf.maximum(count, 1));
    return { count, gradient: gradients([loss as never], p)[0] };
  }) as never);
  const found = (await run(at as never, batch as never, target as never)) as never as {
    count: NDArray;
    gradient: ParamsTensors;
  };
  await run.dispose();
  const task = tasks.findIndex(({ name }) => name === head);
  return {
    all: numbers(found.gradient),
    trunk: numbers(found.gradient.trunk),
    head: numbers(found.gradient.heads[head]),
    count: found.count.data[0]!,
    task,
  };
}

const primaryRow = (at: unknown, batch: unknown): Promise<Row> =>
  rowOf("a", (output, b) => tasks[0]!.loss(output, b as never), at, batch, []);

describe("a step", () => {
  it("is the formula: gradients, temporary head, cosines, weights and logits made one by one", async () => {
    const told: Probabilities[] = [];
    const run = stepper({
      model,
      tasks,
      params,
      dev,
      optimizer: sgd({ learningRate: rate }),
      method: aangSearch({
        space,
        interval: 2,
        headOptimizer,
        headSteps: 4,
        learningRate: 0.7,
        splitLearningRate: 0.3,
        maxObjectiveNorm: 0.2,
        onUpdate: (table) => told.push(table),
      }),
    });
    const random = Random.seeded(1, "method");
    const sums = { all: space.cells.map(() => 0), split: [0, 0] };
    const state = (): AangSearchState => run.state.method as AangSearchState;
    let clipped = 0;
    for (let step = 0; step < 3; step++) {
      const at = { trunk: run.params.tree.trunk, heads: run.params.tree.heads };
      const before = [...run.params.data];
      const { logits } = state();
      const chosen = random.permutation(space.cells.length).slice(0, 3);
      const own = await primaryRow(at, train);
      const rows: Row[] = [];
      for (const c of chosen) {
        const { head, make, loss } = space.build(space.cells[c]!);
        const made = make(train as never, random);
        rows.push(await rowOf(head, (o, b, t) => loss(o, b as never, t), at, made.batch, made.target));
      }
      // The temporary head, with the optimiser's own loop on the host.
      const head = replicaOf(model.init(random).heads["a"]!, headOptimizer);
      for (let t = 1; t <= 4; t++) {
        const there = { ...at, heads: { ...at.heads, a: head.params.tree } };
        head.gradient.data.set((await primaryRow(there, train)).head);
        head.update.update(t);
      }
      const { trunk: d } = await primaryRow({ ...at, heads: { ...at.heads, a: head.params.tree } }, held);

      const report = await run.run(train!, 0);
      const samples = rows.reduce((sum, { count }) => sum + count, 0);
      const heads = chosen.map((c) => logits.all[c]! + logits.factors[`3:${space.cells[c]!.output}`]!);
      const powers = heads.map(Math.exp);
      const total = powers.reduce((a, b) => a + b);
      const [p, q] = logits.split.map((u) => Math.exp(u)) as [number, number];
      const weights = rows.map(({ count }, i) => (q / (p + q)) * (count / samples) * (powers[i]! / total));
      const wanted = tasks.map((_, k) =>
        rows.reduce((sum, { task }, i) => sum + (task === k ? weights[i]! : 0), k === 0 ? p / (p + q) : 0),
      );
      expect(farthest(report.weights, wanted)).toBeLessThan(1e-6);
      const scale = rows.map(({ all }) => Math.min(1, 0.2 / Math.hypot(...all)));
      clipped += scale.filter((value) => value < 1).length;
      const moved = before.map(
        (_, i) =>
          (p / (p + q)) * own.all[i]! +
          rows.reduce((sum, { all }, k) => sum + weights[k]! * scale[k]! * all[i]!, 0),
      );
      const found = before.map((value, i) => (value - run.params.data[i]!) / rate);
      expect(farthest(found, moved)).toBeLessThan(1e-4);

      chosen.forEach((c, i) => {
        sums.all[c]! += cosine(rows[i]!.trunk, d);
      });
      sums.split[0]! += cosine(own.trunk, d);
      const joint = d.map((_, i) =>
        rows.reduce((sum, { trunk, count }) => sum + (count / samples) * trunk[i]!, 0),
      );
      sums.split[1]! += cosine(joint, d);
      if (step === 1) {
        const { logits: after } = state();
        expect(
          farthest(
            after.all,
            sums.all.map((value) => (0.7 * value) / 2),
          ),
        ).toBeLessThan(1e-3);
        expect(
          farthest(
            after.split,
            sums.split.map((value) => (0.3 * value) / 2),
          ),
        ).toBeLessThan(1e-3);
        const shared = space.cells.flatMap(({ input }, c) => (input === "other" ? [sums.all[c]!] : []));
        expect(after.factors["0:other"]).toBeCloseTo((0.7 * shared.reduce((a, b) => a + b)) / 2, 4);
      }
    }
    expect(clipped).toBeGreaterThan(0);
    expect(told).toEqual([state().probabilities]);
    expect(Object.values(told[0]!.cells).reduce((a, b) => a + b)).toBeCloseTo(1, 9);
    await run.dispose();
  });

  it("takes all factors into the shares when asked", async () => {
    const weights: number[][] = [];
    for (const shares of ["output", "all"] as const) {
      const run = stepper({
        model,
        tasks,
        params,
        dev,
        method: aangSearch({ space, cells: 6, interval: 1, learningRate: 5, shares }),
      });
      await run.run(train!, 0);
      weights.push([...(await run.run(train!, 0)).weights]);
      await run.dispose();
    }
    expect(farthest(weights[0]!, weights[1]!)).toBeGreaterThan(0.01);
  });
});

describe("in fit", () => {
  const options = {
    ...data,
    tasks,
    optimizer: sgd({ learningRate: 0.05 }),
    epochs: 6,
    seed: 1,
    threads: 1,
    progress: "none",
  } as const;

  it("needs no held-out data without step sizes, keeps all cells alike, and may leave heads out of an epoch", async () => {
    const tables: Probabilities[] = [];
    const method = aangSearch({
      space,
      cells: 1,
      learningRate: 0,
      splitLearningRate: 0,
      onUpdate: (table) => tables.push(table),
    });
    const once = { ...data.train, size: 1, epoch: () => [train!] };
    const fitted = await fit(model, { ...options, method, train: once });
    await fitted.dispose();
    expect(
      fitted.history.flatMap(({ losses }) => Object.values(losses)).filter((loss) => loss === null),
    ).not.toEqual([]);
    expect(tables).toEqual([]);
  });

  it("still wants labels of the primary", async () => {
    const method = aangSearch({ space, learningRate: 0, splitLearningRate: 0 });
    const bare = { ...train!, masks: { ...train!.masks, a: array(new Float32Array(32)) } };
    const without = { ...data.train, size: 1, epoch: () => [bare] };
    const { code, message } = await refused(fit(model, { ...options, method, train: without }));
    expect([code, message]).toEqual([
      "bad-data",
      expect.stringContaining('"a" has no label in the training data'),
    ]);
  });

  it("says what it misses", async () => {
    const message = async (method: ReturnType<typeof aangSearch>, of: Partial<typeof options> = {}) =>
      (await refused(fit(model, { ...options, method, dev, ...of } as never))).message;
    expect(await message(aangSearch())).toContain("aangSearch needs `space`");
    expect(await message(aangSearch({ space }), { tasks: tasks.slice(0, 3) })).toContain(
      'asks the head "label"',
    );
    const more = [...tasks, generatedTask("more")] as unknown as typeof tasks;
    expect(await message(aangSearch({ space }), { tasks: more })).toContain('"more" is no head of the space');
    const { code } = await refused(fit(model, { ...options, method: aangSearch({ space }) }));
    expect(code).toBe("unsupported");
    for (const wrong of [
      { cells: 0 },
      { interval: 0.5 },
      { headSteps: 0 },
      { learningRate: -1 },
      { maxObjectiveNorm: 0 },
    ])
      expect(thrown(() => aangSearch({ space, ...wrong })).code).toBe("bad-option");
  });
});

it("compiles one function for all cells of an output", () => {
  const primary = tasks.findIndex(({ role }) => role === "primary");
  let compiled = 0;
  const compiles = { tasks, primary, compile: () => ++compiled };
  objectiveGradients(compiles as never, space);
  expect([space.cells.length, compiled]).toEqual([7, 3]);
});

it("trains a transformer on a space of tokens, every cell of it", async () => {
  const [rows, length, vocabulary, size] = [12, 6, 9, 8];
  const stream = Random.seeded(5, "tokens");
  const sentences = (): NDArray =>
    array(
      Int32Array.from({ length: rows * length }, (_, i) => (i % length < 4 ? 2 + stream.integer(7) : 0)),
      [rows, length],
    );
  const ones = array(new Float32Array(rows).fill(1));
  const batch = {
    inputs: { tokens: sentences(), sees: array(new Float32Array(2 * rows).fill(1), [rows, 2]) },
    labels: { y: array(Float32Array.from({ length: rows }, () => stream.integer(2))) },
    masks: { y: ones },
  };
  const y = binary({ name: "y", role: "primary" });
  const tokens = tokenSpace({
    inputs: { task: "batch", other: { inputs: sentences(), labels: new Float32Array(rows) } },
    primary: y,
    vocabulary,
    mask: 1,
    rate: 0.5,
  });
  const [table, block] = [
    embedding({ categories: vocabulary, width: size }),
    transformerBlock({ size, heads: 2, dropout: 0.1 }),
  ];
  const [word, answer] = [dense({ inputs: size, outputs: vocabulary }), dense({ inputs: size, outputs: 1 })];
  const transformer = splitModel<ColumnBatch<TokenInputs>>({
    init: (random) => ({
      trunk: { table: table.init(random), block: block.init(random) },
      heads: { y: answer.init(random), label: answer.init(random), denoise: word.init(random) },
    }),
    represent(trunk, { inputs }, mode) {
      const parts = trunk as Record<string, never>;
      const flat = tf.reshape(inputs.tokens, [-1]);
      const x = tf.reshape(table.apply(parts["table"]!, flat, mode), [rows, length, size]);
      return block.apply(parts["block"]!, x, mode, visible(inputs));
    },
    decode: (head, z, _, mode, task) =>
      task === "denoise"
        ? word.apply(head as never, z, mode)
        : answer.apply(head as never, tf.mean(z, 1), mode),
  });
  const run = stepper({
    model: transformer as never,
    tasks: [y, generatedTask("denoise"), generatedTask("label")] as never,
    params: transformer.init(Random.seeded(1, "init")),
    dev: { size: 1, samples: rows, epoch: () => [batch] } as never,
    method: aangSearch({ space: tokens as never, cells: 100, interval: 1, headSteps: 2 }),
  });
  const { losses, counts } = await run.run(batch as never, 0);
  // Nothing is known yet: a token costs log V, and a label log 2.
  expect(losses[1]).toBeGreaterThan(0.5 * Math.log(vocabulary));
  expect(losses[1]).toBeLessThan(3 * Math.log(vocabulary));
  expect(counts[0]).toBe(rows);
  expect(counts[2]).toBe(2 * 4 * 3 * rows);
  const { probabilities } = run.state.method as AangSearchState;
  expect(Object.keys(probabilities.cells)).toHaveLength(2 * 23);
  expect(new Set(Object.values(probabilities.cells)).size).toBeGreaterThan(23);
  await run.dispose();
});

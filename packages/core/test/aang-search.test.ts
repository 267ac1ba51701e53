import { compile, gradients, leaves, type NDArray, type Tree } from "@outrigger/core/graph/index";
import { adamw } from "@outrigger/core/optimize/adamw";
import { sgd } from "@outrigger/core/optimize/sgd";
import { type AangSearchState, aangSearch } from "@outrigger/core/procedure/aang-search";
import { replicaOf } from "@outrigger/core/procedure/inner/replica";
import type { Probabilities } from "@outrigger/core/procedure/objective-space/probabilities";
import { Random } from "@outrigger/core/random";
import { fit } from "@outrigger/core/train/fit";
import { generatedTask } from "@outrigger/core/train/generated-task";
import type { ParamsTensors } from "@outrigger/core/train/model";
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

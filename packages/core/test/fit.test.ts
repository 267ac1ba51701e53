import { adam } from "@outrigger/core/optimize/adam";
import { sgd } from "@outrigger/core/optimize/sgd";
import { Random } from "@outrigger/core/random";
import { progressBar, progressLines } from "@outrigger/core/train/callback/progress";
import { Evaluator } from "@outrigger/core/train/evaluate";
import { type FitOptions, type Fitted, fit } from "@outrigger/core/train/fit";
import type { ColumnBatch, Task } from "@outrigger/core/train/task";
import { every } from "@outrigger/core/weighting/combine/every";
import { pcgrad } from "@outrigger/core/weighting/pcgrad";
import { staticWeights } from "@outrigger/core/weighting/static";
import { uncertainty } from "@outrigger/core/weighting/uncertainty";
import { uniform } from "@outrigger/core/weighting/uniform";
import type { Weighting } from "@outrigger/core/weighting/weighting";
import type { Tensor } from "@tensorflow/tfjs";
import tf from "@tensorflow/tfjs";
import { describe, expect, it, vi } from "vitest";
import { toy } from "./fixtures/toy.ts";
import { refused } from "./support/errors.ts";
import { dot } from "./support/gram.ts";
import { type Batch, spy, stepper, trunkRows } from "./support/stepper.ts";

const { model, ...data } = toy();
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

const firstBatch = data.train.epoch(null)[Symbol.iterator]().next().value!;

describe("a step", () => {
  it("shows the rule what it needs, and takes the same step whatever was computed first", async () => {
    const rules = (["nothing", "losses", "gram", "gram+dev"] as const).map((needs) => spy(needs));
    const ends: Float32Array[] = [];
    for (const method of rules) {
      const run = stepper({ method, dev: data.validation });
      for (let i = 0; i < 5; i++) await run.run(firstBatch, 0);
      ends.push(run.params.data);
      await run.dispose();
    }
    // A look that is the first half of its step adds up in another order than a step without one.
    for (const end of ends) {
      expect(Math.max(...end.map((value, i) => Math.abs(value - ends[0]![i]!)))).toBeLessThan(2e-6);
    }
    const [nothing, losses, gram, dev] = rules.map(({ views }) => views[0]!);
    expect([nothing!.losses, nothing!.gram]).toEqual([[], undefined]);
    expect([losses!.losses.length, losses!.gram]).toEqual([4, undefined]);
    expect(gram!.losses).toEqual(losses!.losses);
    expect(gram!.gram).toHaveLength(4);
    expect([gram!.dev, dev!.dev!.dots.length]).toEqual([undefined, 4]);
    expect(dev!.gram).toHaveLength(4);
  });

  it("has the Gram matrix of the trunk's gradients only, and the primary's products with a held-out gradient", async () => {
    const plain = toy({ dropout: 0 });
    const method = spy("gram+dev");
    const run = stepper({ model: plain.model, method, dev: data.validation });
    const before = structuredClone(run.params.tree);
    await run.run(firstBatch, 0);
    const held = data.validation.epoch(Random.seeded(1, "dev"))[Symbol.iterator]().next().value!;
    const [own, [other]] = [
      await trunkRows(plain.model, before, firstBatch),
      await trunkRows(plain.model, before, held),
    ];
    const view = method.views[0]!;
    own.forEach((row, i) => {
      own.forEach((column, j) => expect(view.gram![i]![j]).toBeCloseTo(dot(row, column), 4));
      expect(view.dev!.dots[i]).toBeCloseTo(dot(row, other!), 4);
    });
    expect(view.dev!.norm).toBeCloseTo(Math.sqrt(dot(other!, other!)), 4);
  });

  it("updates the trunk with the weighted sum and every head with its own weighted gradient", async () => {
    const start = stepper({}).params.data.slice();
    const moved = async (weights: number[]): Promise<number[]> => {
      const run = stepper({ method: staticWeights({ weights }) });
      await run.run(firstBatch, 0);
      return [...run.params.data].map((value, i) => value - start[i]!);
    };
    const weights = [1, 0.5, 0.25, 2];
    const together = await moved(weights);
    const alone = await Promise.all(weights.map((_, k) => moved(weights.map((_, j) => (j === k ? 1 : 0)))));
    together.forEach((delta, i) => {
      const expected = weights.reduce((sum, weight, k) => sum + weight * alone[k]![i]!, 0);
      expect(delta).toBeCloseTo(expected, 5);
    });
    const head = (deltas: number[], name: string): number[] => {
      const { heads } = stepper({}).params.tree;
      const names = Object.keys(heads).sort();
      return deltas.slice(17 * names.indexOf(name), 17 * names.indexOf(name) + 17);
    };
    expect(head(alone[0]!, "a").every((delta) => delta === 0)).toBe(true);
    expect(head(alone[1]!, "a").some((delta) => delta !== 0)).toBe(true);
  });

  it("a task without a label in the batch moves nothing and shows the rule its latest known loss", async () => {
    const method = spy("losses", [0, 1, 0, 0]);
    const run = stepper({ method });
    const unlabelled = {
      ...firstBatch,
      masks: { ...firstBatch.masks, a: { ...firstBatch.masks.a!, data: new Float32Array(32) } },
    };
    const start = run.params.data.slice();
    const first = await run.run(unlabelled, 0);
    expect(run.params.data).toEqual(start);
    expect([first.losses[1], first.counts[1]]).toEqual([0, 0]);
    await run.run(firstBatch, 0);
    await run.run(unlabelled, 0);
    const seen = method.views.map(({ losses }) => losses[1]);
    expect(seen[0]).toBe(1);
    expect(seen[1]).not.toBe(1);
    expect(seen[2]).toBeGreaterThan(0);
  });

  it("keeps the gradient within maxGradientNorm", async () => {
    const run = stepper({ maxGradientNorm: 0.01, optimizer: sgd({ learningRate: 1 }) });
    const start = run.params.data.slice();
    await run.run(firstBatch, 0);
    const norm = Math.hypot(...run.params.data.map((value, i) => value - start[i]!));
    expect(norm).toBeGreaterThan(0.0099);
    expect(norm).toBeLessThan(0.0101);
  });

  it("says that a rule needs held-out batches", async () => {
    const error = await refused(stepper({ method: spy("gram+dev") }).run(firstBatch, 0));
    expect(error.code).toBe("unsupported");
    expect(error.message).toContain("`dev`");
  });

  it("leaks no tensors", async () => {
    const run = stepper({ method: every(2, pcgrad()), compile: { runtime: "tfjs", device: "cpu" } });
    for (let i = 0; i < 4; i++) await run.run(firstBatch, 0);
    const { numTensors } = tf.memory();
    for (let i = 0; i < 100; i++) await run.run(firstBatch, 0);
    expect(tf.memory().numTensors).toBe(numTensors);
    await run.dispose();
  });
});

describe("fit", () => {
  it("learns, and gives the same run on every runtime", async () => {
    const runtimes = [
      { runtime: "onnx", threads: 1 },
      { runtime: "onnx", threads: 2 },
      { runtime: "tfjs", device: "cpu" },
      { runtime: "tfjs", device: "wasm" },
    ] as const;
    const runs = [];
    for (const runtime of runtimes)
      runs.push(await train({ method: every(2, pcgrad()), epochs: 30, ...runtime }));
    const [first] = runs.map(({ history }) => history[0]!.validation.y!.rmse!);
    for (const { best, history } of runs) {
      expect(best!.value).toBeLessThan(0.75 * first!);
      expect(history[2]!.validation.y!.rmse).toBeCloseTo(runs[0]!.history[2]!.validation.y!.rmse!, 4);
    }
    expect(runs[0]!.history[0]!.cosines.y).toBeCloseTo(1, 6);
    expect(Math.abs(runs[0]!.history[0]!.cosines.a!)).toBeLessThan(1);
  });

  it("is a function of the seed", async () => {
    const [a, b, c] = [await train({}), await train({}), await train({ seed: 2 })];
    expect(b!.last).toEqual(a!.last);
    expect(b!.history).toEqual(a!.history);
    expect(c!.last).not.toEqual(a!.last);
  });

  it("keeps the epoch that is best on validation, and evaluates that one", async () => {
    const run = await train({ epochs: 200, patience: 2, optimizer: adam({ learningRate: 0.2 }) });
    const values = run.history.map(({ validation }) => validation.y!.rmse!);
    expect(run.best!.value).toBe(Math.min(...values));
    expect(values.indexOf(run.best!.value)).toBe(run.best!.epoch);
    expect(run.best!.epoch).toBeLessThan(run.history.length - 1);
    expect(run.params).not.toEqual(run.last);
    expect((await run.evaluate(data.validation)).y!.rmse).toBe(run.best!.value);
    const predicted = await run.predict(data.validation);
    expect(predicted.y).toHaveLength(data.validation.samples!);
    const labels = [...data.validation.epoch(null)].flatMap((batch) => [
      ...data.tasks[0]!.labels!(batch as never),
    ]);
    const squared = [...predicted.y!].reduce((sum, value, i) => sum + (value - labels[i]!) ** 2, 0);
    expect(Math.sqrt(squared / predicted.y!.length)).toBeCloseTo(run.best!.value, 10);
    await run.dispose();
  });

  it("predicts all numbers of a head with several, row by row, where its task has no predict", async () => {
    const wide = {
      ...model,
      apply: ((params, batch, mode) => {
        const { a, ...rest } = model.apply(params, batch, mode);
        return { ...rest, a: tf.concat([a!, tf.neg(a!), tf.mul(a!, 3)], 1) };
      }) as typeof model.apply,
    };
    const tasks = data.tasks.map((task): Task<ColumnBatch> => {
      if (task.name !== "a") return task;
      const first = (output: Tensor): Tensor => tf.slice(output, [0, 0], [-1, 1]);
      return { name: "a", role: "auxiliary", loss: (output, batch) => task.loss(first(output), batch) };
    });
    const evaluator = new Evaluator(wide, tasks, { threads: 1 });
    const params = model.init(Random.seeded(1, "init"));
    const { a, y } = await evaluator.predict(params, data.validation);
    await evaluator.dispose();
    const samples = data.validation.samples!;
    expect([y!.length, a!.length]).toEqual([samples, 3 * samples]);
    for (let row = 0; row < samples; row++) {
      expect(a![3 * row + 1]).toBe(-a![3 * row]!);
      expect(a![3 * row + 2]).toBeCloseTo(3 * a![3 * row]!, 5);
    }
  });

  it("frees what evaluation compiled when it throws", async () => {
    const disposed = vi.spyOn(Evaluator.prototype, "dispose");
    const stop = new Error("stop");
    const onEpoch = (): never => {
      throw stop;
    };
    await expect(train({ onEpoch })).rejects.toBe(stop);
    expect(disposed).toHaveBeenCalledOnce();
    disposed.mockRestore();
  });

  it("stops when patience runs out", async () => {
    const run = await train({ epochs: 50, patience: 2, optimizer: sgd({ learningRate: 1e-9 }) });
    const { best, history, stopped } = run;
    expect(stopped).toBe("patience");
    expect(history.length).toBe(best!.epoch + 3);
  });

  it("selects on the loss when the primary has no metric", async () => {
    const tasks = data.tasks.map((task) => ({ ...task, metrics: undefined })) as Task<ColumnBatch>[];
    const run = await train({ tasks });
    expect(run.best!.value).toBe(run.history[run.best!.epoch]!.validation.y!.loss);
  });

  it("tells its progress", async () => {
    const kinds: string[] = [];
    await train({ epochs: 2, progress: (event) => kinds.push(event.kind) });
    expect(kinds.join(" ")).toBe("start step step step epoch step step step epoch end");
  });

  it.each<[string, Partial<FitOptions<Batch>>, string, string]>([
    ["no primary", { tasks: data.tasks.slice(1) }, "bad-option", "primary"],
    ["two tasks of one name", { tasks: [...data.tasks, data.tasks[1]!] }, "bad-option", 'named "a"'],
    ["no epochs", { epochs: 0 }, "bad-option", "epochs"],
    [
      "a task that the model has no head for",
      { tasks: [...data.tasks, { ...data.tasks[1]!, name: "z" }] },
      "bad-model",
      '"z"',
    ],
    [
      "a diverging run",
      { optimizer: sgd({ learningRate: 1e20 }), epochs: 20 },
      "non-finite",
      "learning rate",
    ],
    ["a rule that gives NaN", { method: staticNaN() }, "non-finite", 'rule "broken"'],
  ])("refuses %s", async (_, options, code, says) => {
    const error = await refused(train(options));
    expect(error.code).toBe(code);
    expect(error.message).toContain(says);
  });

  it("refuses an auxiliary without any label in training, and validation with one class only", async () => {
    const blank = (name: string) => ({
      ...data.train,
      *epoch(random: Random | null) {
        for (const batch of data.train.epoch(random)) {
          yield {
            ...batch,
            masks: { ...batch.masks, [name]: { ...batch.masks[name]!, data: new Float32Array(32) } },
          };
        }
      },
    });
    const unseen = await refused(train({ train: blank("a"), method: uncertainty() }));
    expect([unseen.code, unseen.details.task]).toEqual(["bad-data", "a"]);
    const tasks = data.tasks.map(
      (task) => ({ ...task, role: task.name === "c" ? "primary" : "auxiliary" }) as Task<ColumnBatch>,
    );
    const oneClass = {
      ...data.validation,
      *epoch() {
        for (const batch of data.validation.epoch(null)) {
          yield {
            ...batch,
            labels: { ...batch.labels, c: { ...batch.labels.c!, data: new Float32Array(32) } },
          };
        }
      },
    };
    const flat = await refused(train({ tasks, validation: oneClass }));
    expect(flat.code).toBe("bad-data");
    expect(flat.message).toContain("roc-auc");
  });
});

function staticNaN(): Weighting<null> {
  return { ...spy("nothing", [Number.NaN, 1, 1, 1]), name: "broken" };
}

describe("progress", () => {
  const none = { losses: {}, weights: {}, cosines: {}, validation: {} };
  const record = { ...none, epoch: 0, step: 3, skipped: 0, dropped: { y: 0, a: 0 } };
  const epoch = {
    kind: "epoch",
    epochs: 2,
    record,
    metric: "rmse",
    value: 1.25,
    best: { epoch: 0, value: 1.25 },
  } as const;

  it("is one line an epoch where there is no terminal", () => {
    const written: string[] = [];
    const listen = progressLines({ write: (text) => written.push(text) });
    listen({ kind: "start", epochs: 2, steps: 3, parameters: 9, resumedAt: 0 });
    listen({ kind: "step", epoch: 0, epochs: 2, done: 1, steps: 3, loss: 1 });
    listen(epoch);
    expect(written).toEqual(["epoch 1/2: validation rmse 1.250 (best)\n"]);
    listen({ ...epoch, record: { ...record, skipped: 2, dropped: { y: 0, a: 1 } } });
    expect(written[1]).toBe(
      "epoch 1/2: validation rmse 1.250 (best); not finite: 2 steps skipped, a left out of 1 steps\n",
    );
  });

  it("is a bar with the time left on a terminal, never longer than a line", () => {
    let clock = 0;
    const written: string[] = [];
    const listen = progressBar({ columns: 120, write: (text) => written.push(text) }, () => clock);
    listen({ kind: "start", epochs: 2, steps: 10, parameters: 9, resumedAt: 0 });
    for (let done = 1; done <= 10; done++) {
      clock += 1000;
      listen({ kind: "step", epoch: 0, epochs: 2, done, steps: 10, loss: 0.5 });
    }
    expect(written.at(-1)).toContain("50 %, epoch 1/2, loss 0.5000, at most 10 s left");
    listen(epoch);
    clock += 1000;
    listen({ kind: "step", epoch: 1, epochs: 2, done: 1, steps: 10, loss: 0.5 });
    expect(written.at(-1)).toContain("rmse 1.250 (best 1.250)");
    expect(Math.max(...written.map((text) => text.length))).toBeLessThan(125);
  });
});

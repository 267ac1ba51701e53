import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { graddrop } from "@outrigger/core/aggregator/graddrop";
import { sum } from "@outrigger/core/aggregator/sum";
import { rotograd } from "@outrigger/core/feature/rotograd";
import { adamw } from "@outrigger/core/optimize/adamw";
import { sgd } from "@outrigger/core/optimize/sgd";
import { aangSearch } from "@outrigger/core/procedure/aang-search";
import { metaTartanFreshHead } from "@outrigger/core/procedure/meta-tartan-fresh-head";
import { Random } from "@outrigger/core/random";
import { type FitOptions, type Fitted, fit } from "@outrigger/core/train/fit";
import { namedLeaves } from "@outrigger/core/train/flat";
import { frozenRanges } from "@outrigger/core/train/freeze";
import type { Method } from "@outrigger/core/train/method";
import type { Params } from "@outrigger/core/train/model";
import type { Stepper } from "@outrigger/core/train/step";
import { perLayer } from "@outrigger/core/weighting/combine/per-layer";
import { representation } from "@outrigger/core/weighting/combine/representation";
import { mgda } from "@outrigger/core/weighting/mgda";
import { pcgrad } from "@outrigger/core/weighting/pcgrad";
import { uniform } from "@outrigger/core/weighting/uniform";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { toy } from "./fixtures/toy.ts";
import { refused, thrown } from "./support/errors.ts";
import { dot } from "./support/gram.ts";
import { searched, toySpace } from "./support/searched-toy.ts";
import { type Batch, spy, stepper, trunkRows } from "./support/stepper.ts";

const { model, ...data } = toy();
const batches = [...data.train.epoch(Random.seeded(1, "order"))];
const decaying = [
  adamw({ learningRate: 0.01, weightDecay: 0.5 }),
  sgd({ learningRate: 0.05, momentum: 0.9, weightDecay: 0.1 }),
];

const train = (options: Partial<FitOptions<Batch>>): Promise<Fitted<Batch>> =>
  fit(model, {
    ...data,
    method: uniform(),
    optimizer: decaying[0]!,
    epochs: 3,
    seed: 1,
    threads: 1,
    progress: "none",
    ...options,
  });

const partOf = (params: Params, part: string): number[][] =>
  [...namedLeaves(params)].filter(([path]) => path.startsWith(part)).map(([, leaf]) => [...leaf.data]);

const within = (vector: Float32Array, params: Params, part: string): number[] =>
  frozenRanges(params, [part]).flatMap(([from, to]) => Array.from(vector.subarray(from, to)));

/** Steps, and what they leave. */
async function taken(run: Stepper<Batch>): Promise<Stepper<Batch>> {
  for await (const _ of run.runs(batches, 0));
  await run.sync();
  await run.dispose();
  return run;
}

const methods: [string, () => Method, number][] = [
  ["a rule whose weights are known", uniform, 1],
  ["a rule that looks at gradients", pcgrad, 1],
  ["a rule that looks at every layer", () => perLayer(pcgrad()), 1],
  ["a rule at the representation", () => representation(mgda()), 1],
  ["several steps a call", uniform, 3],
  ["an aggregator", graddrop, 1],
  ["a sum of gradients", sum, 1],
];

describe.each(methods)("with %s", (_, make, stepsPerCall) => {
  it.each(["trunk", "trunk/w", "heads/y", "heads/s/b"])(
    "%s keeps its bytes and its moments",
    async (part) => {
      for (const optimizer of decaying) {
        const run = stepper({ method: make(), optimizer, stepsPerCall, frozen: [part] });
        const before = run.params.data.slice();
        await taken(run);
        const { tree } = run.params;
        expect(within(run.params.data, tree, part)).toEqual(within(before, tree, part));
        for (const slot of Object.values(run.slots)) {
          expect(within(slot, tree, part).every((value) => value === 0)).toBe(true);
        }
        const still = within(before, tree, part).length;
        const moved = run.params.data.filter((value, i) => value !== before[i]).length;
        expect(moved).toBeGreaterThan((before.length - still) / 2);
      }
    },
  );
});

it("the rest moves as it does beside a part that moves, on the first step", async () => {
  const moved = async (frozen: string[]): Promise<Params> => {
    const run = stepper({ frozen });
    await run.run(batches[0]!, 0);
    await run.dispose();
    return run.params.tree;
  };
  const [plain, still] = [await moved([]), await moved(["trunk"])];
  expect(partOf(still, "heads/")).toEqual(partOf(plain, "heads/"));
  expect(partOf(still, "trunk/")).not.toEqual(partOf(plain, "trunk/"));
});

it("a limit on the gradient holds for what is trained", async () => {
  const run = stepper({ frozen: ["trunk"], maxGradientNorm: 0.01, optimizer: sgd({ learningRate: 1 }) });
  const before = run.params.data.slice();
  await run.run(batches[0]!, 0);
  await run.dispose();
  expect(Math.hypot(...run.params.data.map((value, i) => value - before[i]!))).toBeCloseTo(0.01, 6);
});

it("a rule is shown the gradients of the rest of the trunk", async () => {
  const plain = toy({ dropout: 0 });
  const method = spy("gram");
  const run = stepper({ model: plain.model, method, frozen: ["trunk/w"] });
  const before = structuredClone(run.params.tree);
  await run.run(batches[0]!, 0);
  await run.dispose();
  // Leaves in order: b, then w.
  const rows = (await trunkRows(plain.model, before, batches[0]!)).map((row) => row.slice(0, 16));
  rows.forEach((row, i) => {
    rows.forEach((other, j) => expect(method.views[0]!.gram![i]![j]).toBeCloseTo(dot(row, other), 4));
  });
});

it("heads behind RotoGrad's rotations can be frozen, the rotations not", async () => {
  const method = rotograd();
  const fitted = await train({ method, frozen: ["trunk", "heads/a/head"] });
  const { params, last, model: trained } = fitted;
  const first = trained.init(Random.seeded(1, "init"));
  for (const part of ["trunk/", "heads/a/head/"]) {
    expect(partOf(last, part)).toEqual(partOf(first, part));
  }
  expect(partOf(params, "heads/a/inserted")).not.toEqual(partOf(first, "heads/a/inserted"));
  await fitted.dispose();
  expect(await refused(train({ method, frozen: ["heads/a"] }))).toMatchObject({
    code: "bad-option",
    message: expect.stringContaining("heads/a/inserted"),
  });
});

it("META-TARTAN's temporary head needs one that trains", () => {
  const open = (frozen: string[]): unknown =>
    stepper({ method: metaTartanFreshHead(), dev: data.validation, frozen });
  expect(thrown(() => open(["heads/y"]))).toMatchObject({
    code: "unsupported",
    message: expect.stringContaining("heads/y/b is frozen"),
  });
  expect(open(["trunk"])).toBeDefined();
});

it("AANG's temporary head needs one that trains, while logits are learned", () => {
  const { model: own, tasks } = searched(toy());
  const open = (frozen: string[], learningRate: number): unknown =>
    stepper({
      model: own,
      tasks,
      params: own.init(Random.seeded(1, "init")),
      method: aangSearch({ space: toySpace(), learningRate, splitLearningRate: 0 }),
      dev: data.validation,
      frozen,
    });
  expect(thrown(() => open(["heads/a"], 0.1))).toMatchObject({
    code: "unsupported",
    message: expect.stringContaining("heads/a/b is frozen"),
  });
  expect(open(["trunk"], 0.1)).toBeDefined();
  expect(open(["heads/a"], 0)).toBeDefined();
});

describe("in fit", () => {
  let folder = "";
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), "outrigger-frozen-"));
  });
  afterAll(() => rmSync(folder, { recursive: true }));
  const bytes = (name: string): Buffer => readFileSync(join(folder, name, "checkpoint.safetensors"));

  it("a run stopped in the middle ends with the same bytes, and goes on with the same parts only", async () => {
    const options = {
      frozen: ["trunk/w", "heads/c"],
      checkpointEvery: 2,
      start: model.init(Random.seeded(9, "other")),
    };
    await (await train({ ...options, directory: join(folder, "whole") })).dispose();
    const stop = new AbortController();
    const directory = join(folder, "stopped");
    const halted = await train({
      ...options,
      directory,
      signal: stop.signal,
      progress: ({ kind }) => kind === "step" && stop.abort(),
    });
    expect(halted.stopped).toBe("signal");
    const other = train({ ...options, frozen: ["trunk/w"], directory });
    expect((await refused(other)).message).toContain("frozen (was heads/c, trunk/w, now trunk/w)");
    const elsewhere = train({ ...options, start: model.init(Random.seeded(8, "other")), directory });
    expect((await refused(elsewhere)).message).toContain("start (was");
    await (await train({ ...options, directory })).dispose();
    expect(bytes("stopped").equals(bytes("whole"))).toBe(true);
  });

  it("begins at the parameters given, draws nothing else for them, and refuses those of another model", async () => {
    const start = model.init(Random.seeded(9, "other"));
    const { last } = await train({ start, frozen: ["heads"], epochs: 1 });
    expect(partOf(last, "heads/")).toEqual(partOf(start, "heads/"));
    expect(partOf(last, "trunk/")).not.toEqual(partOf(start, "trunk/"));
    const own = await train({ epochs: 2 });
    const given = await train({ epochs: 2, start: model.init(Random.seeded(1, "init")) });
    expect(partOf(given.last, "")).toEqual(partOf(own.last, ""));
    const { y: _, ...heads } = start.heads;
    expect(await refused(train({ start: { ...start, heads } }))).toMatchObject({
      code: "bad-option",
      message: expect.stringContaining("heads/y/b is missing there and of shape [1] in the model"),
    });
  });

  it("begins under new rotations where the method has some", async () => {
    const start = model.init(Random.seeded(9, "other"));
    const { last, model: trained } = await train({
      start,
      method: rotograd(),
      frozen: ["trunk", "heads/a/head"],
    });
    expect(partOf(last, "heads/a/head/")).toEqual(partOf(start, "heads/a/"));
    expect(partOf(trained.init(Random.seeded(1, "init")), "heads/a/inserted/")).not.toEqual([]);
  });

  it("returns the last parameters where these are to be kept", async () => {
    // Uphill from the fourth epoch on.
    const options = { epochs: 6, optimizer: sgd({ learningRate: (t) => (t <= 9 ? 0.05 : -0.02) }) };
    const [best, last] = [await train(options), await train({ ...options, keep: "last" })];
    expect(best.best!.epoch).toBeLessThan(5);
    expect(partOf(last.params, "")).toEqual(partOf(best.last, ""));
    expect(partOf(best.params, "")).not.toEqual(partOf(best.last, ""));
    expect((await last.evaluate(data.validation))["y"]).toEqual(last.history[5]!.validation["y"]);
  });

  it.each([
    [["trunk/z"], 'no parameters "trunk/z"'],
    [["trun"], 'no parameters "trun"'],
    [["trunk", "heads"], "is every parameter"],
  ])("%j is refused", async (frozen, said) => {
    expect(await refused(train({ frozen }))).toMatchObject({
      code: "bad-option",
      message: expect.stringContaining(said),
    });
  });
});

import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { array } from "@outrigger/core/graph/index";
import { adam } from "@outrigger/core/optimize/adam";
import { sgd } from "@outrigger/core/optimize/sgd";
import { type FitOptions, type Fitted, fit } from "@outrigger/core/train/fit";
import { layerwise } from "@outrigger/core/train/layerwise";
import { ruleOf, shapeOf } from "@outrigger/core/train/method";
import { every } from "@outrigger/core/weighting/combine/every";
import { perLayer } from "@outrigger/core/weighting/combine/per-layer";
import { protectPrimary } from "@outrigger/core/weighting/combine/protect-primary";
import { gradvac } from "@outrigger/core/weighting/gradvac";
import { pcgrad } from "@outrigger/core/weighting/pcgrad";
import { randomWeights } from "@outrigger/core/weighting/random";
import { uncertainty } from "@outrigger/core/weighting/uncertainty";
import { uniform } from "@outrigger/core/weighting/uniform";
import type { View, Weighting } from "@outrigger/core/weighting/weighting";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { toy } from "./fixtures/toy.ts";
import { thrown } from "./support/errors.ts";
import { dot } from "./support/gram.ts";
import { type Batch, stepper, trunkRows } from "./support/stepper.ts";

const data = toy();
const plain = toy({ dropout: 0 });
const [first, second] = [...data.train.epoch(null)];
const only = <H>(batch: H) => ({ size: 1, epoch: () => [batch] });

/** The toy's trunk is { b: 16, w: 3 × 16 }: two layers. */
const biases = 16;
const partOf = (row: readonly number[], layer: number): number[] =>
  layer === 0 ? row.slice(0, biases) : row.slice(biases);

/** Gives these weights layer by layer, and keeps what it was shown; its state is how often it was asked. */
function spy(
  needs: ReturnType<Weighting["needs"]>,
  byLayer: readonly (readonly number[])[],
): Weighting<{ asked: number }> & { views: View[] } {
  const views: View[] = [];
  return {
    views,
    name: "spy",
    paper: null,
    needs: () => needs,
    init: () => ({ asked: 0 }),
    weigh(view, { asked }) {
      views.push(view);
      return { weights: [...byLayer[(views.length - 1) % byLayer.length]!], state: { asked: asked + 1 } };
    },
  };
}

const weights = [
  [1, 0, -2, 0.5],
  [0.25, 3, 1, 0],
];

const train = (options: Partial<FitOptions<Batch>>): Promise<Fitted<Batch>> =>
  fit(data.model, {
    ...data,
    method: uniform(),
    optimizer: adam({ learningRate: 0.02 }),
    epochs: 3,
    seed: 1,
    threads: 1,
    progress: "none",
    ...options,
  });

describe("a rule that is asked layer by layer", () => {
  it("sees the products of each layer's gradients, and those with a second batch", async () => {
    for (const needs of ["gram", "gram+dev", "gram+other"] as const) {
      const rule = spy(needs, weights);
      const held = only(second!);
      const run = stepper({ model: plain.model, method: perLayer(rule), dev: held, other: held });
      const before = structuredClone(run.params.tree);
      await run.run(first!, 0);
      await run.dispose();
      const rows = await trunkRows(plain.model, before, first);
      const others = await trunkRows(plain.model, before, second);
      expect(rule.views).toHaveLength(2);
      rule.views.forEach((view, l) => {
        rows.forEach((a, i) => {
          rows.forEach((b, j) => {
            const expected = dot(partOf(a, l), partOf(b, l));
            expect(view.gram![i]![j]).toBeCloseTo(expected, 4);
            const across = dot(partOf(a, l), partOf(others[j]!, l));
            if (needs === "gram+other") expect(view.gramOther![i]![j]).toBeCloseTo(across, 4);
          });
          const held = partOf(others[0]!, l);
          if (needs !== "gram+dev") return;
          expect(view.dev!.dots[i]).toBeCloseTo(dot(partOf(a, l), held), 4);
          expect(view.dev!.norm).toBeCloseTo(Math.hypot(...held), 4);
        });
        expect(view).not.toHaveProperty("layers");
      });
    }
  });

  it("moves layer l along Σ_k w_lk g_lk, and heads by their mean weight over the parameters", async () => {
    const rule = perLayer(spy("gram", weights));
    const run = stepper({ model: plain.model, method: rule, optimizer: sgd({ learningRate: 1 }) });
    const before = structuredClone(run.params.tree);
    const rows = await trunkRows(plain.model, before, first);
    const report = await run.run(first!, 0);
    const mean = weights[0]!.map((weight, k) => (weight * 16 + weights[1]![k]! * 48) / 64);
    expect(report.weights).toEqual(mean);
    expect(run.state.method).toEqual([{ asked: 1 }, { asked: 1 }]);
    const leaves = ({ b, w }: Record<"b" | "w", { data: Float32Array }>) => [...b.data, ...w.data];
    const trunkOf = ({ trunk }: { trunk: unknown }) => leaves(trunk as never);
    const after = trunkOf(run.params.tree);
    trunkOf(before).forEach((value, i) => {
      const l = i < biases ? 0 : 1;
      const expected = rows.reduce((sum, row, k) => sum + weights[l]![k]! * row[i]!, 0);
      expect(value - after[i]!).toBeCloseTo(expected, 4);
    });
    await run.dispose();
    const equal = stepper({ model: plain.model, optimizer: sgd({ learningRate: 1 }) });
    await equal.run(first!, 0);
    await equal.dispose();
    for (const [k, name] of ["y", "a", "s", "c"].entries()) {
      const [from, one, own] = [before, equal.params.tree, run.params.tree].map((tree) =>
        leaves(tree.heads[name] as never),
      );
      from!.forEach((value, i) => {
        expect(value - own![i]!).toBeCloseTo(mean[k]! * (value - one![i]!), 4);
      });
    }
  });

  it("gives what the plain rule gives where it says the same for every layer", async () => {
    const ends = await Promise.all(
      [uniform(), perLayer(uniform())].map(async (method) => {
        const run = stepper({ method: method as Weighting });
        for (let i = 0; i < 4; i++) await run.run(first!, 0);
        await run.dispose();
        return run.params.data;
      }),
    );
    ends[0]!.forEach((value, i) => expect(ends[1]![i]).toBeCloseTo(value, 5));
  });

  it("protects the primary in every layer", async () => {
    const run = stepper({
      model: plain.model,
      method: perLayer(protectPrimary(spy("gram", [[0, -3, 2, -1]]))) as Weighting,
      optimizer: sgd({ learningRate: 1 }),
    });
    const before = structuredClone(run.params.tree) as never as { trunk: Record<string, { data: number[] }> };
    const rows = await trunkRows(plain.model, before, first);
    await run.run(first!, 0);
    await run.dispose();
    const after = run.params.tree as never as typeof before;
    const moved = ["b", "w"].flatMap((key) =>
      [...before.trunk[key]!.data].map((value, i) => value - after.trunk[key]!.data[i]!),
    );
    for (const l of [0, 1]) expect(dot(partOf(moved, l), partOf(rows[0]!, l))).toBeGreaterThan(-1e-6);
  });

  it("names the task of a weight that is not finite", async () => {
    const run = stepper({
      method: perLayer(
        spy("losses", [
          [1, 1, 1, 1],
          [1, 1, Number.NaN, 1],
        ]),
      ),
    });
    await expect(run.run(first!, 0)).rejects.toThrow(/gave weight NaN to task "s"/);
    await run.dispose();
  });

  it("is asked beforehand where it needs nothing, and several steps are one call", async () => {
    const runs = await Promise.all(
      [1, 4].map((stepsPerCall) => train({ method: perLayer(randomWeights()) as Weighting, stepsPerCall })),
    );
    const [single, together] = runs.map(({ last }) => last.trunk as unknown as { w: { data: Float32Array } });
    together!.w.data.forEach((value, i) => expect(value).toBeCloseTo(single!.w.data[i]!, 4));
    expect(runs[0]!.history.map((record) => record.weights)).toEqual(
      runs[1]!.history.map((record) => record.weights),
    );
    for (const run of runs) await run.dispose();
  });
});

describe("fit with a rule a layer", () => {
  let folder = "";
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), "outrigger-per-layer-"));
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  it("trains otherwise than with the plain rule", async () => {
    const [layered, whole] = [
      await train({ method: perLayer(pcgrad()) as Weighting, epochs: 12 }),
      await train({ method: pcgrad() as Weighting, epochs: 12 }),
    ];
    for (const { history } of [layered, whole]) {
      const losses = history.map(({ validation }) => validation["y"]!["loss"]!);
      expect(Math.min(...losses)).toBeLessThan(0.7 * losses[0]!);
    }
    expect(layered.history.at(-1)!.losses).not.toEqual(whole.history.at(-1)!.losses);
    // The products of the whole trunk are the sums of the layers': the first step's cosines are the same.
    for (const fitted of [layered, whole]) await fitted.dispose();
  });

  it.each([
    ["gradvac", () => perLayer(gradvac())],
    ["uncertainty, which observes", () => perLayer(every(2, uncertainty()))],
  ])("continues bit for bit with a state a layer: %s", async (name, make) => {
    const ends: Buffer[] = [];
    for (const part of ["whole", "stopped"]) {
      const options = {
        method: make() as Weighting,
        directory: join(folder, `${name}-${part}`),
        checkpointEvery: 2,
      };
      if (part === "stopped") {
        const stop = new AbortController();
        let steps = 0;
        const halted = await train({
          ...options,
          signal: stop.signal,
          progress: ({ kind }) => {
            if (kind === "step" && ++steps === 5) stop.abort();
          },
        });
        await halted.dispose();
      }
      const fitted = await train(options);
      await fitted.dispose();
      ends.push(readFileSync(join(options.directory, "checkpoint.safetensors")));
    }
    expect(ends[1]!.equals(ends[0]!)).toBe(true);
  });
});

describe("layers", () => {
  const of = (...sizes: number[]) => sizes.map((size) => array(new Float32Array(size)));
  const [a, b, c] = of(2, 3, 4);

  it("are the entries that hold parameters", () => {
    expect(shapeOf([{ w: a!, b: b! }, [], c!, {}], 2, 0).layers).toEqual([5, 4]);
    expect(ruleOf(perLayer(uniform()) as Weighting, shapeOf([a!, [], c!], 2, 0)).init(2, 0)).toHaveLength(2);
  });

  it("need what the most demanding of them needs", () => {
    const rule = layerwise(
      { ...spy("gram", weights), needs: ({ asked }) => (asked > 0 ? "gram" : "nothing") },
      [1, 1],
    );
    const [asked, fresh] = [{ asked: 1 }, { asked: 0 }];
    expect(rule.needs([fresh, fresh], 0)).toBe("nothing");
    expect(rule.needs([fresh, asked], 0)).toBe("gram");
  });

  it("are needed: a trunk without parameters is refused", () => {
    expect(thrown(() => layerwise(uniform(), []))).toMatchObject({ code: "bad-model" });
  });
});

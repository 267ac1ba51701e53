import { adam } from "@outrigger/core/optimize/adam";
import { Random } from "@outrigger/core/random";
import { fit } from "@outrigger/core/train/fit";
import { hostView } from "@outrigger/core/train/host-view";
import { Look } from "@outrigger/core/train/look";
import type { Model } from "@outrigger/core/train/model";
import { splitModel } from "@outrigger/core/train/split-model";
import { compose } from "@outrigger/core/weighting/combine/compose";
import { every } from "@outrigger/core/weighting/combine/every";
import { normalized } from "@outrigger/core/weighting/combine/normalized";
import { perLayer } from "@outrigger/core/weighting/combine/per-layer";
import { protectPrimary } from "@outrigger/core/weighting/combine/protect-primary";
import { representation } from "@outrigger/core/weighting/combine/representation";
import { smoothed } from "@outrigger/core/weighting/combine/smoothed";
import { warmup } from "@outrigger/core/weighting/combine/warmup";
import { dbMtl } from "@outrigger/core/weighting/db-mtl";
import { mgda } from "@outrigger/core/weighting/mgda";
import { pcgrad } from "@outrigger/core/weighting/pcgrad";
import { uncertainty } from "@outrigger/core/weighting/uncertainty";
import type { Weighting } from "@outrigger/core/weighting/weighting";
import type { Tensor } from "@tensorflow/tfjs";
import * as tf from "@tensorflow/tfjs";
import { describe, expect, it } from "vitest";
import { toy } from "./fixtures/toy.ts";
import { refused, thrown } from "./support/errors.ts";
import { dot } from "./support/gram.ts";
import { allRules } from "./support/rules.ts";
import { type Batch, spy, stepper } from "./support/stepper.ts";

const data = toy();
const plain = toy({ dropout: 0 });
const [batch] = [...data.train.epoch(null)];
const init = (random: Random) => plain.model.init(random);
const unsplit: Model<Batch> = { init, apply: (...of) => plain.model.apply(...of) };

/** A rule of the tests that allows itself to be shown anything. */
const shown = (needs: Parameters<typeof spy>[0], weights?: readonly number[]) => {
  const rule = spy(needs, weights);
  return { rule, method: representation({ ...rule, atRepresentation: true }) };
};

/** ∂L_k/∂z by hand, one row of samples × units a task: heads are linear, losses squared or logistic. */
function rowsAtRepresentation(params: unknown): number[][] {
  type Layer = { w: { data: Float32Array }; b: { data: Float32Array } };
  const { trunk, heads } = params as { trunk: Layer; heads: Record<string, Layer> };
  const x = batch!.inputs.data as Float32Array;
  const units = trunk.b.data.length;
  const z = Array.from({ length: 32 }, (_, n) =>
    Array.from(trunk.b.data, (bias, j) =>
      Math.max(0, bias + [0, 1, 2].reduce((sum, i) => sum + x[3 * n + i]! * trunk.w.data[i * units + j]!, 0)),
    ),
  );
  return ["y", "a", "s", "c"].map((task) => {
    const { w, b } = heads[task]!;
    const [labels, mask] = [batch!.labels[task]!.data, batch!.masks[task]!.data];
    const count = Math.max(
      1,
      (mask as Float32Array).reduce((sum, value) => sum + value, 0),
    );
    return z.flatMap((features, n) => {
      const output = dot(features, [...w.data]) + b.data[0]!;
      const slope = task === "c" ? 1 / (1 + Math.exp(-output)) - labels[n]! : 2 * (output - labels[n]!);
      return Array.from(w.data, (weight) => (slope * mask[n]! * weight) / count);
    });
  });
}

describe("a rule that looks at the representation", () => {
  it("sees the products of ∂L_k/∂z over all samples of the batch", async () => {
    const { rule, method } = shown("gram");
    const run = stepper({ model: plain.model, method });
    const rows = rowsAtRepresentation(run.params.tree);
    await run.run(batch!, 0);
    await run.dispose();
    rows.forEach((a, i) => {
      rows.forEach((b, j) => expect(rule.views[0]!.gram![i]![j]).toBeCloseTo(dot(a, b), 6));
    });
  });

  it("takes the steps of its weights: trunk and heads along the gradient of the weighted sum, dropout included", async () => {
    const weights = [1, 0.5, 0.25, 2];
    const ends = await Promise.all(
      [spy("nothing", weights), shown("gram", weights).method].map(async (method) => {
        const run = stepper({ method });
        for (let i = 0; i < 4; i++) await run.run(batch!, 0);
        await run.dispose();
        return run.params.data;
      }),
    );
    expect(ends[1]).toEqual(ends[0]);
  });

  it("makes no backward pass through the trunk", async () => {
    const wall = tf.customGrad((x) => ({
      value: tf.mul(x as Tensor, 1),
      gradFunc: () => {
        throw new Error("the trunk was differentiated");
      },
    }));
    const { represent, decode } = plain.model;
    const model = splitModel({ init, decode, represent: (...of) => wall(represent(...of)) });
    const params = model.init(Random.seeded(1, "init"));
    const streams = {
      dropout: Random.seeded(1, "dropout"),
      dev: Random.seeded(1, "dev"),
      other: Random.seeded(1, "other"),
    };
    const lookAt = async (place: "trunk" | "representation") => {
      const look = new Look({ model, tasks: plain.tasks, primary: 0, method: "test", place, streams });
      const view = (f: never) => hostView(params, f, { threads: 1 });
      return look.at(batch!, "gram", { view } as never);
    };
    const { view } = await lookAt("representation");
    expect(view.gram).toHaveLength(4);
    await expect(lookAt("trunk")).rejects.toThrow("the trunk was differentiated");
  });

  it("needs a model that says where its representation is", async () => {
    const { code, message } = await refused(
      fit(unsplit, {
        ...plain,
        method: representation(mgda()),
        optimizer: adam(),
        epochs: 1,
        seed: 1,
        progress: "none",
      }),
    );
    expect([code, message]).toEqual([
      "bad-model",
      '"representation(mgda)" needs to know where the trunk ends and the heads begin. Make the model with splitModel({ init, represent, decode }).',
    ]);
  });

  it("cannot compare two batches there", async () => {
    for (const needs of ["gram+dev", "gram+other"] as const) {
      const only = { size: 1, epoch: () => [batch!] };
      const run = stepper({ method: shown(needs).method, dev: only, other: only });
      const { code, message } = await refused(run.run(batch!, 0));
      expect([code, message]).toEqual([
        "unsupported",
        expect.stringContaining("representations of their own"),
      ]);
      await run.dispose();
    }
  });

  it("trains through fit, and continues bit for bit what it would have done", async () => {
    const train = (method: Weighting) =>
      fit(data.model, {
        ...data,
        method,
        optimizer: adam({ learningRate: 0.02 }),
        epochs: 12,
        seed: 1,
        threads: 1,
        progress: "none",
      });
    const [upper, exact] = [
      await train(representation(mgda()) as Weighting),
      await train(mgda() as Weighting),
    ];
    const errors = [upper, exact].map(({ history }) =>
      history.map(({ validation }) => validation["y"]!["loss"]!),
    );
    for (const error of errors) expect(Math.min(...error)).toBeLessThan(0.7 * error[0]!);
    expect(upper.history[0]!.weights).not.toEqual(exact.history[0]!.weights);
    const sum = Object.values(upper.history[3]!.weights).reduce((a, b) => a + b, 0);
    expect(sum).toBeCloseTo(4, 5);
    for (const fitted of [upper, exact]) await fitted.dispose();
  });
});

describe("which rules may look at the representation", () => {
  const declared = async (): Promise<string[]> =>
    (await allRules()).filter(([, make]) => make().atRepresentation).map(([name]) => name);

  it("are those that look at no gradients, and those published for shared features", async () => {
    expect((await declared()).join(" ")).toBe(
      "adaloss alignedMtl dwa famo gls gradnorm imtlG imtlL imtl mgda randomWeights singleTask slaw staticWeights stch uncertainty uniform",
    );
  });

  it("all others are refused, with their name and the reason", async () => {
    const allowed = await declared();
    const rest = (await allRules()).filter(([name]) => !allowed.includes(name));
    expect(rest.map(([name]) => name)).toEqual(
      expect.arrayContaining([
        "pcgrad",
        "gradvac",
        "cagrad",
        "nashMtl",
        "upgrad",
        "gradientCosine",
        "olAux",
        "sdmgrad",
      ]),
    );
    for (const [, make] of rest) {
      const rule = make();
      expect(thrown(() => representation(rule))).toMatchObject({
        code: "unsupported",
        details: { method: rule.name },
        message: expect.stringMatching(/defined by the gradients of the shared parameters/),
      });
    }
  });

  it("is passed on by combinations of such rules, and only by those", () => {
    const whole = [
      every(3, mgda()),
      normalized(mgda()),
      smoothed(mgda(), 0.9),
      warmup(3, mgda()),
      compose(uncertainty(), mgda()),
    ] as Weighting[];
    for (const rule of whole) expect(representation(rule).place).toBe("representation");
    const barred = [every(3, pcgrad()), compose(uncertainty(), dbMtl()), warmup(3, mgda(), pcgrad())];
    for (const rule of [...barred, protectPrimary(mgda())] as Weighting[]) {
      expect(thrown(() => representation(rule)).code).toBe("unsupported");
    }
  });

  it("one step looks at one place", () => {
    const at = representation(mgda());
    for (const make of [
      () => representation(at),
      () => perLayer(at),
      () => representation(perLayer(mgda())),
      () => compose(at, mgda()),
      () => warmup(3, at),
    ]) {
      expect(thrown(make).code).toBe("bad-option");
    }
    expect(thrown(() => protectPrimary(at)).code).toBe("unsupported");
    expect(every(2, at).place).toBe("representation");
    expect(compose(representation(uncertainty()), at).place).toBe("representation");
  });
});

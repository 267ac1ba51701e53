import { array } from "@outrigger/core/graph/index";
import { sgd } from "@outrigger/core/optimize/sgd";
import { Random } from "@outrigger/core/random";
import { fit } from "@outrigger/core/train/fit";
import { Look } from "@outrigger/core/train/look";
import { compose } from "@outrigger/core/weighting/combine/compose";
import { every } from "@outrigger/core/weighting/combine/every";
import { smoothed } from "@outrigger/core/weighting/combine/smoothed";
import { warmup } from "@outrigger/core/weighting/combine/warmup";
import { uniform } from "@outrigger/core/weighting/uniform";
import type { View, Weighting } from "@outrigger/core/weighting/weighting";
import { describe, expect, it } from "vitest";
import { toy } from "./fixtures/toy.ts";
import { thrown } from "./support/errors.ts";
import { dot } from "./support/gram.ts";
import { spy, stepper, trunkRows } from "./support/stepper.ts";

const data = toy();
const plain = toy({ dropout: 0 });
const [first, second] = [...data.train.epoch(null)];
const only = <H>(batch: H) => ({ size: 1, epoch: () => [batch] });

/** Keeps the losses that it is shown before and after; weights are fixed. */
function observer(
  observes: "before" | "after",
): Weighting<null> & { seen: { weigh: View; observe: View }[] } {
  const seen: { weigh: View; observe: View }[] = [];
  let last: View | undefined;
  return {
    seen,
    name: `observes-${observes}`,
    paper: null,
    observes,
    needs: () => "losses",
    init: () => null,
    weigh(view, state) {
      last = view;
      return { weights: [1, 1, 1, 1], state };
    },
    observe(view, state) {
      seen.push({ weigh: last!, observe: view });
      return state;
    },
  };
}

describe("a rule that needs a second training batch", () => {
  it("sees the products of this batch's gradients (rows) with those of the other (columns), and this batch's own", async () => {
    const method = spy("gram+other");
    const run = stepper({ model: plain.model, method, other: only(second!) });
    const before = structuredClone(run.params.tree);
    await run.run(first!, 0);
    await run.dispose();
    const [own, other] = [
      await trunkRows(plain.model, before, first),
      await trunkRows(plain.model, before, second),
    ];
    const { gram, gramOther } = method.views[0]!;
    own.forEach((row, i) => {
      own.forEach((column, j) => expect(gram![i]![j]).toBeCloseTo(dot(row, column), 4));
      other.forEach((column, j) => expect(gramOther![i]![j]).toBeCloseTo(dot(row, column), 4));
    });
    expect(gramOther![0]![1]).not.toBeCloseTo(gramOther![1]![0]!, 4);
  });

  it("takes the same steps as a rule that needs none, dropout included", async () => {
    const ends = await Promise.all(
      [spy("nothing"), spy("gram+other")].map(async (method) => {
        const run = stepper({ method, other: data.train });
        for (let i = 0; i < 4; i++) await run.run(first!, 0);
        await run.dispose();
        return run.params.data;
      }),
    );
    expect(ends[1]).toEqual(ends[0]);
  });

  it("goes on with the batches that would have come, from a saved state", async () => {
    const whole = spy("gram+other");
    const run = stepper({ model: plain.model, method: whole, other: data.train });
    for (let i = 0; i < 3; i++) await run.run(first!, 0);
    const saved = JSON.parse(JSON.stringify(run.state)) as typeof run.state;
    const params = structuredClone(run.params.tree);
    for (let i = 0; i < 3; i++) await run.run(first!, 0);
    const rest = spy("gram+other");
    const again = stepper({ model: plain.model, method: rest, other: data.train, params });
    again.restore(saved);
    for (let i = 0; i < 3; i++) await again.run(first!, 0);
    expect(rest.views).toEqual(whole.views.slice(3));
    await run.dispose();
    await again.dispose();
  });

  it("gets it from the training data in fit, in an order of its own", async () => {
    const method = spy("gram+other");
    const fitted = await fit(plain.model, {
      ...data,
      optimizer: sgd({ learningRate: 0.01 }),
      method,
      epochs: 1,
      seed: 3,
      threads: 1,
      progress: "none",
    });
    await fitted.dispose();
    expect(method.views.length).toBe(data.train.size);
    for (const { gram, gramOther } of method.views) expect(gramOther).not.toEqual(gram);
  });
});

describe("a rule that observes the losses after the update", () => {
  it("is shown those of the same batch with the new parameters and the same dropout masks", async () => {
    const method = observer("after");
    const run = stepper({ method });
    await run.run(first!, 0);
    const params = structuredClone(run.params.tree);
    await run.dispose();
    const look = spy("losses");
    const again = stepper({ method: look, params });
    await again.run(first!, 0);
    await again.dispose();
    // The second stepper starts with the same dropout stream, so it draws the masks of the first step.
    expect(method.seen[0]!.observe.losses).toEqual(look.views[0]!.losses);
    expect(method.seen[0]!.observe.losses).not.toEqual(method.seen[0]!.weigh.losses);
  });

  it("takes the same steps as one that observes those before", async () => {
    const ends = await Promise.all(
      (["before", "after"] as const).map(async (observes) => {
        const run = stepper({ method: observer(observes) });
        for (let i = 0; i < 4; i++) await run.run(first!, 0);
        await run.dispose();
        return run.params.data;
      }),
    );
    expect(ends[1]).toEqual(ends[0]);
  });

  it("keeps its wish in every combinator, and is not combined with a rule that learns from the losses before", () => {
    const after = observer("after");
    for (const rule of [every(2, after), smoothed(after, 0.5), warmup(3, after), compose(after, uniform())]) {
      expect(rule.observes).toBe("after");
    }
    const mixed = () => compose(observer("after"), observer("before"));
    expect(thrown(mixed)).toMatchObject({
      code: "bad-option",
      message: expect.stringContaining("observes-after"),
    });
    expect(thrown(() => warmup(2, after, observer("before"))).code).toBe("bad-option");
    const state = { first: null, second: null };
    const two = compose(spy("gram+dev"), spy("gram+other"));
    expect(thrown(() => two.needs(state, 0))).toMatchObject({
      code: "unsupported",
      message: expect.stringContaining("spy-gram+dev"),
    });
  });
});

it("an independent stream orders the second batches: the dropout and method streams are untouched by it", async () => {
  const streams = Object.fromEntries(
    ["dropout", "method", "dev", "other"].map((name) => [name, Random.seeded(4, name)]),
  ) as Record<"dropout" | "method" | "dev" | "other", Random>;
  const run = stepper({ method: spy("gram+other"), other: data.train, streams, model: plain.model });
  const saved = [streams.dropout.state, streams.method.state, streams.dev.state, streams.other.state];
  await run.run(first!, 0);
  await run.dispose();
  expect([streams.dropout.state, streams.method.state, streams.dev.state]).toEqual(saved.slice(0, 3));
  expect(streams.other.state).not.toEqual(saved[3]);
});

it("has norm 0 for a held-out gradient whose square rounding left below zero", async () => {
  const [zero, square] = [new Float32Array(1), new Float32Array(2 * 4)];
  // High parts and low parts of [[⟨g, g⟩, ⟨g, d⟩], [⟨d, g⟩, ⟨d, d⟩]]
  square.set([1, 0, 0, 0], 0);
  square.set([0, 0, 0, -1e-12], 4);
  const shown = { losses: [array(zero, [])], counts: [array(zero, [])], grams: [array(square, [2, 2, 2])] };
  const look = new Look({
    model: plain.model,
    tasks: plain.tasks.slice(0, 1),
    primary: 0,
    method: "spy",
    place: "trunk",
    streams: {
      dropout: Random.seeded(1, "dropout"),
      dev: Random.seeded(1, "dev"),
      other: Random.seeded(1, "other"),
    },
    dev: plain.validation,
  });
  const { view } = await look.at(first! as never, "gram+dev", { view: () => (async () => shown) as never });
  expect(view.dev!.norm).toBe(0);
});

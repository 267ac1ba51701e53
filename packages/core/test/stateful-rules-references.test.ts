import { readFileSync } from "node:fs";
import { Random } from "@outrigger/core/random";
import { adaloss } from "@outrigger/core/weighting/adaloss";
import { dwa } from "@outrigger/core/weighting/dwa";
import { famo } from "@outrigger/core/weighting/famo";
import { gls } from "@outrigger/core/weighting/gls";
import { gradientNormScaling } from "@outrigger/core/weighting/gradient-norm-scaling";
import { gradnorm } from "@outrigger/core/weighting/gradnorm";
import { metaTartan } from "@outrigger/core/weighting/meta-tartan";
import { olAux } from "@outrigger/core/weighting/ol-aux";
import { slaw } from "@outrigger/core/weighting/slaw";
import type { View, Weighting } from "@outrigger/core/weighting/weighting";
import { expect, test } from "vitest";
import { dot, gramOf } from "./support/gram.ts";

interface Stateful {
  dwa: { epoch_losses: number[][]; expected: { weights: number[] }[] };
  slaw: { expected: { loss: number[]; weights: number[] }[] };
  ol_aux: { beta: number; N: number; steps: { theta: number[]; w_used: number[]; w_after: number[] }[] };
  gradnorm: {
    alpha: number;
    grad_norms: number[];
    initial_losses: number[];
    losses: number[];
    paper: { lr: number; w_renormalised_sum_K: number[] };
    libmtl: { grad_s: number[] };
  };
  famo: Record<
    "gamma_0.01_official" | "gamma_0.001_libmtl",
    { steps: { losses: number[]; theta_next: number[]; task_coefficients: number[]; w_next: number[] }[] }
  >;
  meta_tartan: {
    dev_grad: number[];
    task_grads: number[][];
    lr: number;
    logits1: number[];
    weights0: number[];
    weights1: number[];
  };
}
const read = (name: string): unknown =>
  JSON.parse(readFileSync(new URL(`fixtures/${name}`, import.meta.url), "utf8"));
const stateful = read("stateful-methods.json") as Stateful;
const torchjd = read("torchjd-rules.json") as { gls: { losses: number[]; weights: number[] }[] };

const random = Random.seeded(0, "rule");
const view = (losses: readonly number[], more: Partial<View> = {}): View => ({
  step: 0,
  epoch: 0,
  primary: 0,
  losses,
  ...more,
});
const close = (actual: readonly number[], expected: readonly number[]) => {
  expect(actual.length).toBe(expected.length);
  for (const [k, value] of expected.entries()) expect(actual[k]).toBeCloseTo(value, 9);
};

test.each([null, 3])("dwa: stored weights of four epochs of three steps each, window %s", (window) => {
  const rule = dwa({ window });
  let state = rule.init(3, 0);
  for (const [epoch, { weights }] of stateful.dwa.expected.entries()) {
    for (const noise of [-0.1, 0, 0.1]) {
      const losses = (stateful.dwa.epoch_losses[epoch] ?? [1, 1, 1]).map((loss) => loss + noise);
      const shown = view(losses, { epoch });
      const answer = rule.weigh(view([], { epoch }), state, random);
      close(answer.weights, weights);
      state = rule.observe!(shown, answer.state);
    }
  }
});

test("slaw: stored weights after each of four losses", () => {
  const rule = slaw();
  let state = rule.init(2, 0);
  close(rule.weigh(view([]), state, random).weights, [1, 1]);
  for (const { loss, weights } of stateful.slaw.expected) {
    state = rule.observe!(view(loss), state);
    close(rule.weigh(view([]), state, random).weights, weights);
  }
});

test("gls: the derivative of TorchJD's geometric mean; every weighted loss is the same", () => {
  for (const { losses, weights } of torchjd.gls) {
    const found = gls().weigh(view(losses), null, random).weights;
    close(found, weights);
    close(
      found.map((weight, k) => weight * losses[k]!),
      losses.map(() => found[0]! * losses[0]!),
    );
  }
});

test("adaloss: constant losses end in weights that make all weighted losses equal, with sum T", () => {
  const rule = adaloss();
  let state = rule.init(3, 0);
  for (let step = 0; step < 5; step++) state = rule.observe!(view([2, 0.5, 8]), state);
  const { weights } = rule.weigh(view([]), state, random);
  close(
    weights,
    [0.5 / 2.625, 2 / 2.625, 0.125 / 2.625].map((value) => value * 3),
  );
});

test("ol-aux: stored weights on two quadratics", () => {
  const rule = olAux({ similarity: "dot", learningRate: stateful.ol_aux.beta, interval: stateful.ol_aux.N });
  let state = rule.init(2, 0);
  for (const { theta, w_used, w_after } of stateful.ol_aux.steps) {
    const rows = [
      [theta[0]! - 1, theta[1]!],
      [4 * (theta[0]! + 1), 4 * (theta[1]! - 0.5)],
    ];
    const answer = rule.weigh(view([1, 1], { gram: gramOf(rows) }), state, random);
    close(answer.weights.slice(1), w_used);
    close(answer.state.alpha.slice(1), w_after);
    state = answer.state;
  }
});

test("gradnorm: stored weights after a step of the paper's form, and LibMTL's slope of its logits", () => {
  const { alpha, grad_norms, initial_losses, losses, paper, libmtl } = stateful.gradnorm;
  const gram = grad_norms.map((_, i) => grad_norms.map((norm, j) => (i === j ? norm ** 2 : 0)));
  const begun = { values: [1, 1, 1], sum: initial_losses, count: [1, 1, 1] };
  const published = gradnorm({ alpha, learningRate: paper.lr });
  const { state } = published.weigh(
    view(losses, { gram, epoch: 1 }),
    { ...published.init(3, 0), ...begun },
    random,
  );
  close(state.values, paper.w_renormalised_sum_K);
  const other = gradnorm({ alpha, form: "libmtl" });
  const moved = other.weigh(view(losses, { gram, epoch: 1 }), { ...other.init(3, 0), ...begun }, random);
  // Adam's first moment after one step is a tenth of the slope.
  close(
    moved.state.m.map((value) => 10 * value),
    libmtl.grad_s,
  );
});

test.each(["paper", "libmtl"] as const)(
  "gradnorm (%s): the unit of a loss does not matter, also of a task that has no label in the first batch",
  (form) => {
    // Loss of the second task in every step; without a label a step shows 1, or the latest known.
    const weightsOf = (losses: readonly number[]): number[][] => {
      const rule = gradnorm({ form });
      let state = rule.init(2, 0);
      return losses.map((loss, step) => {
        const length = step === 0 || step === 2 ? 0 : 9;
        const gram = gramOf([
          [2, 0],
          [0, length],
        ]);
        const answer = rule.weigh(
          view([2 - 0.2 * step, loss], { gram, step, epoch: step < 3 ? 0 : 1 }),
          state,
          random,
        );
        state = answer.state;
        return answer.weights;
      });
    };
    const plain = weightsOf([1, 5, 5, 5, 5, 5, 5]);
    expect(Math.abs(plain.at(-1)![0]! - 1)).toBeGreaterThan(0.01);
    for (const [step, weights] of weightsOf([1, 0.05, 0.05, 0.05, 0.05, 0.05, 0.05]).entries()) {
      close(weights, plain[step]!);
    }
  },
);

test.each([
  ["gamma_0.01_official", 0.01],
  ["gamma_0.001_libmtl", 0.001],
] as const)(
  "famo: stored weights of four steps on two quadratics, and logits to 1e-6: %s",
  (name, weightDecay) => {
    const rule = famo({ weightDecay, scale: "mean" });
    let state = rule.init(2, 0);
    for (const { losses, theta_next, task_coefficients, w_next } of stateful.famo[name].steps) {
      const answer = rule.weigh(view(losses), state, random);
      for (const [k, weight] of task_coefficients.entries()) expect(answer.weights[k]).toBeCloseTo(weight, 6);
      const [x, y] = theta_next as [number, number];
      const after = [((x - 1) ** 2 + y ** 2) / 2, 2 * ((x + 1) ** 2 + (y - 0.5) ** 2)];
      state = rule.observe!(view(after), answer.state);
      for (const [k, logit] of w_next.entries()) expect(state.xi[k]).toBeCloseTo(logit, 6);
    }
  },
);

test("meta-tartan: stored logits and weights", () => {
  const { dev_grad, task_grads, lr, logits1, weights0, weights1 } = stateful.meta_tartan;
  const rule = metaTartan({ learningRate: lr, scale: "mean" });
  const shown = view([1, 1, 1], {
    gram: gramOf(task_grads),
    dev: { dots: task_grads.map((row) => dot(row, dev_grad)), norm: Math.sqrt(dot(dev_grad, dev_grad)) },
  });
  const first = rule.weigh(shown, rule.init(3, 0), random);
  close(first.weights, weights0);
  close(first.state.logits, logits1);
  close(rule.weigh(shown, first.state, random).weights, weights1);
});

test("gns shortens auxiliaries to the primary's length, gcs+gns projects the primary on them", () => {
  const rows = [
    [1, 0],
    [2, 2],
    [-3, 1],
    [0.1, 0],
  ];
  const ask = (rule: Weighting<null>) => rule.weigh(view([1, 1, 1, 1], { gram: gramOf(rows) }), null, random);
  close(ask(gradientNormScaling()).weights, [1, 1 / Math.sqrt(8), 1 / Math.sqrt(10), 1]);
  close(ask(gradientNormScaling({ cosine: true })).weights, [1, 2 / 8, 0, 10]);
});

import type { Tensor } from "@tensorflow/tfjs";
import * as tf from "@tensorflow/tfjs";
import { OutriggerError } from "../error.ts";
import { gradients, type NDArray, type Tree } from "../graph/index.ts";
import { notFinite } from "../train/known-losses.ts";
import type { Seen } from "../train/learner.ts";
import { forward } from "../train/loss.ts";
import type { Host, Params, ParamsTensors } from "../train/model.ts";
import { scalars, valuesOf } from "../train/scalars.ts";
import { looking } from "./inner/look-ahead.ts";
import { advance, type Replica, replicaOf } from "./inner/replica.ts";
import { weightedGradient } from "./inner/weighted-gradient.ts";
import type { Procedure, Setup } from "./procedure.ts";

export interface HeadFirstOptions {
  /** n, steps of the heads before every step of all parameters, on its batch. Default 1, the paper's; 0 is `uniform`. */
  headSteps?: number;
}

type Heads = { readonly heads: Params["heads"] };

/**
 * Lets the heads catch up before the trunk moves: on every batch the heads φ take n steps down Σ_k L_k(θ, φ) with the trunk θ at rest, and then all
 * parameters take one,
 *
 *     φ ← φ − η_φ ∇_φ Σ_k L_k(θ, φ)   n times,   (θ, φ) ← (θ, φ) − η ∇ Σ_k L_k(θ, φ)
 *
 * each as the run's optimiser does it: the heads' moments go through all n + 1, whose step size is that of the run's step.
 * The trunk's gradient so comes from heads that fit it as it is, and pulls together samples that the tasks label alike: with many tasks
 * the trunk finds the directions that these share, which one task alone does not show. All passes of a step see the same dropout masks, and moving statistics change in the last. The history has the losses of before the step, and weights of 1.
 *
 * Cost: n forward passes and n backward passes through the heads, and the step.
 *
 * Evidence: core/head-first in packages/core-bench/README.md.
 *
 * Paper: Collins, Hassani, Soltanolkotabi, Mokhtari and Shakkottai, "Provable Multi-Task Representation Learning by Two-Layer ReLU Neural
 * Networks", ICML 2024, https://arxiv.org/abs/2307.06887. Differences: the paper's trunk takes a step alone, here the heads go along, so
 * that n = 0 is joint training; the paper studies gradient descent from small weights, here optimisers are the run's.
 *
 * @throws OutriggerError `bad-option` unless n is a whole number of 0 or more; when training, `non-finite` for a loss that the heads' steps made
 * so.
 *
 * @example
 * await fit(model, { method: headFirst({ headSteps: 5 }), … });
 */
export const headFirst = ({ headSteps = 1 }: HeadFirstOptions = {}): Procedure<null> => {
  if (!Number.isInteger(headSteps) || headSteps < 0) {
    const what = `headSteps must be a whole number of 0 or more, not ${headSteps}.`;
    throw new OutriggerError("bad-option", what, { headSteps });
  }
  return {
    name: "head-first",
    paper: {
      title: "Provable Multi-Task Representation Learning by Two-Layer ReLU Neural Networks",
      venue: "ICML",
      year: 2024,
      url: "https://arxiv.org/abs/2307.06887",
    },
    verified: "own reading",
    settings: { headSteps },
    // Backward passes through the heads alone are next to nothing.
    passes: () => ({ forward: headSteps + 1, backward: 1 }),
    init: () => null,
    open(setup) {
      const { tasks, main, masks, maxGradientNorm, optimizer, frozen } = setup;
      const { heads } = main.params.tree;
      const copy = replicaOf<Heads>({ heads }, optimizer, frozen);
      // Names are in order: heads lie before the trunk.
      const owned = (data: Float32Array): Float32Array => data.subarray(0, copy.params.data.length);
      const pairs = [
        [owned(main.params.data), copy.params.data] as const,
        ...optimizer.slots.map(
          (name) => [owned(main.update.slots[name]!), copy.update.slots[name]!] as const,
        ),
      ];
      const headGradient = headsGradient(setup);
      const descend = weightedGradient(setup);
      const ones = tasks.map(() => 1);
      return {
        memory: {},
        async step(batch, { step }) {
          const before = masks.state;
          let first: Seen | undefined;
          for (const [own, copied] of pairs) copied.set(own);
          for (let i = 0; i < headSteps; i++) {
            masks.state = before;
            const seen = await headGradient(copy, batch);
            if (first === undefined) setup.check(seen, step);
            first ??= seen;
            advance(copy, step + 1, maxGradientNorm);
          }
          for (const [own, copied] of pairs) own.set(copied);
          masks.state = before;
          const last = await descend(main, batch, ones);
          if (first === undefined) setup.check(last, step);
          const broken = last.losses.findIndex((loss) => !Number.isFinite(loss));
          if (broken >= 0) {
            const { name } = tasks[broken]!;
            const what = `The loss of task "${name}" is ${last.losses[broken]} after the heads' steps of head-first`;
            throw notFinite(what, { step, task: name });
          }
          advance(main, step + 1, maxGradientNorm);
          return { ...(first ?? last), weights: ones, state: null };
        },
      };
    },
  };
};

/** Writes the heads' own gradients, under the run's trunk, into the gradient of a copy of the heads. */
function headsGradient<B>(setup: Setup<B>): (at: Replica<Heads>, batch: Host<B>) => Promise<Seen> {
  const { model, tasks, main } = setup;
  const out = { losses: scalars(tasks.length), counts: scalars(tasks.length) };
  const compiled = setup.compile((params: ParamsTensors, batch: B) => {
    const { losses, counts } = forward(model, tasks, params, batch, looking);
    return { losses, counts, heads: gradients([tf.addN(losses)], params.heads as Tree<Tensor>)[0]! };
  });
  return async ({ params, gradient }, batch) => {
    const into = { ...out, heads: gradient.tree.heads } as Tree<NDArray>;
    const at = { trunk: main.params.tree.trunk, heads: params.tree.heads };
    await compiled.into(into, at, batch as Tree<NDArray>);
    return { losses: valuesOf(out.losses), counts: valuesOf(out.counts) };
  };
}

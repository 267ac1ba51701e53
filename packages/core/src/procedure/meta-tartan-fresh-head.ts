import { gradients, gram, type NDArray, type Tree } from "../graph/index.ts";
import { adamw } from "../optimize/adamw.ts";
import { describeOptimizer } from "../optimize/describe.ts";
import type { Optimizer } from "../optimize/optimizer.ts";
import { block, gramRows } from "../train/gram-rows.ts";
import { notFinite } from "../train/known-losses.ts";
import { forward } from "../train/loss.ts";
import type { ParamsTensors } from "../train/model.ts";
import { valuesOf } from "../train/scalars.ts";
import { positiveInteger } from "../weighting/gram/check.ts";
import { type MetaTartanOptions, metaTartan } from "../weighting/meta-tartan.ts";
import { fittedHeadLoss } from "./inner/fitted-head.ts";
import { requireDev } from "./inner/held-out.ts";
import { looking } from "./inner/look-ahead.ts";
import { advance } from "./inner/replica.ts";
import { requireTrained } from "./inner/require-trained.ts";
import { weightedGradient } from "./inner/weighted-gradient.ts";
import type { Procedure } from "./procedure.ts";

export interface MetaTartanFreshHeadOptions extends MetaTartanOptions {
  /** Fits the temporary head. Default AdamW with step size 0.03 and weight decay 0.1, the authors' for vision (0.001 for text). */
  headOptimizer?: Optimizer;
  /** Its steps. Default 10, the authors'. */
  headSteps?: number;
}

/**
 * META-TARTAN as published: learns softmax weights over the primary and the auxiliaries by the cosine of each task's gradient with d, the trunk's
 * gradient on a held-out batch under a temporary head: a primary head begun anew on every step and fitted for some steps on another held-out
 * batch, the trunk at rest. w = softmax(ω), then ω_k ← ω_k + lr · cos(g_k, d), ω = 0 at first.
 *
 * The run's own primary head has grown together with the training data, and its held-out gradient favours the primary; a fresh one
 * measures the representation. `metaTartan` is the rule with the run's own head. The softmax's derivative is left out, as in the authors'
 * code. A fresh head is the primary's of `model.init`, drawn on every step.
 *
 * Cost: two forward passes on held-out batches, a backward pass there, the head's own steps on features that are computed once, T backward
 * passes, and the step; drawing a model's parameters.
 *
 * Evidence: core/low-data-procedures in packages/core-bench/README.md.
 *
 * Paper: Dery, Michel, Talwalkar and Neubig, "Should We Be Pre-training? An Argument for End-task Aware Training as an Alternative",
 * ICLR 2022, https://arxiv.org/abs/2109.07437. Difference from the authors' code: in its vision example the head stays as it was drawn,
 * since the list of its parameters is used up before the fit; here it is fitted, as described.
 *
 * @throws OutriggerError `bad-option` for a negative step size or a count that is no positive integer; when training starts, `unsupported`
 * without `dev` or where the primary's head is frozen; `non-finite` for a gradient that is not finite.
 *
 * @example
 * await fit(model, { method: metaTartanFreshHead(), dev, … });
 */
export const metaTartanFreshHead = (
  options: MetaTartanFreshHeadOptions = {},
): Procedure<{ logits: number[] }> => {
  const { headOptimizer = adamw({ learningRate: 0.03, weightDecay: 0.1 }), headSteps = 10 } = options;
  const { learningRate = 0.05, scale = "sum" } = options;
  positiveInteger(headSteps, "headSteps");
  const rule = metaTartan({ learningRate, scale });
  return {
    name: "meta-tartan (fresh head)",
    passes: ({ tasks }) => ({ forward: 4, backward: tasks + 2 }),
    paper: rule.paper,
    verified: "reference",
    settings: { learningRate, scale, headSteps, headOptimizer: describeOptimizer(headOptimizer) },
    init: (tasks, primary) => rule.init(tasks, primary),
    open(setup) {
      const { model, tasks, primary, main, masks, random, maxGradientNorm } = setup;
      const dev = requireDev(setup, "meta-tartan (fresh head)");
      const { name } = tasks[primary]!;
      requireTrained(setup, `heads/${name}`, "meta-tartan (fresh head)");
      const T = tasks.length;
      const look = setup.compile(
        (params: ParamsTensors, batch: never, fresh: never, fitOn: never, lookOn: never) => {
          const { losses, counts } = forward(model, tasks, params, batch, looking);
          const held = fittedHeadLoss(setup, params, { fresh, fitOn, lookOn }, headOptimizer, headSteps);
          return {
            losses,
            counts,
            gram: gram(gradients([...losses, held], params.trunk)),
          };
        },
      );
      const descend = weightedGradient(setup);
      return {
        memory: {},
        async step(batch, at, state) {
          const before = masks.state;
          const fresh = model.init(random).heads[name]!;
          const args = [main.params.tree, batch, fresh, dev.next(), dev.next()] as Tree<NDArray>[];
          const shown = (await look(...args)) as unknown as {
            losses: NDArray[];
            counts: NDArray[];
            gram: NDArray;
          };
          masks.state = before;
          const seen = { losses: valuesOf(shown.losses), counts: valuesOf(shown.counts) };
          setup.check(seen, at.step);
          const rows = gramRows(shown.gram);
          if (!rows.flat().every(Number.isFinite)) {
            throw notFinite("A gradient of meta-tartan (fresh head) is not finite", {
              step: at.step,
              task: name,
            });
          }
          const view = {
            ...at,
            losses: seen.losses,
            gram: block(rows, 0, 0, T),
            dev: { dots: rows[T]!.slice(0, T), norm: Math.sqrt(rows[T]![T]!) },
          };
          const asked = rule.weigh(view, state, random);
          const { losses, counts } = await descend(main, batch, asked.weights);
          advance(main, at.step + 1, maxGradientNorm);
          return { losses, counts, weights: asked.weights, state: asked.state };
        },
      };
    },
  };
};

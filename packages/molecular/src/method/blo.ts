import { OutriggerError } from "@outrigger/core/error";
import { array, type NDArray, type Tree } from "@outrigger/core/graph/array";
import { describeOptimizer } from "@outrigger/core/optimize/describe";
import type { Optimizer } from "@outrigger/core/optimize/optimizer";
import { sgd } from "@outrigger/core/optimize/sgd";
import { requireDev } from "@outrigger/core/procedure/inner/held-out";
import type { Lower } from "@outrigger/core/procedure/inner/implicit";
import { implicitSlope } from "@outrigger/core/procedure/inner/implicit-slope";
import { productCount } from "@outrigger/core/procedure/inner/inverse";
import { advance, arraysOf, replicaOf } from "@outrigger/core/procedure/inner/replica";
import { weightedGradient } from "@outrigger/core/procedure/inner/weighted-gradient";
import type { Procedure, Setup } from "@outrigger/core/procedure/procedure";
import { notFinite } from "@outrigger/core/train/known-losses";
import { forward } from "@outrigger/core/train/loss";
import { inRange, positiveInteger } from "@outrigger/core/weighting/gram/check";
import type { Scalar, Tensor } from "@tensorflow/tfjs";
import * as tf from "@tensorflow/tfjs";

export interface BloOptions {
  /** α of every auxiliary before the first step, as a multiple of the primary's 1/T. Default 1, the authors'. */
  readonly scale?: number;
  /** J, terms of the series after the first. Default 3, the authors'. */
  readonly terms?: number;
  /** Steps between two of α. Default 10, the authors'. */
  readonly interval?: number;
  /** Moves α. Default `sgd` with step size 0.001 and momentum 0.9, the authors'. */
  readonly optimizer?: Optimizer;
  /** Hypergradients with a greater norm are scaled down to it. Default 25, the authors'. */
  readonly maxSlopeNorm?: number;
}

/** Σ_k α_k L_k, the primary's included. */
const weighted = <B>({ model, tasks }: Pick<Setup<B>, "model" | "tasks">): Lower<B> => ({
  total(params, alpha, batch, mode) {
    const { losses } = forward(model, tasks, params, batch, mode);
    return tf.sum<Scalar>(tf.mul(alpha as Tensor, tf.stack(losses)));
  },
});

/**
 * Bi-level optimisation of linear task weights by implicit differentiation: the network descends L(θ, α) = Σ_k α_k L_k(θ) over all T tasks,
 * and on every tenth step the weights α ≥ 0 go down what they mean for the primary's loss on held-out molecules,
 *
 *     ∂L_dev(θ*)/∂α_k = −⟨p, ∇L_k(θ)⟩,   p = s Σ_{j=0..J} (I − s H)^j ∇L_dev(θ) ≈ H⁻¹ ∇L_dev,   H = ∇²_θ L
 *
 * with exact products H p and s = 1/λ_max from five power iterations. α_k begin at 1/T and are cut at 0; they are the weights as they are, of
 * any sum. `dev` should be a fifth of the training molecules that is not trained on (`trainByName` takes care of it).
 *
 * Cost: a forward and a backward pass a step, and on every tenth one of each on a held-out batch, one of each for the mixed derivative, and
 * two forward and three backward passes for each of J + 5 products.
 *
 * Paper: Dey and Ning, "Enhancing Molecular Property Prediction with Auxiliary Learning and Task-Specific Adaptation", Journal of
 * Cheminformatics, 2024, https://arxiv.org/abs/2401.16299, after Lorraine, Vicol and Duvenaud, "Optimizing Millions of Hyperparameters by
 * Implicit Differentiation", AISTATS 2020, https://arxiv.org/abs/1911.02590. Differences from the authors' code (vishaldeyiiest/GraphTA):
 * its series has s = 1, which diverges where λ_max is above 2. `auxilearn` of core is the same series for auxiliaries under a
 * primary of fixed weight 1; here the primary's weight is learned too.
 *
 * @throws OutriggerError `bad-option` for numbers out of range; when training starts, `unsupported` without `dev`, `bad-option` without an
 * auxiliary; `non-finite` for a hypergradient that is not finite.
 *
 * @example
 * await fit(model, { method: blo(), dev, … });
 */
export const blo = (options: BloOptions = {}): Procedure<null> => {
  const { scale = 1, terms = 3, interval = 10, maxSlopeNorm = 25 } = options;
  const { optimizer = sgd({ learningRate: 1e-3, momentum: 0.9 }) } = options;
  inRange(scale, "scale", 0, 1e6);
  positiveInteger(terms, "terms");
  positiveInteger(interval, "interval");
  inRange(maxSlopeNorm, "maxSlopeNorm", Number.MIN_VALUE);
  return {
    name: "blo",
    paper: {
      title: "Enhancing Molecular Property Prediction with Auxiliary Learning and Task-Specific Adaptation",
      venue: "Journal of Cheminformatics",
      year: 2024,
      url: "https://arxiv.org/abs/2401.16299",
    },
    verified: "own reading",
    settings: { scale, terms, interval, optimizer: describeOptimizer(optimizer), maxSlopeNorm },
    // A product takes the step's own passes, the derivative of its backward pass, and that of all of these: two forward and three backward.
    passes() {
      const products = productCount("neumann", terms);
      return { forward: 1 + (2 + 2 * products) / interval, backward: 1 + (2 + 3 * products) / interval };
    },
    init: () => null,
    open(setup) {
      const { tasks, primary, main, masks, maxGradientNorm } = setup;
      const dev = requireDev(setup, "blo");
      if (tasks.length < 2) throw new OutriggerError("bad-option", "blo weighs tasks. Add an auxiliary.");
      const share = 1 / tasks.length;
      const alpha = replicaOf(array(tasks.map((_, k) => (k === primary ? share : scale * share))), optimizer);
      const slope = implicitSlope(setup, weighted(setup), alpha, "neumann", terms);
      const descend = weightedGradient(setup);
      return {
        memory: arraysOf("alpha", alpha),
        async step(batch, { step }) {
          const weights = [...alpha.params.data];
          const before = masks.state;
          const { losses, counts } = await descend(main, batch, weights);
          const after = masks.state;
          setup.check({ losses, counts }, step);
          if ((step + 1) % interval === 0) {
            masks.state = before;
            await slope(batch as Tree<NDArray>, dev.next() as Tree<NDArray>, step + 1);
            masks.state = after;
            if (!alpha.gradient.data.every(Number.isFinite)) {
              throw notFinite("The hypergradient of blo is not finite", { step, task: tasks[primary]!.name });
            }
            advance(alpha, (step + 1) / interval, maxSlopeNorm);
            alpha.params.data.forEach((value, k) => {
              alpha.params.data[k] = Math.max(0, value);
            });
          }
          advance(main, step + 1, maxGradientNorm);
          return { losses, counts, weights, state: null };
        },
      };
    },
  };
};

import { OutriggerError } from "../error.ts";
import type { NDArray, Tree } from "../graph/array.ts";
import { gradients } from "../graph/index.ts";
import { describeOptimizer } from "../optimize/describe.ts";
import type { Optimizer } from "../optimize/optimizer.ts";
import { sgd } from "../optimize/sgd.ts";
import { norm } from "../solve/rows.ts";
import { notFinite } from "../train/known-losses.ts";
import type { ParamsTensors } from "../train/model.ts";
import { scalars, valuesOf } from "../train/scalars.ts";
import { inRange, positiveInteger } from "../weighting/gram/check.ts";
import { linearCombiner, monotoneNetwork } from "./inner/combiner.ts";
import { requireDev } from "./inner/held-out.ts";
import { combined, combinedLoss } from "./inner/implicit.ts";
import { implicitSlope } from "./inner/implicit-slope.ts";
import { type Inverse, productCount } from "./inner/inverse.ts";
import { advance, arraysOf, replicaOf } from "./inner/replica.ts";
import type { Procedure } from "./procedure.ts";

export interface AuxilearnOptions {
  /** What makes one loss of the auxiliaries': "linear", the default, or a monotone network with hidden layers of these widths, such as [10, 10]. */
  combiner?: "linear" | readonly number[];
  /** Weights of the linear combiner before the first step. Default 1, ours. */
  initial?: number;
  /**
   * H⁻¹: "identity", the default, takes η times the identity, as after one step; "neumann" a series whose step is 1/λ_max, estimated; or
   * "conjugate-gradients".
   */
  inverse?: Inverse;
  /** Terms of the series after the first, or iterations of conjugate gradients. Default 3, the authors'. */
  terms?: number;
  /** Steps between two of the combiner. Default 25, the authors' in later code. */
  interval?: number;
  /** Moves the combiner. Default `sgd` with step size 0.001, momentum 0.9 and weight decay 0.005, the authors'. */
  optimizer?: Optimizer;
  /** Hypergradients with a greater norm are scaled down to it. Default 10, the authors'. */
  maxSlopeNorm?: number;
}

/**
 * Learns how auxiliary losses are combined by implicit differentiation: the network descends L_T(θ, φ) = L_primary + f_φ(L_1 … L_K), and every
 * 25th step φ goes down what θ*(φ), where L_T is least, means for held-out data,
 *
 *     ∂L_dev(θ*)/∂φ = −∂/∂φ ⟨∇_θ L_T(θ, φ), p⟩,   p ≈ H⁻¹ ∇L_dev(θ),   H = ∇²_θ L_T
 *
 * with products H p and the mixed derivative exact. f_φ is Σ_k φ_k L_k, or a network with softplus whose weights are kept at 0 or more,
 * as the φ_k are, so that a smaller auxiliary loss is never worse. p is η ∇L_dev ("identity"; η: the run's step size now), s Σ_{j≤J} (I − s
 * H)^j ∇L_dev with s = 1/λ_max from five power iterations ("neumann"), or J conjugate gradients. The history's weights are ∂L_T/∂L_k, 1
 * for the primary.
 *
 * Cost: a forward and a backward pass, and every 25th step one of each on a held-out batch, one of each for the mixed derivative, and two
 * forward and three backward passes a product: J of them for "conjugate-gradients", J + 5 for "neumann", none for "identity".
 *
 * Evidence: core/low-data-procedures in packages/core-bench/README.md.
 *
 * Paper: Navon, Achituve, Maron, Chechik and Fetaya, "Auxiliary Learning by Implicit Differentiation", ICLR 2021,
 * https://arxiv.org/abs/2007.02693. Differences from the authors' code: its series has a fixed step of 1e-4 that does not multiply the sum,
 * so that p is four times ∇L_dev whatever H is; the network reads the batch's mean losses, theirs each sample's; weights start at 1.
 *
 * @throws OutriggerError `bad-option` for numbers out of range; when training starts, `bad-option` without an auxiliary, `unsupported` without
 * `dev` or for an optimiser without a scalar "rate"; `non-finite` for a hypergradient that is not finite.
 *
 * @example
 * await fit(model, { method: auxilearn({ combiner: [10, 10], inverse: "neumann" }), dev, … });
 */
export const auxilearn = (options: AuxilearnOptions = {}): Procedure<null> => {
  const { combiner: kind = "linear", initial = 1, terms = 3, interval = 25, maxSlopeNorm = 10 } = options;
  const { inverse = "identity" } = options;
  const { optimizer = sgd({ learningRate: 1e-3, momentum: 0.9, weightDecay: 5e-3 }) } = options;
  inRange(initial, "initial", 0, 1e6);
  positiveInteger(terms, "terms");
  positiveInteger(interval, "interval");
  inRange(maxSlopeNorm, "maxSlopeNorm", Number.MIN_VALUE);
  if (kind !== "linear") for (const width of kind) positiveInteger(width, "combiner");
  const combiner = kind === "linear" ? linearCombiner(initial) : monotoneNetwork(kind);
  return {
    name: kind === "linear" ? "auxilearn" : "auxilearn (network)",
    // A product takes the step's own passes, the derivative of its backward pass, and that of all of these: two forward and three backward.
    passes() {
      const products = productCount(inverse, terms);
      return {
        forward: 1 + (2 + 2 * products) / interval,
        backward: 1 + (2 + 3 * products) / interval,
      };
    },
    paper: {
      title: "Auxiliary Learning by Implicit Differentiation",
      venue: "ICLR",
      year: 2021,
      url: "https://arxiv.org/abs/2007.02693",
    },
    verified: "reference",
    settings: {
      combiner: kind,
      initial,
      inverse,
      terms,
      interval,
      optimizer: describeOptimizer(optimizer),
      maxSlopeNorm,
    },
    init: () => null,
    open(setup) {
      const { tasks, primary, model, main, masks, random, maxGradientNorm } = setup;
      const dev = requireDev(setup, "auxilearn");
      if (tasks.length < 2)
        throw new OutriggerError("bad-option", "auxilearn combines auxiliaries. Add a task.");
      const problem = { model, tasks, primary, combiner };
      const phi = replicaOf(combiner.init(tasks.length - 1, random), optimizer);
      const slope = implicitSlope(setup, combined(problem), phi, inverse, terms);
      const out = {
        losses: scalars(tasks.length),
        counts: scalars(tasks.length),
        weights: scalars(tasks.length),
      };
      const descend = setup.compile((params: ParamsTensors, f: never, batch: never) => {
        const { total, ...seen } = combinedLoss(problem, params, f, batch, { training: true });
        return { ...seen, gradients: gradients([total], params)[0]! };
      });
      return {
        memory: arraysOf("combiner", phi),
        async step(batch, { step }) {
          const before = masks.state;
          const into = { ...out, gradients: main.gradient.tree } as Tree<NDArray>;
          const args = [main.params.tree, phi.params.tree, batch] as Tree<NDArray>[];
          await descend.into(into, ...args);
          const after = masks.state;
          const seen = { losses: valuesOf(out.losses), counts: valuesOf(out.counts) };
          setup.check(seen, step);
          if ((step + 1) % interval === 0) {
            masks.state = before;
            await slope(batch as Tree<NDArray>, dev.next() as Tree<NDArray>, step + 1);
            masks.state = after;
            if (!Number.isFinite(norm(phi.gradient.data))) {
              throw notFinite("The hypergradient of auxilearn is not finite", {
                step,
                task: tasks[primary]!.name,
              });
            }
            advance(phi, (step + 1) / interval, maxSlopeNorm);
            combiner.keep(phi.params.tree);
          }
          advance(main, step + 1, maxGradientNorm);
          return { ...seen, weights: valuesOf(out.weights), state: null };
        },
      };
    },
  };
};

import { array } from "../graph/array.ts";
import { adam } from "../optimize/adam.ts";
import { describeOptimizer } from "../optimize/describe.ts";
import type { Optimizer } from "../optimize/optimizer.ts";
import { notFinite } from "../train/known-losses.ts";
import { inRange } from "../weighting/gram/check.ts";
import { requireDev } from "./inner/held-out.ts";
import { advance, arraysOf, replicaOf } from "./inner/replica.ts";
import { type Derivative, differenceSlopes, exactSlopes } from "./inner/weight-slopes.ts";
import { weightedGradient } from "./inner/weighted-gradient.ts";
import type { Procedure } from "./procedure.ts";

export interface AutoLambdaOptions {
  /** Every weight before the first step. Default 0.1, the authors' code. */
  initial?: number;
  /** Moves the weights. Default Adam with step size 0.01, ours. */
  optimizer?: Optimizer;
  /** "exact", the default, or "differences": the authors' two forward passes. */
  derivative?: Derivative;
  /** c of the differences, which are taken at ± c/‖v‖. Default 0.01, the authors'; 0.001 is closer for networks of rectifiers. */
  difference?: number;
}

/**
 * Learns the tasks' weights by where the next step would lead: with θ⁺ the optimiser's step from θ along ∇ Σ_k λ_k L_k and v = ∇L_dev(θ⁺) the
 * primary's gradient on held-out data, the weights go down
 *
 *     ∂L_dev(θ⁺)/∂λ_k = −η ⟨v, ∇L_k(θ)⟩
 *
 * and the step is then made with the new ones. η: the run's step size now. θ⁺ has the optimiser's momentum and weight decay; only its η
 * comes into the derivative, which is exact for `sgd` without Nesterov's form, and for Adam and its like leaves out their scaling.
 * `maxGradientNorm` holds for the step, not for the look. λ_k is at least 0, and the weights are λ as they are, of any sum. Bi-level
 * optimisation of linear task weights (BLO) is this with exact derivatives.
 *
 * Cost: three forward and three backward passes, one of each on a held-out batch, and the derivative of a backward pass, about as much as
 * that pass; with "differences" five forward and three backward passes.
 *
 * Evidence: core/low-data-procedures in packages/core-bench/README.md.
 *
 * Paper: Liu, James, Davison and Johns, "Auto-Lambda: Disentangling Dynamic Task Relationships", TMLR 2022,
 * https://arxiv.org/abs/2202.03091. Differences from the authors' code: λ_k ≥ 0, which it does not ask for; exact derivatives by default;
 * held-out batches of the user's own, where it takes another training batch; Adam's step size.
 *
 * @throws OutriggerError `bad-option` for numbers that are no positive weight or difference; when training starts, `unsupported` without
 * `dev`, or for an optimiser without a scalar "rate"; `non-finite` for a derivative that is not finite.
 *
 * @example
 * await fit(model, { method: autoLambda(), dev, … });
 */
export const autoLambda = (options: AutoLambdaOptions = {}): Procedure<null> => {
  const { initial = 0.1, derivative = "exact", difference = 0.01 } = options;
  const { optimizer = adam({ learningRate: 0.01 }) } = options;
  inRange(initial, "initial", 0, 1e6);
  inRange(difference, "difference", Number.MIN_VALUE, 1);
  return {
    name: derivative === "exact" ? "auto-lambda" : "auto-lambda (differences)",
    // The step looked at and the step made, one on a held-out batch, and the derivative of the first; or two forward passes in its place.
    passes: () => (derivative === "exact" ? { forward: 3, backward: 4 } : { forward: 5, backward: 3 }),
    paper: {
      title: "Auto-Lambda: Disentangling Dynamic Task Relationships",
      venue: "TMLR",
      year: 2022,
      url: "https://arxiv.org/abs/2202.03091",
    },
    verified: "reference",
    settings: { initial, derivative, difference, optimizer: describeOptimizer(optimizer) },
    init: () => null,
    open(setup) {
      const { tasks, main, masks, maxGradientNorm } = setup;
      const dev = requireDev(setup, "auto-lambda");
      const lambda = replicaOf(array(tasks.map(() => initial)), optimizer);
      const look = derivative === "exact" ? exactSlopes(setup) : differenceSlopes(setup, difference);
      const descend = weightedGradient(setup);
      return {
        memory: arraysOf("lambda", lambda),
        async step(batch, { step }) {
          const before = masks.state;
          const { seen, slopes } = await look(batch, dev.next(), lambda.params.data, step + 1);
          masks.state = before;
          setup.check(seen, step);
          const broken = slopes.findIndex((slope) => !Number.isFinite(slope));
          if (broken >= 0) {
            const { name } = tasks[broken]!;
            throw notFinite(`The derivative for the weight of task "${name}" is ${slopes[broken]}`, {
              step,
              task: name,
            });
          }
          lambda.gradient.data.set(slopes);
          advance(lambda, step + 1);
          lambda.params.data.forEach((value, k) => {
            lambda.params.data[k] = Math.max(0, value);
          });
          const weights = [...lambda.params.data];
          const { losses, counts } = await descend(main, batch, weights);
          advance(main, step + 1, maxGradientNorm);
          return { losses, counts, weights, state: null };
        },
      };
    },
  };
};

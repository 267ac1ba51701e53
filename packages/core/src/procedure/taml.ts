import { adam } from "../optimize/adam.ts";
import { describeOptimizer } from "../optimize/describe.ts";
import type { Optimizer } from "../optimize/optimizer.ts";
import { inRange, positiveInteger } from "../weighting/gram/check.ts";
import { learnedWeigher } from "./inner/learned-weigher.ts";
import { taskWeigher } from "./inner/task-weigher.ts";
import type { Derivative } from "./inner/weight-slopes.ts";
import type { Procedure } from "./procedure.ts";

export interface TamlOptions {
  /** Width of the network's hidden layer. Default 16, ours. */
  hidden?: number;
  /** Moves the network. Default Adam with step size 0.001, ours. */
  optimizer?: Optimizer;
  /** "exact", the default, or "differences", two forward passes. */
  derivative?: Derivative;
  /** c of the differences, which are taken at ± c/‖v‖. Default 0.01; 0.001 is closer for networks of rectifiers. */
  difference?: number;
}

/**
 * Learns to weigh tasks by how they are doing: a network with attention sees of every task the norm of its gradient ‖g_k‖ (all parameters), its
 * loss L_k, and r_k = L_k(θ_k)/L_k(θ) with θ_k the optimiser's step from θ along g_k, and
 *
 *     w = T softmax_k(aᵀ tanh(W x_k + b)),   x_k = (log(1 + ‖g_k‖), ± log(1 + |L_k|), r_k)
 *
 * with the same a, W, b for all tasks. θ⁺(φ) is the optimiser's step from θ along ∇_θ Σ_k w_k L_k, and v = ∇L_primary(θ⁺) of a held-out
 * batch; φ = (a, W, b) goes down −η ∂⟨∇_θ Σ_k w_k(φ) L_k(θ), v⟩/∂φ, and the step is then made under the new weights. What the network reads
 * is that of θ and constant; r_k is taken without dropout and kept within ±10. η: the run's step size now; the optimiser's momentum and
 * weight decay are in θ⁺, and the derivative goes through η alone (exact for `sgd` without Nesterov's form). All weights are 1 at first.
 *
 * Cost: T forward and T backward passes for what the network reads (a forward pass more where dropout tells training passes from others), three
 * forward and three backward passes, one of each on a held-out batch, and the derivative of a backward pass, about as much as that pass; with
 * "differences" two forward passes in its place.
 *
 * Evidence: core/corrupted-labels in packages/core-bench/README.md.
 *
 * Paper: Aimen, Sidheekh, Ladrecha and Krishnan, "Task Attended Meta-Learning for Few-Shot Learning", NeurIPS MetaLearn workshop 2021,
 * https://arxiv.org/abs/2106.10642. Differences: of the paper's meta-learner only the weighing is here, of a run's tasks and not of a
 * meta-batch's; the accuracy that its network also reads is left out, for not every task has one; norms and losses go through a
 * logarithm; sizes and step size are ours, and the last layer begins at 0.
 *
 * @throws OutriggerError `bad-option` for a width that is no positive integer or a difference out of range; when training starts,
 * `unsupported` without `dev` or for an optimiser without a scalar "rate"; `non-finite` for a held-out loss or derivative that is not finite.
 *
 * @example
 * await fit(model, { method: taml(), dev, … });
 */
export const taml = (options: TamlOptions = {}): Procedure<null> => {
  const { hidden = 16, derivative = "exact", difference = 0.01 } = options;
  const { optimizer = adam({ learningRate: 1e-3 }) } = options;
  positiveInteger(hidden, "hidden");
  inRange(difference, "difference", Number.MIN_VALUE, 1);
  return {
    name: derivative === "exact" ? "taml" : "taml (differences)",
    // Those of `autoLambda`, and a forward and a backward pass a task for what the network reads.
    passes: ({ tasks }) =>
      derivative === "exact"
        ? { forward: tasks + 3, backward: tasks + 4 }
        : { forward: tasks + 5, backward: tasks + 3 },
    paper: {
      title: "Task Attended Meta-Learning for Few-Shot Learning",
      venue: "NeurIPS MetaLearn workshop",
      year: 2021,
      url: "https://arxiv.org/abs/2106.10642",
    },
    verified: "own reading",
    settings: { hidden, optimizer: describeOptimizer(optimizer), derivative, difference },
    init: () => null,
    open: (setup) =>
      learnedWeigher(setup, {
        method: "taml",
        weigher: taskWeigher(setup, hidden),
        optimizer,
        derivative,
        difference,
      }),
  };
};

import { adam } from "../optimize/adam.ts";
import { describeOptimizer } from "../optimize/describe.ts";
import type { Optimizer } from "../optimize/optimizer.ts";
import { inRange, positiveInteger } from "../weighting/gram/check.ts";
import { learnedWeigher } from "./inner/learned-weigher.ts";
import { sampleWeigher } from "./inner/sample-weigher.ts";
import type { Derivative } from "./inner/weight-slopes.ts";
import type { Procedure } from "./procedure.ts";

export interface AuxTsOptions {
  /** Width of the network's hidden layer. Default 100, the authors'; their script has 1000. */
  hidden?: number;
  /** Moves the network. Default Adam with step size 0.001, the authors'; their script has 0.005. */
  optimizer?: Optimizer;
  /** "exact", the default, or "differences", two forward passes. */
  derivative?: Derivative;
  /** c of the differences, which are taken at ± c/‖v‖. Default 0.01; 0.001 is closer for networks of rectifiers. */
  difference?: number;
  /**
   * Told the weights of every sample that a step, from 0, is made with: those of the first task's samples in the order of the batch, then the
   * second's, and so on.
   */
  onWeights?: (weights: Float32Array, step: number, batch: unknown) => void;
}

/**
 * Learns a weight for every sample of every task: a network sees the sample's loss ℓ_ki, which task it is of, and the cosine c_k of the task's
 * trunk gradient with the primary's (1 for the primary itself), and
 *
 *     w_ki = sigmoid(V_φ(ℓ_ki, one-hot k, c_k)),   L(θ, φ) = Σ_k mean_i w_ki ℓ_ki
 *
 * with V_φ a perceptron of one hidden layer of rectifiers and the mean over the task's labelled samples. θ⁺(φ) is the optimiser's step from θ
 * along ∇_θ L, and v = ∇L_primary(θ⁺) of a held-out batch; φ goes down −η ∂⟨∇_θ L(θ, φ), v⟩/∂φ, and the step is then made under the new
 * weights. What V reads is that of θ and constant. η: the run's step size now; its optimiser's momentum and weight decay are in θ⁺, and
 * the derivative goes through η alone (exact for `sgd` without Nesterov's form). A loss that tells wrong labels from right ones can so
 * weigh single samples down, which no weight of a task can. All weights are 1/2 at first; the history's are means over labelled samples.
 *
 * The look takes a larger gradient for a longer step, so weights tend to rise together while any step helps, also under an optimiser that
 * does not care, such as Adam; where all come near 1 the sigmoid is flat, and they stay. Look at `onWeights`.
 *
 * Cost: T backward passes for the cosines, three forward and three backward passes, one of each on a held-out batch, and the derivative of a
 * backward pass, about as much as that pass; with "differences" five forward and three backward passes besides the cosines'.
 *
 * Evidence: core/corrupted-labels in packages/core-bench/README.md.
 *
 * Paper: Han, Huang, An and Bai, "Adaptive Transfer Learning on Graph Neural Networks", KDD 2021, https://arxiv.org/abs/2107.08765.
 * Differences from the authors' code: there the look ahead is an ordinary step in place, so that the held-out loss does not depend on φ
 * and the gradient that reaches it is exactly 0; here it is the one described. The network's last layer and what reads the task begin at
 * 0; held-out batches are the user's own; cosines need no clipping.
 *
 * @throws OutriggerError `bad-option` for a width that is no positive integer or a difference out of range; when training starts,
 * `unsupported` without `dev` or for an optimiser without a scalar "rate"; `non-finite` for a held-out loss or derivative that is not finite.
 *
 * @example
 * await fit(model, { method: auxTs(), dev, … });
 */
export const auxTs = (options: AuxTsOptions = {}): Procedure<null> => {
  const { hidden = 100, derivative = "exact", difference = 0.01, onWeights } = options;
  const { optimizer = adam({ learningRate: 1e-3 }) } = options;
  positiveInteger(hidden, "hidden");
  inRange(difference, "difference", Number.MIN_VALUE, 1);
  return {
    name: derivative === "exact" ? "aux-ts" : "aux-ts (differences)",
    // Those of `autoLambda`, and a backward pass a task for the cosines.
    passes: ({ tasks }) =>
      derivative === "exact" ? { forward: 3, backward: tasks + 4 } : { forward: 5, backward: tasks + 3 },
    paper: {
      title: "Adaptive Transfer Learning on Graph Neural Networks",
      venue: "KDD",
      year: 2021,
      url: "https://arxiv.org/abs/2107.08765",
    },
    verified: "own reading",
    settings: { hidden, optimizer: describeOptimizer(optimizer), derivative, difference },
    init: () => null,
    open: (setup) =>
      learnedWeigher(setup, {
        method: "aux-ts",
        weigher: sampleWeigher(setup, hidden),
        optimizer,
        derivative,
        difference,
        ...(onWeights && { told: onWeights }),
      }),
  };
};

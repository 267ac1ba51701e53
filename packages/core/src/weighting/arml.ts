import { sum } from "../solve/algebra.ts";
import { minNormPoint } from "../solve/min-norm-point.ts";
import { nnls } from "../solve/nnls.ts";
import { inRange, oneOf } from "./gram/check.ts";
import { readGram, split, withPrimary } from "./gram/read.ts";
import { mean, type RunningMean, update } from "./gram/running-mean.ts";
import type { Weighting } from "./weighting.ts";

export interface ArmlOptions {
  /** "sumK": α ≥ 0 and Σα = K, as in the paper. "nonneg": α ≥ 0 only, which has a meaning for one auxiliary too. Default "sumK". */
  constraint?: "sumK" | "nonneg";
  /** "step": one gradient step a call, as released. "exact": the minimiser for the (running mean of the) Gram matrix. Default "step". */
  solver?: "step" | "exact";
  /** Step size of α. Default 0.05, the released code's. Unused by "exact". */
  learningRate?: number;
  /** Decay of a running mean of the Gram matrix, in [0, 1). Default 0: each call uses its own batch, as released. */
  decay?: number;
}

export interface ArmlState {
  /** One weight an auxiliary. */
  alpha: number[];
  mean: RunningMean | null;
}

/**
 * Chooses the auxiliary weights whose combined gradient comes nearest to the primary's: minimise D(α) = ‖g_p − Σ_k α_k g_k‖² over
 * α ≥ 0, Σ_k α_k = K, for K auxiliaries. Primary weight 1, so that all T = K + 1 weights sum to T.
 *
 * `solver: "step"`: α ← α − lr · 2 (Aα − b); α ← α + (K − Σα)/K; α ← max(α, 0), with A_ij = ⟨g_i, g_j⟩ and b_k = ⟨g_p, g_k⟩ from one
 * batch, α = 1 at first. The clamp comes last, as released, so Σα may exceed K. With "nonneg":
 * α ← max(0, α − clip(lr · 2 (Aα − b), ±1)), the form of the D4AM authors' code. `solver: "exact"`: the minimiser itself, solved as a
 * smallest-norm point ("sumK") or non-negative least squares ("nonneg").
 *
 * With one auxiliary "sumK" leaves α = 1. Tasks with long gradients get small weights: lengths are matched too, not directions only.
 * Cost: T backward passes a call. The released schedule asks on every 20th step: `every(20, arml())`.
 *
 * Paper: Shi, Hoffman, Saenko, Darrell and Xu, "Auxiliary Task Reweighting for Minimum-data Learning", NeurIPS 2020,
 * https://arxiv.org/abs/2010.08244. Differences from the released code (bfshi/ARML_Auxiliary_Task_Reweighting): the asking step
 * also trains the model; no weight exceeds K, the most that the constraint allows, where the code has no bound and diverges if
 * lr · ‖g‖² is large; no Langevin noise; `exact`, `decay` and "nonneg" are not in it.
 *
 * @throws OutriggerError `bad-option` for a number out of range or a word that is none of those listed.
 */
export const arml = ({
  constraint = "sumK",
  solver = "step",
  learningRate = 0.05,
  decay = 0,
}: ArmlOptions = {}): Weighting<ArmlState> => {
  oneOf(constraint, "constraint", ["sumK", "nonneg"]);
  oneOf(solver, "solver", ["step", "exact"]);
  inRange(learningRate, "learningRate", 0, Number.MAX_VALUE);
  inRange(decay, "decay", 0, 1 - Number.EPSILON);
  const name = `arml${constraint === "nonneg" ? " (nonneg)" : ""}${solver === "exact" ? " (exact)" : ""}`;
  return {
    name,
    paper: {
      title: "Auxiliary Task Reweighting for Minimum-data Learning",
      venue: "NeurIPS",
      year: 2020,
      url: "https://arxiv.org/abs/2010.08244",
    },
    verified: "reference",
    needs: () => "gram",
    init: (tasks) => ({ alpha: Array.from({ length: Math.max(0, tasks - 1) }, () => 1), mean: null }),
    weigh(view, state) {
      const running = update(state.mean, readGram(view, name), decay);
      const gram = decay > 0 ? mean(running) : view.gram!;
      const alpha =
        solver === "exact"
          ? exact(gram, view.primary, constraint)
          : step(gram, view.primary, constraint, state.alpha, learningRate);
      return {
        weights: withPrimary(alpha, view.primary),
        state: { alpha, mean: decay > 0 ? running : null },
      };
    },
  };
};

type Constraint = "sumK" | "nonneg";
type Gram = readonly (readonly number[])[];

function step(gram: Gram, primary: number, constraint: Constraint, alpha: number[], rate: number): number[] {
  const { block, target } = split(gram, primary);
  const gradient = block.map(
    (row, i) => 2 * (row.reduce((sum, value, j) => sum + value * alpha[j]!, 0) - target[i]!),
  );
  if (constraint === "nonneg") {
    return alpha.map((value, k) => Math.max(0, value - Math.max(-1, Math.min(1, rate * gradient[k]!))));
  }
  const count = alpha.length;
  // The mean step is taken off before it can swallow the weights' digits; one auxiliary keeps exactly 1.
  const common = sum(gradient) / count;
  const shift = (count - sum(alpha)) / count;
  return alpha.map((value, k) =>
    Math.min(count, Math.max(0, value - rate * (gradient[k]! - common) + shift)),
  );
}

function exact(gram: Gram, primary: number, constraint: Constraint): number[] {
  const { block, target } = split(gram, primary);
  if (constraint === "nonneg") return nnls(block, target);
  const count = target.length;
  // On Σx = 1 the objective at α = Kx is ‖Σ_k x_k (K g_k − g_p)‖²: these are the inner products of the brackets.
  const brackets = block.map((row, i) =>
    row.map((value, j) => count * (count * value - target[i]! - target[j]!) + gram[primary]![primary]!),
  );
  return minNormPoint(brackets).map((value) => count * value);
}

import { dot, softmax, sum } from "../solve/algebra.ts";
import { inRange, oneOf } from "./gram/check.ts";
import { readGram } from "./gram/read.ts";
import { adamStep, type Moments, noMoments } from "./loss/adam.ts";
import { positive, readLosses } from "./loss/read.ts";
import type { Weighting } from "./weighting.ts";

export interface GradnormOptions {
  /** "paper": steps on w itself, renormalised to sum T. "libmtl": Adam on s with w = T · softmax(s), after an epoch of equal weights. */
  form?: "paper" | "libmtl";
  /** How strongly tasks are pulled to one training rate. Default 1.5, LibMTL's. */
  alpha?: number;
  /** Step size for w ("paper") or s ("libmtl"). Default 0.025, recalled from the paper; LibMTL steps s with the model's optimiser. */
  learningRate?: number;
}

/** values: w, or s of the form "libmtl"; sum, count: of the losses that are the first, by task. */
export interface GradnormState extends Moments {
  values: number[];
  sum: number[];
  count: number[];
}

/**
 * Gradient normalisation: learns weights for which tasks that train slowly have longer gradients. With n_k = ‖g_k‖ and
 * r_k = (L_k/L_k⁰) / mean_j(L_j/L_j⁰) it steps down Σ_k |w_k n_k − m r_k^α| in w, m = mean_j w_j n_j and the target held constant.
 *
 * L⁰: a task's loss in the first step in which it has a gradient, or for "libmtl" the mean over all such steps of the first epoch, if there
 * are any. Before its first a task does not count in the mean of r. A step trains with the weights from before its own update. Weights sum to T. Cost: T backward passes.
 *
 * Paper: Chen, Badrinarayanan, Lee and Rabinovich, "GradNorm: Gradient Normalization for Adaptive Loss Balancing in Deep Multitask
 * Networks", ICML 2018, https://arxiv.org/abs/1711.02257. Lengths are those of the whole trunk, where the paper takes the last shared
 * layer. Bounds of ours: losses are at least 1e-8, and a step of "paper" leaves w_k at 1e-6 or more before it is renormalised: steps
 * are as long as gradients, which the authors' form does not guard against.
 *
 * @throws OutriggerError `bad-option` for a word that is none of those listed, a negative α or step size; `non-finite`
 * for a loss or an inner product that is NaN or infinite.
 */
export const gradnorm = ({
  form = "paper",
  alpha = 1.5,
  learningRate = 0.025,
}: GradnormOptions = {}): Weighting<GradnormState> => {
  oneOf(form, "form", ["paper", "libmtl"]);
  inRange(alpha, "alpha", 0, 100);
  inRange(learningRate, "learningRate", 0, 1e6);

  const weightsOf = (values: readonly number[]): number[] =>
    form === "paper" ? [...values] : softmax(values).map((share) => share * values.length);

  const learned = (state: GradnormState, slope: readonly number[]): GradnormState => {
    if (form === "paper") {
      const moved = state.values.map((value, k) => Math.max(1e-6, value - learningRate * slope[k]!));
      const total = sum(moved);
      return { ...state, values: moved.map((value) => (value / total) * moved.length) };
    }
    const shares = softmax(state.values);
    const mean = dot(shares, slope);
    const gradient = shares.map((share, k) => share * shares.length * (slope[k]! - mean));
    const { change, ...moments } = adamStep(gradient, state, learningRate);
    return { ...state, ...moments, values: state.values.map((value, k) => value + change[k]!) };
  };

  return {
    name: form === "paper" ? "gradnorm" : "gradnorm (LibMTL)",
    paper: {
      title: "GradNorm: Gradient Normalization for Adaptive Loss Balancing in Deep Multitask Networks",
      venue: "ICML",
      year: 2018,
      url: "https://arxiv.org/abs/1711.02257",
    },
    verified: "reference",
    atRepresentation: true,
    needs: () => "gram",
    init: (tasks) => ({
      values: Array.from({ length: tasks }, () => 1),
      sum: Array.from({ length: tasks }, () => 0),
      count: Array.from({ length: tasks }, () => 0),
      ...noMoments(tasks),
    }),
    weigh(view, before) {
      const weights = weightsOf(before.values);
      const losses = positive(readLosses(view, "gradnorm"));
      const gram = readGram(view, "gradnorm");
      const measuring = form === "libmtl" && view.epoch === 0;
      // The loss of a task without a label is an older one, or none of its own.
      const isFirst = gram.map((row, k) => row[k]! > 0 && (measuring || before.count[k] === 0));
      const state = {
        ...before,
        sum: before.sum.map((value, k) => (isFirst[k] ? value + losses[k]! : value)),
        count: before.count.map((value, k) => (isFirst[k] ? value + 1 : value)),
      };
      if (measuring) return { weights, state };
      const lengths = gram.map((row, k) => Math.sqrt(row[k]!));
      return { weights, state: learned(state, slopes(weights, lengths, rates(losses, state), alpha)) };
    },
  };
};

/** How far every loss has come, relative to the mean of those that have begun; 1 for the others. */
function rates(
  losses: readonly number[],
  first: { sum: readonly number[]; count: readonly number[] },
): number[] {
  const left = losses.map((loss, k) =>
    first.count[k]! > 0 ? (loss * first.count[k]!) / first.sum[k]! : null,
  );
  const begun = left.filter((value) => value !== null);
  const mean = sum(begun) / begun.length;
  return left.map((value) => (value === null ? 1 : value / mean));
}

/** Derivative of Σ_k |w_k n_k − target_k| with respect to every w_k. */
function slopes(
  weights: readonly number[],
  lengths: readonly number[],
  rate: readonly number[],
  alpha: number,
): number[] {
  const mean = dot(weights, lengths) / lengths.length;
  return lengths.map((length, k) => length * Math.sign(weights[k]! * length - mean * rate[k]! ** alpha));
}

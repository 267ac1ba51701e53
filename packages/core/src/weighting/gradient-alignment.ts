import { adapt, aligned, spend } from "./gram/alignment.ts";
import { inRange, oneOf, positiveInteger } from "./gram/check.ts";
import { cosines, readGram, withPrimary } from "./gram/read.ts";
import { mean, type RunningMean, update } from "./gram/running-mean.ts";
import type { View, Weighting } from "./weighting.ts";

export interface GradientAlignmentOptions {
  /** Epochs on the primary alone before anything is measured. Default 5. */
  warmupEpochs?: number;
  /** Weight of the auxiliaries until they are measured. Default 0.001: see the rule. */
  warmupWeight?: number;
  /** Batches over which the first cosines are averaged. Default 10. */
  batches?: number;
  /** Shorten auxiliaries whose gradient is longer than the primary's: first weight times min(1, ‖g_p‖/‖g_k‖). Default false. */
  capNorms?: boolean;
  /** Steps between two adaptations. Default 10. */
  interval?: number;
  /** Epochs of adaptation after which the weights are frozen in any case. Default 20. */
  adaptEpochs?: number;
  /** "step": one projected gradient step an adaptation. "exact": non-negative least squares. Default "step". */
  solver?: "step" | "exact";
  /** η, in units of the largest step that surely converges, 1/trace(M): below 2. Default 0.5. Unused by "exact". */
  learningRate?: number;
  /** Decay of the running mean of the Gram matrix. Default 0.9. */
  decay?: number;
  /** Scale gradients to unit norm before they are compared, so that M holds cosines. Default true. */
  unitNorm?: boolean;
  /** What the auxiliary weights are scaled to sum to; null leaves them. Default null. */
  budget?: number | null;
  /** Freeze as soon as no weight has moved by this much over ten adaptations. Default 0.01. */
  tolerance?: number;
}

export interface GradientAlignmentState {
  phase: "warm-up" | "measure" | "adapt" | "frozen";
  /** One weight an auxiliary; during "measure" the sum of the first weights so far. */
  alpha: number[];
  /** Calls in this phase. */
  calls: number;
  /** Epoch in which adaptation began. */
  since: number;
  mean: RunningMean | null;
  /** The weights of the last ten adaptations, oldest first. */
  recent: number[][];
}

/**
 * Starts every auxiliary at the cosine of its gradient with the primary's, adapts the weights until their combined gradient
 * imitates the primary's, and freezes them. Primary weight 1; the auxiliary weights w sum to no fixed number (see `budget`).
 *
 * 1. Warm-up: the primary alone. The auxiliaries have the weight 0.001, so that Adam, whose steps do not depend on the length of a
 *    gradient, trains their heads while the trunk follows the primary.
 * 2. Measure: w_k = max(0, mean of cos(g_p, g_k) over `batches` batches).
 * 3. Adapt, on every `interval`-th step: w ← max(0, w − η (Mw − b) / trace(M)), or exactly argmin over w ≥ 0 of ‖g_p − Σ_k w_k g_k‖², with
 *    running means of M_ij = ⟨g_i, g_j⟩ and b_k = ⟨g_p, g_k⟩ over the K auxiliaries.
 * 4. Frozen, for the rest of the training: fixed weights.
 *
 * Cost: T backward passes on the measuring and adapting steps, one backward pass on all others. It has its own `interval`; do not
 * wrap it in `every`.
 *
 * AutAuT-style, and not AutAuT: the method is described in Zhong and Mottin, "Automatic Auxiliary Task Selection and Adaptive
 * Weighting Boost Molecular Property Prediction", NeurIPS 2025, https://openreview.net/forum?id=fe5Wc0fZUT. Its weighting code
 * is not published; the phases follow descriptions of the paper, the equations are those of its ancestor ARML (see `arml`), and
 * every default is ours.
 *
 * @throws OutriggerError `bad-option` for a number out of range or a word that is none of those listed.
 */
export const gradientAlignment = (
  options: GradientAlignmentOptions = {},
): Weighting<GradientAlignmentState> => {
  const o = { ...defaults, ...options };
  oneOf(o.solver, "solver", ["step", "exact"]);
  positiveInteger(o.batches, "batches");
  positiveInteger(o.interval, "interval");
  inRange(o.warmupEpochs, "warmupEpochs", 0);
  inRange(o.adaptEpochs, "adaptEpochs", 0);
  inRange(o.warmupWeight, "warmupWeight", 0, Number.MAX_VALUE);
  inRange(o.learningRate, "learningRate", 0, 2);
  inRange(o.decay, "decay", 0, 1 - Number.EPSILON);
  inRange(o.tolerance, "tolerance", 0);
  if (o.budget !== null) inRange(o.budget, "budget", 0, Number.MAX_VALUE);

  const adaptsNow = ({ phase, calls }: GradientAlignmentState) =>
    phase === "adapt" && calls % o.interval === 0;

  const measure = (view: View, state: GradientAlignmentState): GradientAlignmentState => {
    const found = aligned(readGram(view, name), view.primary, o.capNorms);
    const alpha = state.alpha.map((sum, k) => sum + found[k]!);
    const calls = state.calls + 1;
    if (calls < o.batches) return { ...state, alpha, calls };
    const first = alpha.map((sum) => Math.max(0, sum / calls));
    return { ...state, phase: "adapt", alpha: spend(first, o.budget), calls: 0, since: view.epoch };
  };

  const adjust = (view: View, state: GradientAlignmentState): GradientAlignmentState => {
    if (view.epoch - state.since >= o.adaptEpochs) return freeze(state);
    const calls = state.calls + 1;
    if (!adaptsNow(state)) return { ...state, calls };
    const gram = readGram(view, name);
    const running = update(state.mean, o.unitNorm ? cosines(gram) : gram, o.decay);
    const rate = o.solver === "exact" ? null : o.learningRate;
    const alpha = spend(adapt(mean(running), view.primary, state.alpha, rate), o.budget);
    const recent = [...state.recent, alpha].slice(-11);
    const settled =
      recent.length === 11 && alpha.every((weight, k) => Math.abs(weight - recent[0]![k]!) < o.tolerance);
    const next = { ...state, alpha, calls, mean: running, recent };
    return settled ? freeze(next) : next;
  };

  return {
    name,
    paper: {
      title: "Automatic Auxiliary Task Selection and Adaptive Weighting Boost Molecular Property Prediction",
      venue: "NeurIPS",
      year: 2025,
      url: "https://openreview.net/forum?id=fe5Wc0fZUT",
    },
    verified: "own reading",
    needs: (state) => (state.phase === "measure" || adaptsNow(state) ? "gram" : "nothing"),
    init: (tasks) => ({
      phase: o.warmupEpochs > 0 ? "warm-up" : "measure",
      alpha: Array.from({ length: Math.max(0, tasks - 1) }, () => 0),
      calls: 0,
      since: 0,
      mean: null,
      recent: [],
    }),
    weigh(view, state) {
      let next = state;
      if (state.phase === "warm-up" && view.epoch >= o.warmupEpochs) next = { ...state, phase: "measure" };
      if (state.phase === "measure") next = measure(view, state);
      if (state.phase === "adapt") next = adjust(view, state);
      const measured = next.phase === "adapt" || next.phase === "frozen";
      const alpha = measured ? next.alpha : next.alpha.map(() => o.warmupWeight);
      return { weights: withPrimary(alpha, view.primary), state: next };
    },
  };
};

const name = "gradient-alignment";

const defaults: Required<GradientAlignmentOptions> = {
  warmupEpochs: 5,
  warmupWeight: 0.001,
  batches: 10,
  capNorms: false,
  interval: 10,
  adaptEpochs: 20,
  solver: "step",
  learningRate: 0.5,
  decay: 0.9,
  unitNorm: true,
  budget: null,
  tolerance: 0.01,
};

/** What adaptation needed is dropped, so that later checkpoints are small. */
const freeze = (state: GradientAlignmentState): GradientAlignmentState => ({
  ...state,
  phase: "frozen",
  mean: null,
  recent: [],
});

import { inRange, oneOf } from "./gram/check.ts";
import { adamStep, type Moments, noMoments } from "./loss/adam.ts";
import type { Weighting } from "./weighting.ts";

type Form = "kendall" | "classification" | "liebel-korner";

export interface UncertaintyOptions {
  /**
   * "kendall": L_k exp(-s_k)/2 + s_k/2. "classification": L_k exp(-s_k) + s_k/2. "liebel-korner": L_k/(2 s_k²) + log(1 + s_k²), which
   * never becomes negative.
   */
  form?: Form;
  /** First value of every s_k. Default 0 ("kendall": weight 1/2, "classification": 1) or 1 ("liebel-korner": weight 1/2). */
  initial?: number;
  /** Adam's step size for s. Default 0.025. */
  learningRate?: number;
}

/** s: the learned values. */
export interface UncertaintyState extends Moments {
  s: number[];
}

const names: Readonly<Record<Form, string>> = {
  kendall: "uncertainty",
  classification: "uncertainty (classification)",
  "liebel-korner": "uncertainty (Liebel and Körner)",
};

/**
 * Learns one noise level a task and weighs the losses by it, homoscedastic uncertainty weighting:
 * minimise Σ_k exp(−s_k) L_k / 2 + s_k / 2 over s as well, s_k = log σ_k², so w_k = exp(−s_k)/2 and, at rest, s_k = log L_k.
 * With `form: "classification"`: Σ_k exp(−s_k) L_k + s_k/2, so w_k = exp(−s_k).
 * With `form: "liebel-korner"`: Σ_k L_k/(2 s_k²) + log(1 + s_k²), s_k = σ_k, so w_k = 1/(2 s_k²).
 *
 * L_k: loss of task k; the weights sum to no fixed number. `observe` takes one Adam step on s (β = 0.9, 0.999); a loss that is not
 * finite leaves its gradient at 0. Cost: one backward pass.
 *
 * Papers: Kendall, Gal and Cipolla, "Multi-Task Learning Using Uncertainty to Weigh Losses for Scene Geometry and Semantics",
 * CVPR 2018, https://arxiv.org/abs/1705.07115; Liebel and Körner, "Auxiliary Tasks in Multi-task Learning", 2018,
 * https://arxiv.org/abs/1805.06334. The form is the same for every task, by default that of regression, where the paper takes that of
 * classification for cross-entropies. Defaults: s = 0 and its own step size 0.025 as in the Nash-MTL authors' code, where LibMTL starts at −0.5.
 * Bounds of ours: |s_k| ≤ 40 (Kendall), 1e-9 ≤ s_k ≤ 1e9, so that a weight is never 0 or infinite, also for losses that become
 * negative.
 *
 * @throws OutriggerError `bad-option` for a number out of range or a word that is none of those listed.
 */
export const uncertainty = ({
  form = "kendall",
  initial = form === "liebel-korner" ? 1 : 0,
  learningRate = 0.025,
}: UncertaintyOptions = {}): Weighting<UncertaintyState> => {
  oneOf(form, "form", ["kendall", "classification", "liebel-korner"]);
  const [lowest, highest] = form === "liebel-korner" ? [1e-9, 1e9] : [-40, 40];
  inRange(initial, "initial", lowest, highest);
  inRange(learningRate, "learningRate", 0);
  return {
    name: names[form],
    paper: {
      title: "Multi-Task Learning Using Uncertainty to Weigh Losses for Scene Geometry and Semantics",
      venue: "CVPR",
      year: 2018,
      url: "https://arxiv.org/abs/1705.07115",
    },
    verified: "reference",
    atRepresentation: true,
    needs: () => "nothing",
    init: (tasks) => ({ s: Array.from({ length: tasks }, () => initial), ...noMoments(tasks) }),
    weigh: (_, state) => ({ weights: state.s.map((s) => weightOf(form, s)), state }),
    observe({ losses }, { s, ...before }) {
      const gradient = s.map((value, k) => slope(form, value, losses[k]!));
      const { change, ...moments } = adamStep(gradient, before, learningRate);
      const moved = s.map((value, k) => Math.min(highest, Math.max(lowest, value + change[k]!)));
      return { s: moved, ...moments };
    },
  };
};

function weightOf(form: Form, s: number): number {
  if (form === "liebel-korner") return 1 / (2 * s * s);
  return form === "kendall" ? Math.exp(-s) / 2 : Math.exp(-s);
}

/** Derivative of the objective with respect to s_k, kept within ±1e100 so that its square is a number. */
function slope(form: Form, s: number, loss: number): number {
  if (!Number.isFinite(loss)) return 0;
  const value =
    form === "liebel-korner" ? (2 * s) / (1 + s * s) - loss / (s * s * s) : 1 / 2 - loss * weightOf(form, s);
  return Math.max(-1e100, Math.min(1e100, value));
}

import { inRange } from "./gram/check.ts";
import type { Weighting } from "./weighting.ts";

export interface UncertaintyOptions {
  /** "kendall": L_k exp(-s_k)/2 + s_k/2. "liebel-korner": L_k/(2 s_k²) + log(1 + s_k²), which never becomes negative. */
  form?: "kendall" | "liebel-korner";
  /** First value of every s_k. Default 0 ("kendall": weight 1/2) or 1 ("liebel-korner": weight 1/2). */
  initial?: number;
  /** Adam's step size for s. Default 0.025. */
  learningRate?: number;
}

/** s: the learned values; m, v: Adam's moments; steps taken. */
export interface UncertaintyState {
  s: number[];
  m: number[];
  v: number[];
  steps: number;
}

/**
 * Learns one noise level a task and weighs the losses by it, homoscedastic uncertainty weighting:
 * minimise Σ_k exp(−s_k) L_k / 2 + s_k / 2 over s as well, s_k = log σ_k², so w_k = exp(−s_k)/2 and, at rest, s_k = log L_k.
 * With `form: "liebel-korner"`: Σ_k L_k/(2 s_k²) + log(1 + s_k²), s_k = σ_k, so w_k = 1/(2 s_k²).
 *
 * L_k: loss of task k; the weights sum to no fixed number. `observe` takes one Adam step on s (β = 0.9, 0.999); a loss that is not
 * finite leaves its s_k alone. Cost: one backward pass.
 *
 * Papers: Kendall, Gal and Cipolla, "Multi-Task Learning Using Uncertainty to Weigh Losses for Scene Geometry and Semantics",
 * CVPR 2018, https://arxiv.org/abs/1705.07115; Liebel and Körner, "Auxiliary Tasks in Multi-task Learning", 2018,
 * https://arxiv.org/abs/1805.06334. The regression form is used for every loss (the paper has exp(−s_k) L_k without 1/2 for
 * classification). Defaults: s = 0 and its own step size 0.025 as in the Nash-MTL authors' code, where LibMTL starts at −0.5.
 * Bounds of ours: |s_k| ≤ 40 (Kendall), 1e-9 ≤ s_k ≤ 1e9, so that a weight is never 0 or infinite, also for losses that become
 * negative.
 */
export const uncertainty = ({
  form = "kendall",
  initial = form === "kendall" ? 0 : 1,
  learningRate = 0.025,
}: UncertaintyOptions = {}): Weighting<UncertaintyState> => {
  const [lowest, highest] = form === "kendall" ? [-40, 40] : [1e-9, 1e9];
  inRange(initial, "initial", lowest, highest);
  inRange(learningRate, "learningRate", 0);
  return {
    name: form === "kendall" ? "uncertainty" : "uncertainty (Liebel and Körner)",
    paper: {
      title: "Multi-Task Learning Using Uncertainty to Weigh Losses for Scene Geometry and Semantics",
      venue: "CVPR",
      year: 2018,
      url: "https://arxiv.org/abs/1705.07115",
    },
    verified: "reference",
    needs: () => "nothing",
    init: (tasks) => ({
      s: Array.from({ length: tasks }, () => initial),
      m: Array.from({ length: tasks }, () => 0),
      v: Array.from({ length: tasks }, () => 0),
      steps: 0,
    }),
    weigh: (_, state) => ({
      weights: state.s.map((s) => (form === "kendall" ? Math.exp(-s) / 2 : 1 / (2 * s * s))),
      state,
    }),
    observe({ losses }, { s, m, v, steps }) {
      const t = steps + 1;
      const gradient = s.map((value, k) => slope(form, value, losses[k]!));
      const nextM = m.map((value, k) => 0.9 * value + 0.1 * gradient[k]!);
      const nextV = v.map((value, k) => 0.999 * value + 0.001 * gradient[k]! ** 2);
      const moved = s.map((value, k) => {
        const direction = nextM[k]! / (1 - 0.9 ** t) / (Math.sqrt(nextV[k]! / (1 - 0.999 ** t)) + 1e-8);
        return Math.min(highest, Math.max(lowest, value - learningRate * direction));
      });
      return { s: moved, m: nextM, v: nextV, steps: t };
    },
  };
};

/** Derivative of the objective with respect to s_k, kept within ±1e100 so that its square is a number. */
function slope(form: "kendall" | "liebel-korner", s: number, loss: number): number {
  if (!Number.isFinite(loss)) return 0;
  const value =
    form === "kendall" ? (1 - loss * Math.exp(-s)) / 2 : (2 * s) / (1 + s * s) - loss / (s * s * s);
  return Math.max(-1e100, Math.min(1e100, value));
}

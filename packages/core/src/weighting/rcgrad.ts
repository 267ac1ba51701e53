import { inRange, oneOf, positiveInteger } from "./gram/check.ts";
import { readGram } from "./gram/read.ts";
import { adamStep, type Moments, noMoments } from "./loss/adam.ts";
import type { Weighting } from "./weighting.ts";

export interface RcgradOptions {
  /** ω: "learned" by Adam from 1, "anneal" from 1 to 0 along a line, or a fixed number in [0, 1]. Default "learned", as released. */
  omega?: "learned" | "anneal" | number;
  /** Adam's step size for "learned". Default 1e-3, the authors'. */
  learningRate?: number;
  /** Steps until "anneal" reaches 0. Default 1000, about what "learned" takes. */
  annealSteps?: number;
}

/** omega and Adam's moments: one number a task, the primary's unused. */
export interface RcgradState extends Moments {
  omega: number[];
}

/**
 * Frees auxiliary gradients of what opposes the primary's, and shortens them: g = g_p + Σ_k ½(ν_k + ω_k) g_k', where
 * g_k' = g_k − ⟨g_k, g_p⟩/‖g_p‖² g_p if ⟨g_k, g_p⟩ < 0, else g_k; ν_k = min(1, ‖g_p‖/‖g_k‖); ω_k in [0, 1]. So w_k = ½(ν_k + ω_k) and
 * w_p = 1 − Σ_{k: ⟨g_k, g_p⟩ < 0} w_k ⟨g_k, g_p⟩/‖g_p‖².
 *
 * "learned": ω_k ← clip(ω_k − Adam(L_k), 0, 1), as the released code's backward pass hands ω_k the loss L_k itself for a derivative.
 * As losses are mostly positive and Adam takes away their size, ω falls by about the step size a step whatever the data are;
 * "anneal" does that openly. A zero gradient has ν = 1. The weights sum to no fixed number. Cost: T backward passes.
 *
 * Paper: Dey and Ning, "Enhancing Molecular Property Prediction with Auxiliary Learning and Task-Specific Adaptation", Journal of
 * Cheminformatics, 2024, https://arxiv.org/abs/2401.16299. Differences from the authors' code (vishaldeyiiest/GraphTA): heads are
 * scaled by w_k, where the code scales them by ω_k; "anneal" and fixed numbers are ours; a loss that is not finite counts
 * as 0, and Adam's momentum still moves its ω.
 *
 * @throws OutriggerError `bad-option` for a number out of range or a word that is none of those listed.
 */
export const rcgrad = ({
  omega = "learned",
  learningRate = 1e-3,
  annealSteps = 1000,
}: RcgradOptions = {}): Weighting<RcgradState> => {
  if (typeof omega === "number") inRange(omega, "omega", 0, 1);
  else oneOf(omega, "omega", ["learned", "anneal"]);
  inRange(learningRate, "learningRate", 0, 1);
  positiveInteger(annealSteps, "annealSteps");
  const name = omega === "learned" ? "rcgrad" : `rcgrad (${omega === "anneal" ? "anneal" : `ω = ${omega}`})`;
  return {
    name,
    paper: {
      title: "Enhancing Molecular Property Prediction with Auxiliary Learning and Task-Specific Adaptation",
      venue: "Journal of Cheminformatics",
      year: 2024,
      url: "https://arxiv.org/abs/2401.16299",
    },
    verified: "own reading",
    needs: () => "gram",
    init: (tasks) => ({
      omega: Array.from({ length: tasks }, () => (typeof omega === "number" ? omega : 1)),
      ...noMoments(tasks),
    }),
    weigh(view, state) {
      const gram = readGram(view, name);
      const own = gram[view.primary]![view.primary]!;
      const weights = gram.map((row, k) => {
        const norm = row[k]! > own ? Math.sqrt(own / row[k]!) : 1;
        return k === view.primary ? 1 : (norm + state.omega[k]!) / 2;
      });
      for (const [k, product] of gram[view.primary]!.entries()) {
        if (k !== view.primary && product < 0 && own > 0) {
          weights[view.primary]! -= (weights[k]! * product) / own;
        }
      }
      return { weights, state };
    },
    observe({ losses }, state) {
      if (omega === "anneal") {
        const t = state.steps + 1;
        return { ...state, omega: state.omega.map(() => Math.max(0, 1 - t / annealSteps)), steps: t };
      }
      if (omega !== "learned") return state;
      const slope = losses.map((loss) => (Number.isFinite(loss) ? loss : 0));
      const { change, ...moments } = adamStep(slope, state, learningRate);
      return {
        omega: state.omega.map((value, k) => Math.min(1, Math.max(0, value + change[k]!))),
        ...moments,
      };
    },
  };
};

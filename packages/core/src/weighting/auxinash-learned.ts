import { inRange, positiveInteger } from "./gram/check.ts";
import { learnPowers } from "./gram/powers.ts";
import { devCosines, readGram } from "./gram/read.ts";
import type { Weighting } from "./weighting.ts";

export interface AuxinashLearnedOptions {
  /** Step size of p. Default 0.1, ours. */
  learningRate?: number;
  /** Steps between two of p. Default 25, the authors'. */
  interval?: number;
}

/**
 * Nash bargaining whose powers p are learned from held-out data: Gα = p/α, w = α, and on every 25th step
 * p ← p + lr · Jᵀc, c_k = ⟨d, g_k⟩ with d the primary's unit gradient on held-out data, J = dα/dp = (G + diag(p/α²))⁻¹ diag(1/α);
 * then p_k is at least 1e-4 and scaled so that Σ_k p_k = T, p = 1 at first.
 *
 * Each element of Jᵀc is kept within ±10. Tasks without a gradient get 0 and keep their p but for the scaling. Cost: T backward
 * passes, and on every 25th step one on a held-out batch.
 *
 * Paper: Shamsian, Navon, Glazer, Kawaguchi, Chechik and Fetaya, "Auxiliary Learning as an Asymmetric Bargaining Game", ICML 2023,
 * https://arxiv.org/abs/2301.13501. Differences from the authors' code: the inverse Hessian of the implicit hyper-gradient is left
 * out, where the code takes 3 Neumann terms, which at small step sizes are a multiple of the identity (`auxinashImplicit` has it); d has length 1; plain gradient
 * steps; held-out data, where the code takes another training batch.
 */
export const auxinashLearned = ({
  learningRate = 0.1,
  interval = 25,
}: AuxinashLearnedOptions = {}): Weighting<{ p: number[] }> => {
  inRange(learningRate, "learningRate", 0, 100);
  positiveInteger(interval, "interval");
  const due = (step: number): boolean => step % interval === interval - 1;
  return {
    name: "auxinash (learned p)",
    paper: {
      title: "Auxiliary Learning as an Asymmetric Bargaining Game",
      venue: "ICML",
      year: 2023,
      url: "https://arxiv.org/abs/2301.13501",
    },
    verified: "own reading",
    needs: (_, step) => (due(step) ? "gram+dev" : "gram"),
    init: (tasks) => ({ p: Array.from({ length: tasks }, () => 1) }),
    weigh(view, state) {
      const full = readGram(view, "auxinash (learned p)");
      const dev = due(view.step) ? devCosines(view, "auxinash (learned p)") : null;
      const { weights, p } = learnPowers(full, state.p, dev, learningRate);
      return { weights, state: { p } };
    },
  };
};

import { inRange } from "../gram/check.ts";
import type { Weighting } from "../weighting.ts";

/**
 * Multiplies the final weights of all auxiliaries by one number and leaves the primary's: w_k ← scale · w_k for k ≠ p. The rule
 * itself sees unscaled losses and gradients.
 *
 * The scale of the auxiliaries is the one hyper-parameter that all rules share; tune it on validation, with the same candidates
 * for each. Cost: that of the rule.
 *
 * @throws OutriggerError `bad-option` for a scale that is negative or not finite.
 */
export const scaleAuxiliaries = <S>(rule: Weighting<S>, scale: number): Weighting<S> => {
  inRange(scale, "scale", 0, Number.MAX_VALUE);
  return {
    ...rule,
    name: `scaleAuxiliaries(${rule.name}, ${scale})`,
    weigh(view, state, random) {
      const told = rule.weigh(view, state, random);
      const weights = told.weights.map((weight, k) => (k === view.primary ? weight : scale * weight));
      return { weights, state: told.state };
    },
  };
};

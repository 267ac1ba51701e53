import { inRange } from "../gram/check.ts";
import { readGram } from "../gram/read.ts";
import { mean, type RunningMean, update } from "../gram/running-mean.ts";
import type { Weighting } from "../weighting.ts";
import { placeOf } from "./shared/places.ts";

/** `mean`: of the Gram matrices so far, null before the first. */
export interface SmoothedState<S> {
  inner: S;
  mean: RunningMean | null;
}

/**
 * Shows a rule the running mean of the Gram matrices instead of the last one: M ← (d M + (1 − d) G), divided by the sum of its
 * coefficients. Steps on which the rule needs no Gram matrix leave the mean alone.
 *
 * Cost: that of the rule.
 *
 * @throws OutriggerError `bad-option` for a decay outside [0, 1).
 *
 * @example
 * smoothed(nashMtl(), 0.9)
 */
export const smoothed = <S>(rule: Weighting<S>, decay: number): Weighting<SmoothedState<S>> => {
  inRange(decay, "decay", 0, 1 - Number.EPSILON);
  const name = `smoothed(${rule.name}, ${decay})`;
  return {
    name,
    paper: rule.paper,
    ...placeOf(rule),
    needs: (state, step) => rule.needs(state.inner, step),
    init: (tasks, primary) => ({ inner: rule.init(tasks, primary), mean: null }),
    weigh(view, state, random) {
      const running = view.gram === undefined ? null : update(state.mean, readGram(view, name), decay);
      const shown = running === null ? view : { ...view, gram: mean(running) };
      const { weights, state: inner } = rule.weigh(shown, state.inner, random);
      return { weights, state: { inner, mean: running ?? state.mean } };
    },
    ...(rule.observe && {
      ...(rule.observes && { observes: rule.observes }),
      observe: (view, state) => ({ ...state, inner: rule.observe!(view, state.inner) }),
    }),
  };
};

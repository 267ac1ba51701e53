import { positiveInteger } from "../gram/check.ts";
import type { Weighting } from "../weighting.ts";
import { placeOf } from "./shared/places.ts";

/** `weights`: what the rule said last, null before it was asked. */
export interface EveryState<S> {
  inner: S;
  weights: number[] | null;
}

/**
 * Asks a rule on steps 0, n, 2n, … and keeps its weights in between, where nothing needs to be computed for it. `observe` still
 * sees every step.
 *
 * Cost: that of the rule, divided by n.
 *
 * @throws OutriggerError `bad-option` unless n is a positive integer.
 *
 * @example
 * every(10, pcgrad())
 */
export const every = <S>(n: number, rule: Weighting<S>): Weighting<EveryState<S>> => {
  positiveInteger(n, "n");
  const asked = (state: EveryState<S>, step: number) => step % n === 0 || state.weights === null;
  return {
    name: n === 1 ? rule.name : `every(${n}, ${rule.name})`,
    paper: rule.paper,
    ...placeOf(rule),
    needs: (state, step) => (asked(state, step) ? rule.needs(state.inner, step) : "nothing"),
    init: (tasks, primary) => ({ inner: rule.init(tasks, primary), weights: null }),
    weigh(view, state, random) {
      if (!asked(state, view.step)) return { weights: [...state.weights!], state };
      const { weights, state: inner } = rule.weigh(view, state.inner, random);
      return { weights, state: { inner, weights: [...weights] } };
    },
    ...(rule.observe && {
      ...(rule.observes && { observes: rule.observes }),
      observe: (view, state) => ({ ...state, inner: rule.observe!(view, state.inner) }),
    }),
  };
};

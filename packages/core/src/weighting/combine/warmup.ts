import { positiveInteger } from "../gram/check.ts";
import { singleTask } from "../single-task.ts";
import type { Weighting } from "../weighting.ts";
import { observesBoth } from "./shared/observes.ts";
import { placeOfBoth } from "./shared/places.ts";

export interface WarmupState<S> {
  first: unknown;
  inner: S;
}

/**
 * Lets another rule weigh for the first n steps: the primary alone unless `first` says otherwise. The rule itself is not asked before
 * step n, but observes every step.
 *
 * Cost: that of `first`, then that of the rule.
 *
 * @throws OutriggerError `bad-option` unless n is a positive integer, or when one rule learns from losses before the update and the other after it.
 *
 * @example
 * warmup(1000, nashMtl())          // the primary alone for 1000 steps
 * warmup(1000, nashMtl(), uniform())
 */
export const warmup = <S>(
  n: number,
  rule: Weighting<S>,
  first: Weighting = singleTask() as Weighting,
): Weighting<WarmupState<S>> => {
  positiveInteger(n, "n");
  const name = `warmup(${n}, ${rule.name})`;
  return {
    name,
    paper: rule.paper,
    ...placeOfBoth(first, rule, name),
    needs: (state, step) => (step < n ? first.needs(state.first, step) : rule.needs(state.inner, step)),
    init: (tasks, primary) => ({ first: first.init(tasks, primary), inner: rule.init(tasks, primary) }),
    weigh(view, state, random) {
      if (view.step < n) {
        const told = first.weigh(view, state.first, random);
        return { weights: told.weights, state: { ...state, first: told.state } };
      }
      const told = rule.weigh(view, state.inner, random);
      return { weights: told.weights, state: { ...state, inner: told.state } };
    },
    ...((rule.observe || first.observe) && {
      observes: observesBoth(first, rule, name),
      observe: (view, state) => ({
        first: first.observe === undefined ? state.first : first.observe(view, state.first),
        inner: rule.observe === undefined ? state.inner : rule.observe(view, state.inner),
      }),
    }),
  };
};

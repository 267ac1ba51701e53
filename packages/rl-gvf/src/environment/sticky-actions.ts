import type { Environment, RandomSource } from "../environment.ts";
import { checkAction } from "./check-action.ts";
import { checkProbability } from "./check-probability.ts";

export interface StickyState {
  readonly inner: unknown;
  /** The action that was executed last. */
  readonly executed: number;
  readonly random: number[];
}

/**
 * Repeats the action that was executed before, with the given probability, in place of the one that was asked for. The first
 * "action before" is 0, and a reset does not clear it, so that the episode boundary leaks no information.
 *
 * Machado et al., "Revisiting the Arcade Learning Environment", Journal of Artificial Intelligence Research 61, 2018,
 * https://arxiv.org/abs/1709.06009. Default 0.1 as in MinAtar (Young and Tian 2019, https://arxiv.org/abs/1903.03176); Atari
 * has 0.25. The draws come from a source of their own, so that the environment draws the same numbers with and without.
 *
 * @throws RlGvfError `bad-option` unless the probability is from 0 to 1.
 */
export function stickyActions(
  environment: Environment,
  { probability = 0.1, random }: { readonly probability?: number; readonly random: RandomSource },
): Environment<StickyState> {
  checkProbability("The sticky probability", probability);
  let executed = 0;
  return {
    name: environment.name,
    observation: environment.observation,
    actions: environment.actions,
    reset: () => environment.reset(),
    step(action) {
      checkAction(environment, action);
      if (random.uniform() >= probability) executed = action;
      return environment.step(executed);
    },
    observe: (out, offset) => environment.observe(out, offset),
    save: () => ({ inner: environment.save(), executed, random: random.state }),
    load(state) {
      environment.load(state.inner);
      executed = state.executed;
      random.state = [...state.random];
    },
  };
}

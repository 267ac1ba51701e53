import type { Environment, ObservationBuffer, RandomSource, Transition } from "../environment.ts";
import { observationSize } from "../environment.ts";
import { checkAction } from "./check-action.ts";

/** The rules of an environment over a plain JSON state. */
export interface Rules<S> extends Pick<Environment, "name" | "observation" | "actions"> {
  start(random: RandomSource): S;
  /** One step, in place. Not called after the end. */
  step(state: S, action: number, random: RandomSource): Transition;
  /** Writes what is not 0 of the observation; the values are 0 before. */
  paint(state: S, out: ObservationBuffer, offset: number): void;
}

export interface Saved<S> {
  readonly state: S;
  readonly random: number[];
  readonly terminated: boolean;
  readonly truncated: boolean;
}

/** The environment that follows the rules, at the start of its first episode. */
export function fromRules<S>(rules: Rules<S>, random: RandomSource): Environment<Saved<S>> {
  const { name, observation, actions } = rules;
  const size = observationSize(observation);
  let state = rules.start(random);
  let terminated = false;
  let truncated = false;
  return {
    name,
    observation,
    actions,
    reset() {
      state = rules.start(random);
      terminated = false;
      truncated = false;
    },
    step(action) {
      checkAction(rules, action);
      if (terminated || truncated) return { reward: 0, terminated, truncated };
      const transition = rules.step(state, action, random);
      terminated = transition.terminated;
      truncated = transition.truncated;
      return transition;
    },
    observe(out, offset = 0) {
      out.fill(0, offset, offset + size);
      rules.paint(state, out, offset);
    },
    save: () => ({ state: structuredClone(state), random: random.state, terminated, truncated }),
    load(saved) {
      state = structuredClone(saved.state);
      random.state = [...saved.random];
      terminated = saved.terminated;
      truncated = saved.truncated;
    },
  };
}

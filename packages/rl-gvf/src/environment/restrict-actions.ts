import type { Environment } from "../environment.ts";
import { RlGvfError } from "../error.ts";
import { checkAction } from "./check-action.ts";

/**
 * The same environment with some of its actions only, in the order given: action i is the environment's action `allowed[i]`.
 *
 * @example
 * restrictActions(minatar(breakout, { random }), breakout.minimalActions); // noop, left, right
 *
 * @throws RlGvfError `bad-option` if nothing is allowed, `bad-action` if an index is not one of the environment's.
 */
export function restrictActions<S>(environment: Environment<S>, allowed: readonly number[]): Environment<S> {
  if (allowed.length === 0) {
    throw new RlGvfError("bad-option", `${environment.name} needs at least one action; the list is empty.`);
  }
  for (const action of allowed) checkAction(environment, action);
  const { name, observation } = environment;
  const actions = allowed.map((action) => environment.actions[action]!);
  return {
    name,
    observation,
    actions,
    reset: () => environment.reset(),
    step(action) {
      checkAction({ name, actions }, action);
      return environment.step(allowed[action]!);
    },
    observe: (out, offset) => environment.observe(out, offset),
    save: () => environment.save(),
    load: (state) => environment.load(state),
  };
}

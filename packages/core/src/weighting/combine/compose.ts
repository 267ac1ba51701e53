import { OutriggerError } from "../../error.ts";
import { readGram } from "../gram/read.ts";
import type { Needs, View, Weighting } from "../weighting.ts";
import { observesBoth } from "./shared/observes.ts";
import { placeOfBoth } from "./shared/places.ts";

export interface ComposeState<A, B> {
  first: A;
  second: B;
}

const order: readonly Needs[] = ["nothing", "losses", "gram"];

/** What both rules need; "gram+dev" and "gram+other" hold all that the plainer needs do. */
function both(needs: readonly [Needs, Needs], name: string): Needs {
  const special = needs.filter((need) => !order.includes(need));
  if (special[0] !== special.at(-1)) {
    throw new OutriggerError(
      "unsupported",
      `${name}: one rule needs a held-out batch and the other a second training batch; a step looks at one of the two. Compose rules of one kind.`,
      { method: name },
    );
  }
  return special[0] ?? order[Math.max(...needs.map((need) => order.indexOf(need)))]!;
}

/**
 * Weighs by one rule, and by a second one that sees the tasks as the first has weighted them: with u from `first`, `second` is shown
 * the losses u_k L_k and the Gram matrix u_i u_j G_ij, and w_k = u_k v_k for its answer v.
 *
 * `compose(lossRule, gramRule)` balances losses and gradients both, as IMTL does. Both rules observe the unweighted losses. Cost: that
 * of the more costly rule.
 *
 * @throws OutriggerError `unsupported` when the second rule learns from losses after the update, which it would compare with weighted ones of
 * before; `bad-option` when the rules look at different gradients, or one learns from losses before the update and one from those after it;
 * `unsupported` in a step for which one needs a held-out batch and the other a second training batch.
 *
 * @example
 * compose(uncertainty(), pcgrad())
 */
export const compose = <A, B>(first: Weighting<A>, second: Weighting<B>): Weighting<ComposeState<A, B>> => {
  const name = `compose(${first.name}, ${second.name})`;
  if (second.observe !== undefined && second.observes === "after") {
    throw new OutriggerError(
      "unsupported",
      `${name}: "${second.name}" compares losses before and after a step, and would see only the former weighted. Put it first.`,
      { method: name },
    );
  }
  return {
    name,
    paper: second.paper,
    ...placeOfBoth(first, second, name),
    needs: (state, step) => both([first.needs(state.first, step), second.needs(state.second, step)], name),
    init: (tasks, primary) => ({ first: first.init(tasks, primary), second: second.init(tasks, primary) }),
    weigh(view, state, random) {
      const one = first.weigh(view, state.first, random);
      const two = second.weigh(scaled(view, one.weights, name), state.second, random);
      return {
        weights: one.weights.map((weight, k) => weight * two.weights[k]!),
        state: { first: one.state, second: two.state },
      };
    },
    ...((first.observe || second.observe) && {
      observes: observesBoth(first, second, name),
      observe: (view, state) => ({
        first: first.observe === undefined ? state.first : first.observe(view, state.first),
        second: second.observe === undefined ? state.second : second.observe(view, state.second),
      }),
    }),
  };
};

function scaled(view: View, u: readonly number[], name: string): View {
  const scaledBy = (matrix: readonly (readonly number[])[]) =>
    matrix.map((row, i) => row.map((value, j) => value * u[i]! * u[j]!));
  return {
    ...view,
    losses: view.losses.map((loss, k) => loss * u[k]!),
    gram: view.gram && scaledBy(readGram(view, name)),
    gramOther: view.gramOther && scaledBy(view.gramOther),
    dev: view.dev && { ...view.dev, dots: view.dev.dots.map((value, k) => value * u[k]!) },
  };
}

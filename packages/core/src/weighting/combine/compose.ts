import { readGram } from "../gram/read.ts";
import type { Needs, View, Weighting } from "../weighting.ts";

export interface ComposeState<A, B> {
  first: A;
  second: B;
}

const order: readonly Needs[] = ["nothing", "losses", "gram"];

/**
 * Weighs by one rule, and by a second one that sees the tasks as the first has weighted them: with u from `first`, `second` is shown
 * the losses u_k L_k and the Gram matrix u_i u_j G_ij, and w_k = u_k v_k for its answer v.
 *
 * `compose(lossRule, gramRule)` balances losses and gradients both, as IMTL does. Both rules observe the unweighted losses. Cost: that
 * of the more costly rule.
 *
 * @example
 * compose(uncertainty(), pcgrad())
 */
export const compose = <A, B>(first: Weighting<A>, second: Weighting<B>): Weighting<ComposeState<A, B>> => {
  const name = `compose(${first.name}, ${second.name})`;
  return {
    name,
    paper: second.paper,
    needs(state, step) {
      const wanted = [first.needs(state.first, step), second.needs(state.second, step)];
      return (
        wanted.find((need) => !order.includes(need)) ??
        order[Math.max(...wanted.map((need) => order.indexOf(need)))]!
      );
    },
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
      observe: (view, state) => ({
        first: first.observe === undefined ? state.first : first.observe(view, state.first),
        second: second.observe === undefined ? state.second : second.observe(view, state.second),
      }),
    }),
  };
};

function scaled(view: View, u: readonly number[], name: string): View {
  const both = (matrix: readonly (readonly number[])[]) =>
    matrix.map((row, i) => row.map((value, j) => value * u[i]! * u[j]!));
  return {
    ...view,
    losses: view.losses.map((loss, k) => loss * u[k]!),
    gram: view.gram && both(readGram(view, name)),
    dev: view.dev && { ...view.dev, dots: view.dev.dots.map((value, k) => value * u[k]!) },
  };
}

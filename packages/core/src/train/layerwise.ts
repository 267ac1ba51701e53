import { OutriggerError } from "../error.ts";
import type { Needs, View, Weighting } from "../weighting/weighting.ts";

/** What gradients show a rule. */
export type Products = Pick<View, "gram" | "dev" | "gramOther">;

/** The products of the whole trunk's gradients, and those of every layer's. */
export interface LayersView extends View {
  readonly layers?: readonly Products[];
}

/** What the later ones show holds what the earlier ones do. */
const order: readonly Needs[] = ["nothing", "losses", "gram", "gram+dev", "gram+other"];

/**
 * A rule asked once a layer, as one rule whose state is the list of the layers' states. It gives T weights for the heads, Σ_l P_l w_lk / P
 * for task k, and then T weights for each layer in turn.
 *
 * @param sizes P_l, the number of parameters of every layer
 * @throws OutriggerError "bad-model" when there is no layer
 */
export function layerwise<S>(rule: Weighting<S>, sizes: readonly number[]): Weighting<S[]> {
  if (sizes.length === 0) {
    const said = `"${rule.name}" is asked layer by layer, but the model's trunk has no parameters`;
    throw new OutriggerError("bad-model", `${said}. Use the plain rule.`, { method: rule.name });
  }
  const total = sizes.reduce((sum, size) => sum + size, 0);
  const viewOf = ({ layers, ...view }: LayersView, l: number): View => ({ ...view, ...layers?.[l] });
  return {
    ...rule,
    needs(states, step) {
      const needs = states.map((state) => order.indexOf(rule.needs(state, step)));
      return order[Math.max(...needs)]!;
    },
    init: (tasks, primary) => sizes.map(() => rule.init(tasks, primary)),
    weigh(view, states, random) {
      const told = states.map((state, l) => rule.weigh(viewOf(view, l), state, random));
      const mean = (k: number): number =>
        told.reduce((sum, { weights }, l) => sum + (sizes[l]! / total) * weights[k]!, 0);
      const heads = told[0]!.weights.map((_, k) => mean(k));
      return {
        weights: [...heads, ...told.flatMap(({ weights }) => weights)],
        state: told.map(({ state }) => state),
      };
    },
    ...(rule.observe && {
      observe: (view: View, states: S[]) => states.map((state, l) => rule.observe!(viewOf(view, l), state)),
    }),
  } as Weighting<S[]>;
}

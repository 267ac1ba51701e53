import { combine } from "../solve/rows.ts";
import type { Aggregator } from "./aggregator.ts";

/**
 * The sum of all gradients, d = Σ_k g_k, formed from whole gradients: the direction of `uniform()`, at the cost of an aggregator. For
 * comparing costs and numbers.
 *
 * Cost: T backward passes, and T × P numbers on the host.
 */
export const sum = (): Aggregator<null> => ({
  name: "sum",
  paper: null,
  verified: "definition",
  init: () => null,
  aggregate({ gradients, direction }, state) {
    combine(
      gradients,
      gradients.map(() => 1),
      direction,
    );
    return { state };
  },
});

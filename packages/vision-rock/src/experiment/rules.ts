import type { Method } from "@outrigger/core/train/method";
import { scaleAuxiliaries } from "@outrigger/core/weighting/combine/scale-auxiliaries";
import type { Weighting } from "@outrigger/core/weighting/weighting";
import { methodNamed } from "../method/methods.ts";

/** Rules that rows use, by the names of `train --method`; "uniform" leaves the tasks to the fixed weights of the losses. */
export type RuleName = "uniform" | "uncertainty" | "gradient-cosine" | "pcgrad";

/** A rule, the weights of all auxiliaries multiplied by a scale. */
export function ruleOf(name: RuleName, scale: number): Method {
  const rule = methodNamed(name) as Weighting;
  return scale === 1 ? rule : scaleAuxiliaries(rule, scale);
}

import type { Method } from "@outrigger/core/train/method";
import { every } from "@outrigger/core/weighting/combine/every";
import { scaleAuxiliaries } from "@outrigger/core/weighting/combine/scale-auxiliaries";
import { gradientCosine } from "@outrigger/core/weighting/gradient-cosine";
import { pcgrad } from "@outrigger/core/weighting/pcgrad";
import { uncertainty } from "@outrigger/core/weighting/uncertainty";
import { uniform } from "@outrigger/core/weighting/uniform";
import type { Weighting } from "@outrigger/core/weighting/weighting";

export type RuleName = "uniform" | "uncertainty" | "gradient-cosine" | "pcgrad";

/** Rules that weigh the tasks; "uniform" leaves them to the fixed weights of the losses. */
const RULES: Readonly<Record<RuleName, () => Weighting<never>>> = {
  uniform: () => uniform() as Weighting<never>,
  uncertainty: () => uncertainty() as Weighting<never>,
  // Every tenth step: a pass of gradients a task is dear.
  "gradient-cosine": () => every(10, gradientCosine()) as Weighting<never>,
  pcgrad: () => pcgrad() as Weighting<never>,
};

/** A rule, the weights of all auxiliaries multiplied by a scale. */
export function ruleOf(name: RuleName, scale: number): Method {
  const rule = RULES[name]() as unknown as Weighting;
  return scale === 1 ? rule : scaleAuxiliaries(rule, scale);
}

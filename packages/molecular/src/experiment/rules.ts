import { OutriggerError } from "@outrigger/core/error";
import { arml } from "@outrigger/core/weighting/arml";
import { every } from "@outrigger/core/weighting/combine/every";
import { scaleAuxiliaries } from "@outrigger/core/weighting/combine/scale-auxiliaries";
import { gradientAlignment } from "@outrigger/core/weighting/gradient-alignment";
import { gradientCosine } from "@outrigger/core/weighting/gradient-cosine";
import { pcgrad } from "@outrigger/core/weighting/pcgrad";
import { randomWeights } from "@outrigger/core/weighting/random";
import { singleTask } from "@outrigger/core/weighting/single-task";
import { staticWeights } from "@outrigger/core/weighting/static";
import { uncertainty } from "@outrigger/core/weighting/uncertainty";
import { uniform } from "@outrigger/core/weighting/uniform";
import type { Weighting } from "@outrigger/core/weighting/weighting";

/** What a rule may know before training. */
export interface RuleContext {
  /** Weights of the K auxiliaries by correlation with the primary's training labels; they sum to K. */
  readonly correlations: readonly number[];
  /** Most epochs of the run. */
  readonly epochs: number;
}

/** Rules that look at gradients do so on every tenth step: one pass of gradients a task is dear. */
const INTERVAL = 10;

const RULES: Readonly<Record<string, (context: RuleContext) => Weighting<never>>> = {
  "single-task": () => singleTask() as Weighting<never>,
  uniform: () => uniform() as Weighting<never>,
  static: ({ correlations }) => staticWeights({ weights: [1, ...correlations] }) as Weighting<never>,
  random: () => randomWeights() as Weighting<never>,
  uncertainty: () => uncertainty() as Weighting<never>,
  "gradient-cosine": () => every(INTERVAL, gradientCosine()) as Weighting<never>,
  pcgrad: () => every(INTERVAL, pcgrad()) as Weighting<never>,
  arml: () => every(INTERVAL, arml()) as Weighting<never>,
  // Has an interval of its own. Its first phases are as long as its defaults when a run has 60 epochs, and in proportion otherwise.
  "gradient-alignment": ({ epochs }) =>
    gradientAlignment({
      warmupEpochs: Math.floor(epochs / 12),
      adaptEpochs: Math.ceil(epochs / 3),
      interval: INTERVAL,
    }) as Weighting<never>,
};

/**
 * A weighting rule by the name of its row, with the weights of all auxiliaries multiplied by `scale`. The primary is task 0.
 *
 * @throws OutriggerError `bad-option` for an unknown name, listing those there are
 */
export function makeRule(name: string, scale: number, context: RuleContext): Weighting {
  const make = RULES[name];
  if (make === undefined) {
    const said = `There is no rule "${name}"; choose one of ${Object.keys(RULES).join(", ")}.`;
    throw new OutriggerError("bad-option", said, { rule: name });
  }
  const rule = make(context) as Weighting;
  return scale === 1 ? rule : scaleAuxiliaries(rule, scale);
}

import { association } from "../auxiliary/association.ts";
import { COUPLED_PREDICTION, coupledPrediction } from "../auxiliary/coupled-prediction.ts";
import {
  count,
  fill,
  following,
  type HintRule,
  hint,
  max,
  min,
  predecessor,
  setDifference,
  successor,
} from "../auxiliary/hint.ts";
import { priming } from "../auxiliary/priming.ts";
import { type RestrictionOptions, restriction } from "../auxiliary/restriction.ts";
import type { Source } from "../auxiliary/source.ts";
import type { SequenceTask } from "../task/task.ts";
import type { Vocabulary } from "../vocabulary.ts";
import { byName, named } from "./named.ts";
import { takesSymbols, taskNamed } from "./tasks.ts";

/** What an auxiliary is made for. */
export interface AuxiliaryContext {
  readonly task: SequenceTask;
  readonly vocabulary: Vocabulary;
  readonly shortest: number;
  readonly trainLength: number;
  /** N_max: lengths that restrictions come from, and the greatest of auxiliaries that show long sequences. */
  readonly long: number;
  /** Default: the ids of the long instance. */
  readonly positions: RestrictionOptions["positions"];
}

/** An auxiliary task by name. */
export interface Auxiliary {
  readonly name: string;
  /** One sentence: what one example is. */
  readonly describe: string;
  /** Whether it answers in number tokens. */
  readonly numbers: boolean;
  /** A task besides the main one that it is made of. */
  readonly related?: SequenceTask;
  source(context: AuxiliaryContext): Source;
}

/** Every hint. */
export const hints: readonly HintRule[] = [
  following,
  successor,
  predecessor,
  count,
  fill,
  min,
  max,
  setDifference,
];

const restricted = (
  name: string,
  describe: string,
  given: Pick<RestrictionOptions, "positions" | "support"> = {},
): Auxiliary => ({
  name,
  describe,
  numbers: false,
  source: ({ task, vocabulary, trainLength, long, shortest, positions }) =>
    restriction(task, vocabulary, { trainLength, longest: long, shortest, positions, ...given }),
});

const fixed: readonly Auxiliary[] = [
  restricted(
    "restriction",
    "A part of a long instance that still decides one output, with the long instance's position ids.",
  ),
  restricted("renumbered-restriction", "The same with ids 0, 1, 2, …: a control.", {
    positions: "renumbered",
  }),
  restricted("recomputed-restriction", "Any part of a long input, with the answer for that part.", {
    support: "recompute",
  }),
  ...hints.map(
    (rule): Auxiliary => ({
      name: rule.name,
      describe: `Hint: ${lowered(rule.describe)}`,
      numbers: rule === count,
      source: ({ task, vocabulary, trainLength }) => hint(task, rule, vocabulary, { trainLength }),
    }),
  ),
  {
    name: COUPLED_PREDICTION,
    describe: "Whole short instances, answered by the coupled position id of every output.",
    numbers: true,
    source: ({ task, vocabulary, shortest, trainLength }) =>
      coupledPrediction(task, vocabulary, { lengths: [shortest, trainLength] }),
  },
  {
    name: "priming",
    describe: "50 instances of the greatest length, over and over: shows long sequences.",
    numbers: false,
    source: ({ task, vocabulary, long }) => priming(task, vocabulary, { length: long }),
  },
];

const prefix = "longer-";

/** A hint or a related task up to the greatest length. */
function longer(name: string, symbols: number | undefined): Auxiliary {
  const rule = hints.find((each) => each.name === name);
  const related = rule ? undefined : taskNamed(name, takesSymbols(name) ? symbols : undefined);
  return {
    name: `${prefix}${name}`,
    describe: (rule ?? related)!.describe,
    numbers: rule === count,
    ...(related && { related }),
    source: ({ task, vocabulary, shortest, long }) =>
      association(task, (rule ?? related)!, vocabulary, { lengths: [shortest, long] }),
  };
}

/** Every auxiliary that has one name; {@link auxiliaryNamed} knows longer ones besides. */
export const everyAuxiliary: readonly Pick<Auxiliary, "name" | "describe">[] = [
  ...fixed,
  {
    name: `${prefix}NAME`,
    describe: "A hint or another task by name, up to the greatest length: shows long sequences.",
  },
];

/**
 * An auxiliary by its name: "restriction", "successor", "longer-successor" (the hint at long lengths), "longer-copy" (another task there).
 *
 * @param symbols how many there are, for another task.
 * @throws OutriggerError `bad-option` for an unknown one.
 */
export const auxiliaryNamed = (name: string, symbols?: number): Auxiliary =>
  name.startsWith(prefix) && name !== `${prefix}NAME`
    ? longer(name.slice(prefix.length), symbols)
    : named("auxiliary", byName(fixed), name);

function lowered(text: string): string {
  return text.charAt(0).toLowerCase() + text.slice(1);
}

import { OutriggerError } from "@outrigger/core/error";
import { adam } from "@outrigger/core/optimize/adam";
import type { Method } from "@outrigger/core/train/method";
import { arml } from "@outrigger/core/weighting/arml";
import { every } from "@outrigger/core/weighting/combine/every";
import { scaleAuxiliaries } from "@outrigger/core/weighting/combine/scale-auxiliaries";
import { gradientAlignment } from "@outrigger/core/weighting/gradient-alignment";
import { gradientCosine } from "@outrigger/core/weighting/gradient-cosine";
import { pcgrad } from "@outrigger/core/weighting/pcgrad";
import { randomWeights } from "@outrigger/core/weighting/random";
import { rcgrad } from "@outrigger/core/weighting/rcgrad";
import { singleTask } from "@outrigger/core/weighting/single-task";
import { staticWeights } from "@outrigger/core/weighting/static";
import { uncertainty } from "@outrigger/core/weighting/uncertainty";
import { uniform } from "@outrigger/core/weighting/uniform";
import type { Weighting } from "@outrigger/core/weighting/weighting";
import { blo } from "./blo.ts";
import { molgroupGates } from "./molgroup-gates.ts";

/** What a method may know before training. The primary is task 0, the K auxiliaries follow. */
export interface MethodContext {
  /** Weights of the auxiliaries by correlation with the primary's training labels; they sum to K. See `correlationWeights`. */
  readonly correlations: readonly number[];
  /** Most epochs of the run. */
  readonly epochs: number;
  /** What the weights of all auxiliaries are multiplied by. Default 1. */
  readonly scale?: number;
  /** How many of the first auxiliaries are targets too: `uniform` gives those the primary's weight. Default 0. */
  readonly furtherTargets?: number;
  /** Likeness of each auxiliary's molecules to the primary's; default 1 each. See `structureSimilarities`. */
  readonly similarities?: readonly number[];
}

/** A part of the training with a method of its own. */
export interface PlannedStage {
  /** Letters, digits and "-". */
  readonly name: string;
  readonly method: Method;
  readonly epochs: number;
  /** Ends with the best epoch on validation and may stop early. Stages before it run to their end and hand on their last parameters. */
  readonly selects: boolean;
}

/** A way to train with auxiliary tasks, as people choose it. */
export interface NamedMethod {
  /** One line for tables and help texts. */
  readonly describe: string;
  /** Share of the training molecules that is not trained on: weights are learned from it. 0 for most. */
  readonly heldOut: number;
  /** Whether the context's scale changes anything: not where the auxiliaries are never trained together with the primary. */
  readonly scaled: boolean;
  /** What is done, one stage after another; their epochs sum to those of the context. */
  plan(context: MethodContext): readonly PlannedStage[];
}

/** Rules that look at gradients do so on every tenth step: one pass of gradients a task is dear. */
const INTERVAL = 10;

/** One stage with one method. */
const joint = (
  describe: string,
  make: (context: MethodContext) => Method,
  { heldOut = 0, scaled = true }: { readonly heldOut?: number; readonly scaled?: boolean } = {},
): NamedMethod => ({
  describe,
  heldOut,
  scaled,
  plan: (context) => [{ name: "train", method: make(context), epochs: context.epochs, selects: true }],
});

const scaledRule = (rule: Weighting, scale: number): Weighting =>
  scale === 1 ? rule : scaleAuxiliaries(rule, scale);

/** A rule whose auxiliary weights are multiplied by the scale. */
const scaledJoint = (describe: string, make: (context: MethodContext) => Weighting<never>): NamedMethod =>
  joint(describe, (context) => scaledRule(make(context) as Weighting, context.scale ?? 1));

/**
 * First the auxiliaries without the primary, then the primary, within one budget: half of the epochs each. Computed labels cost nothing, so the
 * first half may learn what molecules are, and the second what was measured.
 *
 * Pre-training on computed labels and fine-tuning is what AutAuT's precursor did (public run logs), and Hu et al., "Strategies for
 * Pre-training Graph Neural Networks", ICLR 2020, https://arxiv.org/abs/1905.12265, for graph networks at large. The even halves are ours.
 *
 * @param second what weighs the tasks in the second half
 * @param scaled whether that reads the scale
 */
const pretrained = (
  describe: string,
  second: (context: MethodContext) => Weighting,
  scaled: boolean,
): NamedMethod => ({
  describe,
  heldOut: 0,
  scaled,
  plan(context) {
    const { epochs, correlations } = context;
    const before = Math.floor(epochs / 2);
    if (before < 1 || correlations.length === 0) {
      const said = `Pre-training needs at least one auxiliary and two epochs, not ${correlations.length} and ${epochs}.`;
      throw new OutriggerError("bad-option", said, { auxiliaries: correlations.length, epochs });
    }
    const weights = [0, ...correlations.map(() => 1)];
    return [
      {
        name: "pre-train",
        method: staticWeights({ weights }) as Weighting,
        epochs: before,
        selects: false,
      },
      { name: "fine-tune", method: second(context), epochs: epochs - before, selects: true },
    ];
  },
});

/**
 * Every way to train by the name that users and tables give it. Weights of auxiliaries are multiplied by the context's `scale`.
 *
 * Formulas, papers and costs stand with the rules themselves: `singleTask`, `uniform`, `staticWeights`, `randomWeights`, `uncertainty`,
 * `gradientCosine`, `pcgrad`, `arml`, `rcgrad` and `gradientAlignment` of `@outrigger/core`, `blo` and `molgroupGates` of this package.
 */
export const METHODS: Readonly<Record<string, NamedMethod>> = {
  "single-task": joint("The primary alone.", () => singleTask() as Method, { scaled: false }),
  uniform: joint(
    "Every auxiliary has the scale as its weight.",
    ({ correlations, scale = 1, furtherTargets = 0 }) =>
      furtherTargets > 0
        ? (staticWeights({
            weights: [1, ...correlations.map((_, k) => (k < furtherTargets ? 1 : scale))],
          }) as Method)
        : scaledRule(uniform() as Weighting, scale),
  ),
  static: scaledJoint(
    "Fixed weights by |correlation| of the training labels, summing to K times the scale.",
    ({ correlations }) => staticWeights({ weights: [1, ...correlations] }) as Weighting<never>,
  ),
  random: scaledJoint("New random weights at every step.", () => randomWeights() as Weighting<never>),
  uncertainty: scaledJoint("Weights from learned noise levels.", () => uncertainty() as Weighting<never>),
  "gradient-cosine": scaledJoint(
    "Only auxiliaries whose gradient agrees with the primary's; asked on every tenth step.",
    () => every(INTERVAL, gradientCosine()) as Weighting<never>,
  ),
  pcgrad: scaledJoint(
    "Conflicting gradient parts are projected away; asked on every tenth step.",
    () => every(INTERVAL, pcgrad()) as Weighting<never>,
  ),
  arml: scaledJoint(
    "Weights that make the auxiliaries' gradient imitate the primary's; asked on every tenth step.",
    () => every(INTERVAL, arml()) as Weighting<never>,
  ),
  rcgrad: scaledJoint(
    "Conflicting auxiliary gradients are projected on the primary's and shortened; asked on every tenth step.",
    () => every(INTERVAL, rcgrad()) as Weighting<never>,
  ),
  // Has an interval of its own. Its first phases are as long as its defaults when a run has 60 epochs, and in proportion otherwise.
  "gradient-alignment": scaledJoint(
    "Weights from alignment with the primary, adapted, then frozen (AutAuT-style).",
    ({ epochs }) =>
      gradientAlignment({
        warmupEpochs: Math.floor(epochs / 12),
        adaptEpochs: Math.ceil(epochs / 3),
        interval: INTERVAL,
      }) as Weighting<never>,
  ),
  blo: joint(
    "Linear task weights by implicit differentiation on a fifth of the training molecules, which is not trained on.",
    ({ scale = 1 }) => blo({ scale, interval: INTERVAL }) as Method,
    { heldOut: 0.2 },
  ),
  "molgroup-gates": joint(
    "A gate for every auxiliary, learned from what its step does to the primary; asked on every tenth step.",
    // Ten times the step size on a tenth of the steps.
    ({ scale = 1, similarities }) =>
      molgroupGates({
        scale,
        ...(similarities !== undefined && { similarities }),
        interval: INTERVAL,
        optimizer: adam({ learningRate: 0.01 }),
      }) as Method,
  ),
  "pre-train": pretrained(
    "Half of the epochs on the auxiliaries without the primary, the other half on the primary alone.",
    () => singleTask() as Weighting,
    false,
  ),
  "pre-train-joint": pretrained(
    "Half of the epochs on the auxiliaries without the primary, the other half on all, auxiliaries at the scale.",
    ({ scale = 1 }) => scaleAuxiliaries(uniform() as Weighting, scale),
    true,
  ),
};

/**
 * The method of a name.
 *
 * @throws OutriggerError `bad-option` for an unknown name, listing those there are
 */
export function namedMethod(name: string): NamedMethod {
  if (Object.hasOwn(METHODS, name)) return METHODS[name]!;
  const said = `There is no method "${name}"; choose one of ${Object.keys(METHODS).join(", ")}.`;
  throw new OutriggerError("bad-option", said, { method: name });
}

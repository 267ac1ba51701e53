import type { Arm, Tier } from "@outrigger/bench/benchmark";
import { decayCandidates, type ModelName, scaleCandidates, settings } from "./settings.ts";

/** Where the descriptors go: nowhere, or to tasks (the five, five random ones, all), or to the model's inputs. */
export type Auxiliaries = "none" | "chosen" | "random" | "all" | "inputs";

interface Row {
  readonly method: string;
  readonly kind: Arm["kind"];
  /** Name of the weighting rule, see `rules.ts`. */
  readonly rule: string;
  readonly auxiliaries: Auxiliaries;
  readonly describe: string;
}

const rule = (method: string, describe: string): Row => ({
  method,
  kind: "rule",
  rule: method,
  auxiliaries: "chosen",
  describe,
});

const ROWS: readonly Row[] = [
  {
    method: "single-task",
    kind: "baseline",
    rule: "single-task",
    auxiliaries: "none",
    describe: "No auxiliary task; tunes weight decay instead of the auxiliary scale.",
  },
  rule("uniform", "Every auxiliary has the tuned scale as its weight."),
  rule(
    "static",
    "Fixed weights by |correlation| of the training labels, summing to K times the tuned scale.",
  ),
  rule("random", "New random weights at every step."),
  rule("uncertainty", "Weights from learned noise levels."),
  rule(
    "gradient-cosine",
    "Only auxiliaries whose gradient agrees with the primary's; asked on every tenth step.",
  ),
  rule("pcgrad", "Conflicting gradient parts are projected away; asked on every tenth step."),
  rule(
    "arml",
    "Weights that make the auxiliaries' gradient imitate the primary's; asked on every tenth step.",
  ),
  rule("gradient-alignment", "Weights from alignment with the primary, adapted, then frozen (AutAuT-style)."),
  {
    method: "random-descriptors",
    kind: "control",
    rule: "uniform",
    auxiliaries: "random",
    describe:
      "Five other descriptors, drawn anew for every seed, instead of the chosen five; uniform weights.",
  },
  {
    method: "all-descriptors",
    kind: "control",
    rule: "uniform",
    auxiliaries: "all",
    describe: "Every descriptor that varies; uniform weights.",
  },
  {
    method: "descriptors-as-input",
    kind: "control",
    rule: "single-task",
    auxiliaries: "inputs",
    describe:
      "The chosen five as inputs, no auxiliary loss; tunes weight decay instead of the auxiliary scale.",
  },
];

/** The perceptron's rows of the smoke tier: enough to run its code. */
const SMOKE_MLP = new Set(["single-task", "uniform"]);
/** Rows of a brief smoke tier: one of each kind of rule and control. */
const SMOKE_BRIEF = new Set(["single-task", "uniform", "static", "random", "pcgrad", "descriptors-as-input"]);

const inSmoke = (method: string, group: ModelName, brief: boolean): boolean =>
  group === "mlp" ? SMOKE_MLP.has(method) : !brief || SMOKE_BRIEF.has(method);

/**
 * All rows of a table: twelve methods with two models.
 *
 * Every arm has the same number of candidates and is compared with the others of its model only. Arms with auxiliary losses try four
 * scales (`scaleAuxiliaries` around the rule); the two without try four strengths of weight decay.
 *
 * @param options.brief leaves rows out of the smoke tier, which must not take long; the other tiers always have all of them
 */
export const experimentArms = (tier: Tier, options: { readonly brief?: boolean } = {}): readonly Arm[] =>
  (["gin", "mlp"] as const satisfies readonly ModelName[]).flatMap((group) =>
    ROWS.filter(({ method }) => tier !== "smoke" || inSmoke(method, group, options.brief === true)).map(
      ({ method, kind, rule, auxiliaries, describe }) => ({
        method,
        group,
        kind,
        describe,
        options: { rule, auxiliaries, ...settings(tier, group) },
        candidates: rule === "single-task" ? decayCandidates(tier) : scaleCandidates(tier),
      }),
    ),
  );

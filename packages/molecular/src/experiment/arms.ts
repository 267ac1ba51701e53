import type { Arm, Options, Tier } from "@outrigger/bench/benchmark";
import { METHODS } from "../method/methods.ts";
import type { Descriptors } from "./columns.ts";
import { candidatesOf, type ModelName, settings, type Tunes } from "./settings.ts";

interface Row {
  readonly method: string;
  readonly kind: Arm["kind"];
  /** One of `METHODS`. */
  readonly trains: string;
  readonly auxiliaries: Descriptors;
  readonly inputs: Descriptors;
  readonly tunes: Tunes;
  readonly models?: "together" | "separate";
  readonly describe: string;
}

/** A way to train, with the chosen five as auxiliaries. */
const rule = (method: string, tunes: Tunes = "scale"): Row => ({
  method,
  kind: "rule",
  trains: method,
  auxiliaries: "chosen",
  inputs: "none",
  tunes,
  describe: METHODS[method]!.describe,
});

/** A row that no weighting has to do with. */
const control = (method: string, describe: string, row: Partial<Row>): Row => ({
  method,
  kind: "control",
  trains: "single-task",
  auxiliaries: "none",
  inputs: "none",
  tunes: "decay",
  describe,
  ...row,
});

const ROWS: readonly Row[] = [
  control("single-task", "No auxiliary task; tunes weight decay instead of the auxiliary scale.", {
    kind: "baseline",
  }),
  rule("uniform"),
  rule("static"),
  rule("random"),
  rule("uncertainty"),
  rule("gradient-cosine"),
  rule("pcgrad"),
  rule("arml"),
  rule("rcgrad"),
  rule("gradient-alignment"),
  rule("blo"),
  rule("molgroup-gates"),
  rule("pre-train", "decay"),
  rule("pre-train-joint"),
  control(
    "random-descriptors",
    "Five numbers drawn anew from the whole book for every seed, instead of the chosen five; uniform weights.",
    { trains: "uniform", auxiliaries: "random", tunes: "scale" },
  ),
  control("all-descriptors", "Every number of the book that varies; uniform weights.", {
    trains: "uniform",
    auxiliaries: "all",
    tunes: "scale",
  }),
  control(
    "descriptors-as-input",
    "The chosen five as inputs, no auxiliary loss; tunes weight decay instead of the auxiliary scale.",
    { inputs: "chosen" },
  ),
  control("all-descriptors-as-input", "Every descriptor that varies as an input, no auxiliary loss.", {
    inputs: "all",
  }),
  control(
    "model-by-validation",
    "A single model, chosen on validation among graph networks and perceptrons on fingerprints, with descriptors as inputs.",
    { inputs: "all", tunes: "model" },
  ),
];

/** The row of datasets with several targets, which is compared with one model for all of them (`single-task`). */
const MODEL_PER_TARGET: Row = control(
  "model-per-target",
  "One model for each target instead of one for all; metrics are means over the models.",
  { models: "separate" },
);

const ALL = ROWS.map(({ method }) => method);
/** Rows of tier `ci`, which must not take more than an hour: what every table must have, and of the rest one rule of each idea. */
const CI = [
  "single-task",
  "uniform",
  "static",
  "random",
  "gradient-alignment",
  "pre-train",
  "random-descriptors",
  "all-descriptors",
  "descriptors-as-input",
  "model-by-validation",
];

/** Rows of a study with few labels, and of the perceptron: without the one whose candidates bring their own models and sizes. */
const FEW = CI.filter((method) => method !== "model-by-validation");

/** Rows of a brief smoke tier, of the perceptron and of few labels: enough to run the code. */
const BRIEF = ["single-task", "uniform"];
/**
 * Tries of every row of a table, and of a study with few labels, which has many groups. The smoke tier concludes nothing, so it tunes nothing: one
 * candidate, and no trial besides the seeds. Nor does the study: with one seed on 12 to 125 validation molecules the scales 0.1 and 1 were chosen about
 * equally often (21 and 27 of 48 rows), which is choosing by chance.
 */
const TRIES = { smoke: 1, ci: 3, full: 3 } as const;
const FEW_TRIES = 1;

interface Place {
  readonly tier: Tier;
  readonly group: string;
  readonly model: ModelName;
  readonly tries: number;
  /** Over those of the tier. */
  readonly options?: Options;
}

function armOf({ tier, group, model, tries, options = {} }: Place, row: Row): Arm {
  const { method, kind, trains, auxiliaries, inputs, tunes, models, describe } = row;
  return {
    method,
    group,
    kind,
    describe,
    options: {
      method: trains,
      auxiliaries,
      inputs,
      ...settings(tier, model),
      ...(models !== undefined && { models }),
      ...options,
    },
    candidates: candidatesOf(tier, tunes, tries),
  };
}

const rowsOf = (methods: readonly string[]): readonly Row[] =>
  ROWS.filter(({ method }) => methods.includes(method));

export interface ArmsOptions {
  /** Leaves rows out of the smoke tier, which must not take long. */
  readonly brief?: boolean;
  /** Tier `full` has every method and the perceptron too; without it, the rows of tier `ci`. */
  readonly everyMethod?: boolean;
  /** Tier `full` has one more row, with one model for each of the dataset's targets. */
  readonly modelPerTarget?: boolean;
}

/**
 * All rows of a dataset's table: in tier `ci` ten rows with the graph network, in tier `full` those or every method with it and nine rows with the perceptron.
 *
 * Every arm has the same number of candidates and is compared with the others of its model only. Arms with auxiliary losses try scales
 * (weights of all auxiliaries are multiplied by one), those without try strengths of weight decay, and `model-by-validation` models.
 */
export function experimentArms(tier: Tier, options: ArmsOptions = {}): readonly Arm[] {
  const { brief = false, everyMethod = false, modelPerTarget = false } = options;
  const extra = modelPerTarget && tier === "full" ? [MODEL_PER_TARGET] : [];
  const gin = { smoke: brief ? BRIEF : ALL, ci: CI, full: everyMethod ? ALL : CI }[tier];
  const mlp = { smoke: BRIEF, ci: [], full: everyMethod ? FEW : [] }[tier];
  const arms = (model: ModelName, rows: readonly Row[]): Arm[] =>
    rows.map((row) => armOf({ tier, group: model, model, tries: TRIES[tier] }, row));
  return [...arms("gin", [...rowsOf(gin), ...extra]), ...arms("mlp", rowsOf(mlp))];
}

/**
 * Training molecules of a study with few labels, and the passes over them: fewer molecules get more, so that even 50 get 200 steps.
 * Patience is a third of them.
 */
const FEW_EPOCHS = [
  [50, 100],
  [100, 60],
  [200, 40],
  [500, 30],
] as const;

/** Rows of a study with few labels: one group for each dataset and number of training molecules, with the graph network. */
export function fewLabelsArms(tier: Tier, datasets: readonly string[]): readonly Arm[] {
  const sizes: readonly (Options & { readonly labels: number })[] =
    tier === "smoke"
      ? [12, 24].map((labels) => ({ labels }))
      : FEW_EPOCHS.map(([labels, epochs]) => ({ labels, epochs, patience: Math.ceil(epochs / 3) }));
  const rows = rowsOf(tier === "smoke" ? BRIEF : FEW);
  return datasets.flatMap((dataset) =>
    sizes.flatMap((size) => {
      const group = `${dataset} ${size.labels}`;
      const options = { dataset, ...size };
      return rows.map((row) => armOf({ tier, group, model: "gin", tries: FEW_TRIES, options }, row));
    }),
  );
}

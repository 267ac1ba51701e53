import { existsSync } from "node:fs";
import { numbers, option, real, whole } from "@outrigger/core/command/options";
import { closest } from "@outrigger/core/data/csv";
import { OutriggerError } from "@outrigger/core/error";
import type { Option } from "commander";
import { METHODS } from "../method/methods.ts";
import type { ModelChoice } from "../model/molecule-model.ts";
import { FINGERPRINT_KINDS, type FingerprintKind } from "../molecule/fingerprint-options.ts";
import { EXAMPLES } from "../select/dataset-description.ts";
import {
  AUXILIARY_WORDS,
  type Configuration,
  configuration,
  type GivenSplitChoice,
} from "../training/configuration.ts";
import { list } from "./list.ts";

/** Options of the commands that train, as commander gives them. */
export interface GivenTraining {
  readonly smiles?: string;
  readonly target: readonly string[];
  readonly kind?: Configuration["kind"];
  readonly model?: ModelChoice["name"];
  readonly fingerprint?: FingerprintKind;
  readonly width?: number;
  readonly depth?: number;
  readonly dropout?: number;
  readonly inputs?: readonly string[];
  readonly auxiliary?: readonly string[];
  readonly method?: string;
  readonly scale?: number;
  readonly property?: string;
  readonly keep?: number;
  readonly unit?: string;
  readonly about?: string;
  readonly sendMolecules?: number | true;
  readonly split?: string;
  readonly fold?: number;
  readonly splitColumn?: string;
  readonly splitSeed?: number;
  readonly fractions?: readonly number[];
  readonly epochs?: number;
  readonly patience?: number;
  readonly learningRate?: number;
  readonly weightDecay?: number;
  readonly batch?: number;
  readonly seed?: number;
}

const RULES = ["balanced", "stratified", "random", "ogb", "deepchem"] as const;

/** What to train on, and how. */
export const dataOptions: readonly Option[] = [
  option(
    "--smiles <column>",
    "the column with SMILES strings (default: smiles, canonical_smiles, mol or structure)",
  ),
  option(
    "--target <columns>",
    "the column to predict, or several with commas between (a name with a comma in double quotes); blank cells are missing labels",
    list,
  ).makeOptionMandatory(),
  option("--kind <kind>", "what the labels are (default: classes if all are 0 or 1)").choices([
    "auto",
    "regression",
    "classification",
  ]),
  option(
    "--split <how>",
    `how test molecules are chosen: ${RULES.join(", ")}, or a splits.json that \`split\` wrote (default: balanced, whole scaffolds)`,
  ).conflicts("splitColumn"),
  option("--fold <n>", "which split of the file, from 0 (default: 0)", whole(0)),
  option("--split-column <name>", "or a column with train, validation (or val, valid) and test"),
  option(
    "--split-seed <n>",
    "another division by the same rule, for balanced, stratified and random (default: 0)",
    whole(0),
  ),
  option("--fractions <a,b,c>", "shares of training, validation and test (default: 0.8,0.1,0.1)", numbers),
];

/** Which auxiliary tasks, and what their choice goes by. */
export const auxiliaryOptions = (without: "none" | "auto"): readonly Option[] => [
  option(
    "--auxiliary <names>",
    `tasks computed of the structure that are learned besides: auto (frozen votes), language-model, random, all, none, or names of \`select\` with commas between (default: ${without})`,
    list,
  ),
  option(
    "--property <words>",
    "what the target is, such as solubility: auto chooses by it (default: the column's name)",
  ),
  option("--keep <n>", "how many auxiliary tasks are chosen (default: 5)", whole(1)),
  option("--unit <text>", "unit of the target, told to the language model"),
  option("--about <text>", "what you know of the data, told to the language model"),
  option(
    "--send-molecules [n]",
    "allow this many training molecules to be sent to the language model (10 if no number; default: none)",
    whole(1),
  ),
];

/** For the end of a command's help. */
export const AUXILIARY_HELP = `The language model is any endpoint that speaks OpenAI's protocol: OPENAI_BASE_URL, OPENAI_API_KEY and OUTRIGGER_LLM_MODEL name it. It is told
statistics of the training labels and your words; no molecule, unless --send-molecules.`;

export const modelOptions: readonly Option[] = [
  option(
    "--model <name>",
    "gin, gcn, d-mpnn (directed bonds), attentive-fp: networks on the molecular graph; mlp: a perceptron on fingerprints (default: gin)",
  ).choices(["gin", "gcn", "d-mpnn", "attentive-fp", "mlp"]),
  option("--fingerprint <kind>", "what the perceptron reads (default: morgan)").choices(FINGERPRINT_KINDS),
  option("--width <n>", "of the hidden layers (default: by model, 128 for gin, 256 for mlp)", whole(1)),
  option("--depth <n>", "rounds of message passing (default: by model, 5 for gin)", whole(1)),
  option(
    "--dropout <rate>",
    "share of values dropped in training (default: by model, 0 for gin, 0.3 for mlp)",
    real,
  ),
  option("--epochs <n>", "passes over the training molecules at most (default: 50)", whole(1)),
  option(
    "--patience <n>",
    "epochs without a better validation metric before it stops (default: 12)",
    whole(1),
  ),
  option("--learning-rate <rate>", "at its peak (default: 0.001)", real),
  option("--weight-decay <rate>", "decoupled (default: 0)", real),
  option("--batch <n>", "molecules a step (default: 32)", whole(1)),
  option("--method <name>", `how tasks are weighed: ${Object.keys(METHODS).join(", ")} (default: uniform)`),
  option("--seed <n>", "every random number follows from it (default: 0)", whole(0)),
];

/** The split of the options; what is neither a rule nor a file is a slip. */
function splitOf({ split, fold, splitColumn, splitSeed, fractions }: GivenTraining): GivenSplitChoice {
  const rule = defined({ seed: splitSeed, fractions }) as GivenSplitChoice;
  if (splitColumn !== undefined) return { ...rule, variant: "column", column: splitColumn };
  const of = defined({ fold });
  if (split === undefined) return { ...rule, ...of };
  if (split === "scaffold") return { ...rule, ...of, variant: "ogb" };
  const known = RULES.find((each) => each === split);
  if (known !== undefined) return { ...rule, ...of, variant: known };
  if (split.endsWith(".json") || existsSync(split)) return { ...rule, ...of, variant: "file", path: split };
  const near = closest(split, RULES);
  const hint = near === undefined ? "" : ` Did you mean "${near}"?`;
  const said = `There is no split "${split}", neither a rule nor a file.${hint} The rules are ${RULES.join(", ")}; \`split\` writes files.`;
  throw new OutriggerError("bad-option", said, { split });
}

/**
 * What a choice of auxiliary tasks goes by.
 *
 * @throws OutriggerError `bad-option` for molecules to be sent where no language model is asked
 */
function selectionOf({ property, keep, unit, about, sendMolecules, auxiliary }: GivenTraining) {
  if (sendMolecules !== undefined && auxiliary?.[0] !== "language-model")
    throw new OutriggerError(
      "bad-option",
      "--send-molecules only means something with --auxiliary language-model.",
    );
  const molecules = sendMolecules === true ? EXAMPLES : sendMolecules;
  return defined({ property, keep, unit, about, molecules });
}

/** One of the words, or names. */
const wordOrNames = <W extends string>(
  given: readonly string[] | undefined,
  words: readonly W[],
): W | readonly string[] | undefined => {
  const [only] = given ?? [];
  if (given?.length === 1 && (words as readonly string[]).includes(only!)) return only as W;
  return given;
};

/** Leaves out what is undefined, so that defaults apply. */
function defined<T extends object>(record: T): { [K in keyof T]?: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(record).filter(([, value]) => value !== undefined)) as never;
}

/** The configuration of the options. @throws OutriggerError `bad-option`. */
export function configurationOf(
  given: GivenTraining,
  more: { readonly ensemble?: number; readonly level?: number } = {},
): Configuration {
  const { model: name = "gin", fingerprint, width, depth, dropout } = given;
  const model = defined({ name, fingerprint, width, depth, dropout }) as ModelChoice;
  return configuration({
    targets: given.target,
    ...defined({
      smiles: given.smiles,
      kind: given.kind,
      model,
      inputs: wordOrNames(given.inputs, ["descriptors", "none"]),
      auxiliary: wordOrNames(given.auxiliary, AUXILIARY_WORDS),
      method: given.method,
      scale: given.scale,
      epochs: given.epochs,
      patience: given.patience,
      learningRate: given.learningRate,
      weightDecay: given.weightDecay,
      batchSize: given.batch,
      seed: given.seed,
      ...more,
    }),
    selection: selectionOf(given),
    split: splitOf(given),
  });
}

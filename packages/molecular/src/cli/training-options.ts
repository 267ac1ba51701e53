import type { Option } from "commander";
import type { ModelChoice } from "../model/molecule-model.ts";
import { FINGERPRINT_KINDS, type FingerprintKind } from "../molecule/fingerprint-options.ts";
import { type Configuration, configuration } from "../training/configuration.ts";
import { list, option, real, whole } from "./shared.ts";

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
  readonly split?: Configuration["split"]["variant"];
  readonly splitSeed?: number;
  readonly fractions?: readonly number[];
  readonly epochs?: number;
  readonly patience?: number;
  readonly learningRate?: number;
  readonly weightDecay?: number;
  readonly batch?: number;
  readonly seed?: number;
}

const numbers = (text: string): number[] => text.split(",").map(real);

/** What to train on, and how. */
export const dataOptions: readonly Option[] = [
  option(
    "--smiles <column>",
    "the column with SMILES strings (default: smiles, canonical_smiles, mol or structure)",
  ),
  option(
    "--target <columns>",
    "the column to predict, or several with commas between; blank cells are missing labels",
    list,
  ).makeOptionMandatory(),
  option("--kind <kind>", "what the labels are (default: classes if all are 0 or 1)").choices([
    "auto",
    "regression",
    "classification",
  ]),
  option("--split <variant>", "how test molecules are chosen (default: balanced, whole scaffolds)").choices([
    "balanced",
    "random",
    "ogb",
    "deepchem",
  ]),
  option(
    "--split-seed <n>",
    "another division by the same rule, for balanced and random (default: 0)",
    whole(0),
  ),
  option("--fractions <a,b,c>", "shares of training, validation and test (default: 0.8,0.1,0.1)", numbers),
];

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
  option("--method <rule>", "how tasks are weighed, such as uniform, uncertainty, arml (default: uniform)"),
  option("--seed <n>", "every random number follows from it (default: 0)", whole(0)),
];

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
  const split = defined({ variant: given.split, seed: given.splitSeed, fractions: given.fractions });
  return configuration({
    targets: given.target,
    ...defined({
      smiles: given.smiles,
      kind: given.kind,
      model,
      inputs: wordOrNames(given.inputs, ["descriptors", "none"]),
      auxiliary: wordOrNames(given.auxiliary, ["none", "auto", "random", "all"]),
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
    split: split as Partial<Configuration["split"]>,
  });
}

import { OutriggerError } from "@outrigger/core/error";
import type { SplitModel } from "@outrigger/core/train/split-model";
import type { ColumnBatch } from "@outrigger/core/train/task";
import type { FingerprintKind, FingerprintOptions } from "../molecule/fingerprint-options.ts";
import { type AttentiveFpOptions, attentiveFp } from "./attentive-fp.ts";
import { type DMpnnOptions, dMpnn } from "./d-mpnn.ts";
import { type FingerprintMlpOptions, fingerprintMlp } from "./fingerprint-mlp.ts";
import { gcn } from "./gcn.ts";
import { gin } from "./gin.ts";
import type { GraphModel } from "./graph-model.ts";
import type { MessagePassingOptions } from "./message-passing.ts";

/** What a model is made for, besides its sizes. */
export interface ModelOptions {
  /** One linear head each. */
  readonly tasks: readonly string[];
  /** X, further inputs of each molecule. Default 0. */
  readonly extra?: number;
}

type Sizes<O> = Omit<O, keyof ModelOptions>;

/** A model by name and sizes: plain JSON. What is left out is filled in by {@link completeChoice}. */
export type ModelChoice =
  | ({ readonly name: "gin" | "gcn" } & Sizes<MessagePassingOptions>)
  | ({ readonly name: "d-mpnn" } & Sizes<DMpnnOptions>)
  | ({ readonly name: "attentive-fp" } & Sizes<AttentiveFpOptions>)
  | ({
      readonly name: "mlp";
      /** Default "morgan". */
      readonly fingerprint?: FingerprintKind;
    } & Sizes<FingerprintMlpOptions>);

/** What of a molecule a model reads. */
export type ModelInput = "graph" | { readonly fingerprint: FingerprintKind; readonly bits: number };

export interface MoleculeModel {
  readonly input: ModelInput;
  readonly model: SplitModel<ColumnBatch>;
  /** The same model with its vectors of atoms, for tasks about atoms; absent for models that read fingerprints. */
  readonly graph?: GraphModel;
}

/** Lengths that are no choice, in whole bytes: MACCS has 166 keys, an unused bit before them and one after. */
export const FIXED_BITS: Readonly<Record<string, number>> = { maccs: 168 };

const DEFAULTS = {
  gin: { width: 128, depth: 5, dropout: 0, virtualNode: true },
  gcn: { width: 128, depth: 5, dropout: 0, virtualNode: true },
  "d-mpnn": { width: 300, depth: 3, dropout: 0, readout: "sum" },
  "attentive-fp": { width: 200, depth: 2, steps: 2, dropout: 0.2 },
  mlp: { width: 256, dropout: 0.3, fingerprint: "morgan", bits: undefined },
} as const;

/**
 * The same choice with every size written out, so that a stored one means the same later.
 *
 * Origin of the defaults: GIN and the perceptron have the sizes and dropout of this package's ESOL benchmark, GCN those of GIN,
 * AttentiveFP its paper's width. D-MPNN has chemprop's sizes; its readout, sum against mean, was chosen on ESOL's validation part, seed 0,
 * one run of 30 epochs each.
 *
 * @throws OutriggerError `bad-option` for an unknown name, a size that the model does not have, or a length that the fingerprint does not have
 */
export function completeChoice(choice: ModelChoice): ModelChoice {
  const defaults = DEFAULTS[choice.name] as object | undefined;
  if (defaults === undefined) {
    const said = `There is no model "${choice.name}"; choose one of ${Object.keys(DEFAULTS).join(", ")}.`;
    throw new OutriggerError("bad-option", said, { model: choice.name });
  }
  const { name, ...sizes } = choice;
  const odd = Object.keys(sizes).find((key) => !(key in defaults));
  if (odd !== undefined) {
    const said = `The model "${name}" has no option "${odd}"; its options are ${Object.keys(defaults).join(", ")}.`;
    throw new OutriggerError("bad-option", said, { model: name, option: odd });
  }
  const given = Object.fromEntries(Object.entries(choice).filter(([, value]) => value !== undefined));
  const completed = { ...defaults, ...given } as ModelChoice;
  if (completed.name !== "mlp") return completed;
  const { fingerprint, bits } = completed;
  const fixed = FIXED_BITS[fingerprint!];
  if (fixed !== undefined && bits !== undefined && bits !== fixed) {
    const said = `A ${fingerprint} fingerprint always has ${fixed} bits, not ${bits}; leave bits out.`;
    throw new OutriggerError("bad-option", said, { fingerprint, bits });
  }
  return { ...completed, bits: bits ?? fixed ?? 2048 };
}

/** How the fingerprint that a model reads is computed. */
export const fingerprintOf = ({ fingerprint, bits }: Exclude<ModelInput, "graph">): FingerprintOptions =>
  FIXED_BITS[fingerprint] === undefined ? { kind: fingerprint, bits } : { kind: fingerprint };

/**
 * What of a molecule the chosen model reads.
 *
 * @throws OutriggerError `bad-option` for an unknown name
 */
export function modelInput(choice: ModelChoice): ModelInput {
  const completed = completeChoice(choice);
  if (completed.name !== "mlp") return "graph";
  return { fingerprint: completed.fingerprint!, bits: completed.bits! };
}

const GRAPH_MODELS = { gin, gcn, "d-mpnn": dMpnn, "attentive-fp": attentiveFp } as const;

/**
 * The chosen model, with one head a task.
 *
 * @throws OutriggerError `bad-option` for an unknown name, a size that is no positive whole number or a dropout rate outside [0, 1)
 */
export function moleculeModel(choice: ModelChoice, options: ModelOptions): MoleculeModel {
  const { name, ...sizes } = completeChoice(choice);
  const input = modelInput(choice);
  if (name === "mlp") {
    const model = fingerprintMlp({ ...sizes, ...options });
    return { input, model: model as unknown as SplitModel<ColumnBatch> };
  }
  const make = GRAPH_MODELS[name] as (options: object) => GraphModel;
  const graph = make({ ...sizes, ...options });
  return { input, model: graph as unknown as SplitModel<ColumnBatch>, graph };
}

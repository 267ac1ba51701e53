import { OutriggerError } from "@outrigger/core/error";
import type { SplitModel } from "@outrigger/core/train/split-model";
import type { ColumnBatch } from "@outrigger/core/train/task";
import type { FingerprintKind } from "../feature/fingerprint-kinds.ts";
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

/** A model by name and sizes: plain JSON. What is left out has the default of that model. */
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

/** Lengths that are no choice, whole bytes: MACCS has 166 keys and an unused bit in front of them. */
const FIXED_BITS: Readonly<Record<string, number>> = { maccs: 168 };

/**
 * What of a molecule the chosen model reads.
 *
 * @throws OutriggerError `bad-option` for an unknown name
 */
export function modelInput(choice: ModelChoice): ModelInput {
  switch (choice.name) {
    case "gin":
    case "gcn":
    case "d-mpnn":
    case "attentive-fp":
      return "graph";
    case "mlp": {
      const { fingerprint = "morgan", bits } = choice;
      return { fingerprint, bits: bits ?? FIXED_BITS[fingerprint] ?? 2048 };
    }
    default: {
      const { name } = choice as { name: string };
      const said = `There is no model "${name}"; choose one of gin, gcn, d-mpnn, attentive-fp, mlp.`;
      throw new OutriggerError("bad-option", said, { model: name });
    }
  }
}

const GRAPH_MODELS = { gin, gcn, "d-mpnn": dMpnn, "attentive-fp": attentiveFp } as const;

/**
 * The chosen model, with one head a task.
 *
 * @throws OutriggerError `bad-option` for an unknown name, a size that is no positive whole number or a dropout rate outside [0, 1)
 */
export function moleculeModel(choice: ModelChoice, options: ModelOptions): MoleculeModel {
  const input = modelInput(choice);
  if (input === "graph") {
    const make = GRAPH_MODELS[choice.name as keyof typeof GRAPH_MODELS] as (options: object) => GraphModel;
    const graph = make({ ...choice, ...options });
    return { input, model: graph as unknown as SplitModel<ColumnBatch>, graph };
  }
  const model = fingerprintMlp({ ...choice, ...options, bits: input.bits });
  return { input, model: model as unknown as SplitModel<ColumnBatch> };
}

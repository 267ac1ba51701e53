import { OutriggerError } from "@outrigger/core/error";
import type { SplitModel } from "@outrigger/core/train/split-model";
import type { ColumnBatch } from "@outrigger/core/train/task";
import { type FingerprintMlpOptions, fingerprintMlp } from "./fingerprint-mlp.ts";
import { type GinOptions, gin } from "./gin.ts";

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
  | ({ readonly name: "gin" } & Sizes<GinOptions>)
  | ({ readonly name: "mlp" } & Sizes<FingerprintMlpOptions>);

/** What of a molecule a model reads. */
export type ModelInput = "graph" | { readonly fingerprint: "morgan"; readonly bits: number };

export interface MoleculeModel {
  readonly input: ModelInput;
  readonly model: SplitModel<ColumnBatch>;
}

const DEFAULTS = {
  gin: { width: 128, depth: 5, dropout: 0 },
  mlp: { width: 256, bits: 2048, dropout: 0.3 },
} as const;

/**
 * The same choice with every size written out, so that a stored one means the same later.
 *
 * Origin of the defaults: sizes and dropout of this package's ESOL benchmark.
 *
 * @throws OutriggerError `bad-option` for an unknown name
 */
export function completeChoice(choice: ModelChoice): ModelChoice {
  const defaults = DEFAULTS[choice.name] as object | undefined;
  if (defaults === undefined) {
    const said = `There is no model "${choice.name}"; choose one of ${Object.keys(DEFAULTS).join(", ")}.`;
    throw new OutriggerError("bad-option", said, { model: choice.name });
  }
  const given = Object.fromEntries(Object.entries(choice).filter(([, value]) => value !== undefined));
  return { ...defaults, ...given } as ModelChoice;
}

/** The chosen model, with one head a task. @throws OutriggerError `bad-option` for an unknown name or a size that no network has. */
export function moleculeModel(choice: ModelChoice, options: ModelOptions): MoleculeModel {
  const { name, ...sizes } = completeChoice(choice);
  if (name === "gin") {
    const model = gin({ ...sizes, ...options });
    return { input: "graph", model: model as unknown as SplitModel<ColumnBatch> };
  }
  const made = { ...(sizes as Sizes<FingerprintMlpOptions>), ...options };
  const model = fingerprintMlp(made);
  return {
    input: { fingerprint: "morgan", bits: made.bits! },
    model: model as unknown as SplitModel<ColumnBatch>,
  };
}

import type { Model } from "@outrigger/core/train/model";
import type { ColumnBatch } from "@outrigger/core/train/task";
import type { ModelChoice } from "../training/configuration.ts";
import { fingerprintMlp } from "./fingerprint-mlp.ts";
import { gin } from "./gin.ts";

/** What of a molecule a model reads. */
export type ModelInput = "graph" | { readonly fingerprint: "morgan"; readonly bits: number };

export interface MoleculeModel {
  readonly input: ModelInput;
  readonly model: Model<ColumnBatch>;
}

/**
 * The model of a configuration, with one head a task and `extra` further inputs a molecule.
 *
 * Origin of the defaults: sizes and dropout of this package's ESOL benchmark.
 */
export function moleculeModel(
  choice: ModelChoice,
  { tasks, extra = 0 }: { readonly tasks: readonly string[]; readonly extra?: number },
): MoleculeModel {
  if (choice.name === "gin") {
    const { width = 128, depth = 5, dropout = 0 } = choice;
    const model = gin({ tasks, width, depth, dropout, extra });
    return { input: "graph", model: model as unknown as Model<ColumnBatch> };
  }
  const { width = 256, bits = 2048, dropout = 0.3 } = choice;
  const model = fingerprintMlp({ tasks, bits, width, dropout, extra });
  return { input: { fingerprint: "morgan", bits }, model: model as unknown as Model<ColumnBatch> };
}

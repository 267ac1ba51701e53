import { type Column, column } from "@outrigger/core/data/column";
import type { CompileOptions } from "@outrigger/core/graph/compile";
import { Random } from "@outrigger/core/random";
import type { Params } from "@outrigger/core/train/model";
import type { MoleculeModel } from "../model/molecule-model.ts";
import { type Forward, forwardPass } from "./forward.ts";
import { featureBatches, type MoleculeFeatures } from "./molecule-features.ts";
import type { TargetRecord } from "./record.ts";

/** Predictions of one target: a row a member, a column a molecule; values, or probabilities of class 1. */
export type MemberValues = readonly Float64Array[];

/** Models that were trained with other seeds, seen as one. */
export interface Ensemble {
  /** What every member predicts, by target. */
  predict(features: readonly MoleculeFeatures[]): Promise<Readonly<Record<string, MemberValues>>>;
  /** The same with dropout left on: a row a pass and member, the passes of a member one after another. */
  predictWithDropout(
    features: readonly MoleculeFeatures[],
    passes: number,
  ): Promise<Readonly<Record<string, MemberValues>>>;
  dispose(): Promise<void>;
}

export interface EnsembleParts extends MoleculeModel {
  readonly tasks: readonly string[];
  readonly targets: readonly Pick<TargetRecord, "name" | "kind" | "scaler">[];
  readonly members: readonly Params[];
  readonly seed: number;
  /** Where it runs; default: as core chooses. */
  readonly run?: CompileOptions;
}

/** Molecules a batch: larger ones gain nothing on two cores. */
const BATCH = 64;

/** In the units people read. */
const readable = ({ kind, scaler }: EnsembleParts["targets"][number], output: number): number =>
  kind === "classification" ? 1 / (1 + Math.exp(-output)) : scaler.mean + scaler.sd * output;

/** Makes an ensemble of the parameters of its members. */
export function ensembleOf(parts: EnsembleParts): Ensemble {
  const { model, input, tasks, targets, members, seed, run = {} } = parts;
  const plain = forwardPass(model, run);
  const noisy = forwardPass(model, { ...run, random: Random.seeded(seed, "predict/dropout") });

  async function predict(
    forward: Forward,
    features: readonly MoleculeFeatures[],
    passes: number,
  ): Promise<Record<string, Float64Array[]>> {
    const molecules = features.length;
    const rows = passes * members.length;
    const found = targets.map(() => Array.from({ length: rows }, () => new Float64Array(molecules)));
    if (molecules > 0) {
      const blank: Column = column("", new Array<null>(molecules).fill(null));
      const { batches, order } = featureBatches(features, {
        input,
        columns: Object.fromEntries(tasks.map((task) => [task, blank])),
        rows: Array.from({ length: molecules }, (_, i) => i),
        batchSize: Math.min(BATCH, molecules),
      });
      let start = 0;
      for (const batch of batches.epoch(null)) {
        const here = order.slice(start, start + Math.min(BATCH, molecules));
        for (let row = 0; row < rows; row++) {
          const outputs = await forward(members[Math.floor(row / passes)]!, batch);
          for (const [k, target] of targets.entries()) {
            const { data } = outputs[target.name]!;
            for (const [i, molecule] of here.entries())
              found[k]![row]![molecule] = readable(target, data[i]!);
          }
        }
        start += here.length;
      }
    }
    return Object.fromEntries(targets.map(({ name }, k) => [name, found[k]!]));
  }

  return {
    predict: (features) => predict(plain, features, 1),
    predictWithDropout: (features, passes) => predict(noisy, features, passes),
    async dispose() {
      await plain.dispose();
      await noisy.dispose();
    },
  };
}

/** Mean over the rows, a molecule a value. */
export const meanOf = (rows: MemberValues): Float64Array =>
  Float64Array.from(rows[0]!, (_, i) => rows.reduce((sum, row) => sum + row[i]!, 0) / rows.length);

/** Standard deviation over the rows (denominator n − 1), a molecule a value; NaN of one row, which has none. */
export function sdOf(rows: MemberValues): Float64Array {
  const mean = meanOf(rows);
  return Float64Array.from(mean, (centre, i) =>
    Math.sqrt(rows.reduce((sum, row) => sum + (row[i]! - centre) ** 2, 0) / (rows.length - 1)),
  );
}

/** Standard deviation over the passes of a member, as the square root of the mean variance of the members. */
export function dropoutSd(rows: MemberValues, passes: number): Float64Array {
  const each = Array.from({ length: rows.length / passes }, (_, m) =>
    sdOf(rows.slice(m * passes, (m + 1) * passes)),
  );
  return Float64Array.from(each[0]!, (_, i) =>
    Math.sqrt(each.reduce((sum, sd) => sum + sd[i]! ** 2, 0) / each.length),
  );
}

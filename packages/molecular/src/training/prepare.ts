import type { Column } from "@outrigger/core/data/column";
import type { MoleculeTable } from "../data/dataset.ts";
import type { Split } from "../data/split.ts";
import {
  descriptors,
  type FeaturizeOptions,
  moleculeGraphs,
  morganFingerprints,
  murckoScaffolds,
} from "../feature/featurize.ts";
import { moleculeModel } from "../model/molecule-model.ts";
import { type DomainFeatures, type MoleculeFeatures, SIMILARITY } from "../predictor/molecule-features.ts";
import { auxiliariesOf } from "./auxiliaries.ts";
import type { Configuration } from "./configuration.ts";
import { type DescriptorInput, descriptorInputs, scaledInputs } from "./descriptor-inputs.ts";

/** All that is computed of the molecules of a table, a molecule an entry. */
export interface Prepared {
  readonly features: readonly MoleculeFeatures[];
  readonly domains: readonly DomainFeatures[];
  readonly descriptors: readonly DescriptorInput[];
  /** Labels of the auxiliary tasks. */
  readonly auxiliaries: Readonly<Record<string, Column>>;
  readonly notes: readonly string[];
}

/** What is to be said of auxiliary tasks whose labels the model is given. */
function readable(auxiliaries: readonly string[], inputs: readonly DescriptorInput[]): string[] {
  const given = auxiliaries.filter((name) => inputs.some((input) => input.name === name));
  if (given.length === 0) return [];
  return [
    `${given.length} of ${auxiliaries.length} auxiliary tasks are among the inputs, so their heads can read the answer there; --inputs none makes the network learn them.`,
  ];
}

/** Computes features, and auxiliary labels, scaled on the training molecules; from the disk cache where they were computed before. */
export async function prepare(
  { smiles }: Pick<MoleculeTable, "smiles">,
  configuration: Configuration,
  { train }: Pick<Split, "train">,
  onProgress: (what: string, done: number, total: number) => void,
  options: FeaturizeOptions = {},
): Promise<Prepared> {
  const watched = (what: string): FeaturizeOptions => ({
    ...options,
    onProgress: (done, total) => onProgress(what, done, total),
  });
  const { inputs, auxiliary, model } = configuration;
  const { input } = moleculeModel(model, { tasks: [] });
  const needed = inputs !== "none" || auxiliary !== "none";
  const rows = needed ? await descriptors(smiles, watched("descriptors")) : [];
  const read = descriptorInputs(inputs, rows, train);
  const { columns, notes } = auxiliariesOf(configuration, rows, train);

  const extra = smiles.map((_, i) => (read.length === 0 ? new Float32Array() : scaledInputs(read, rows[i]!)));
  const graphs = input === "graph" ? await moleculeGraphs(smiles, watched("graphs")) : [];
  const fingerprints =
    input === "graph"
      ? []
      : await morganFingerprints(smiles, { ...watched("fingerprints"), bits: input.bits });
  const features = extra.map(
    (each, i): MoleculeFeatures =>
      input === "graph" ? { graph: graphs[i]!, extra: each } : { fingerprint: fingerprints[i]!, extra: each },
  );
  const morgan = await morganFingerprints(smiles, { ...watched("fingerprints"), ...SIMILARITY });
  const scaffolds = await murckoScaffolds(smiles, watched("scaffolds"));
  return {
    features,
    domains: morgan.map((bits, i) => ({ morgan: bits, scaffold: scaffolds[i]! })),
    descriptors: read,
    auxiliaries: columns,
    notes: [...notes, ...readable(Object.keys(columns), read)],
  };
}

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
import { fingerprints } from "../feature/fingerprint-kinds.ts";
import { fingerprintOf, moleculeModel } from "../model/molecule-model.ts";
import { type DomainFeatures, type MoleculeFeatures, SIMILARITY } from "../predictor/molecule-features.ts";
import type { Selection } from "../select/selection.ts";
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
  /** How they were chosen; null without any. */
  readonly selection: Selection | null;
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

export interface PrepareOptions extends FeaturizeOptions {
  /** Hears of every question to a language model. */
  readonly onLine?: (line: string) => void;
  /** A choice of auxiliary tasks that was made before. */
  readonly chosen?: Selection;
  /** Ends waiting for a language model. */
  readonly signal?: AbortSignal;
}

/** Computes features, and auxiliary labels, scaled on the training molecules; from the disk cache where they were computed before. */
export async function prepare(
  table: Pick<MoleculeTable, "smiles" | "targets">,
  configuration: Configuration,
  { train }: Pick<Split, "train">,
  onProgress: (what: string, done: number, total: number) => void,
  { onLine, chosen, signal, ...options }: PrepareOptions = {},
): Promise<Prepared> {
  const { smiles } = table;
  const watched = (what: string): FeaturizeOptions => ({
    ...options,
    onProgress: (done, total) => onProgress(what, done, total),
  });
  const { inputs, model } = configuration;
  const { input } = moleculeModel(model, { tasks: [] });
  const rows = inputs === "none" ? [] : await descriptors(smiles, watched("descriptors"));
  const read = descriptorInputs(inputs, rows, train);
  const { columns, selection } = await auxiliariesOf(configuration, table, train, {
    ...watched("auxiliary labels"),
    ...(onLine && { onLine }),
    ...(chosen && { chosen }),
    ...(signal && { signal }),
  });

  const extra = smiles.map((_, i) => (read.length === 0 ? new Float32Array() : scaledInputs(read, rows[i]!)));
  const graphs = input === "graph" ? await moleculeGraphs(smiles, watched("graphs")) : [];
  const packed =
    input === "graph"
      ? []
      : await fingerprints(smiles, { ...watched("fingerprints"), ...fingerprintOf(input) });
  const features = extra.map(
    (each, i): MoleculeFeatures =>
      input === "graph" ? { graph: graphs[i]!, extra: each } : { fingerprint: packed[i]!, extra: each },
  );
  const morgan = await morganFingerprints(smiles, { ...watched("fingerprints"), ...SIMILARITY });
  const scaffolds = await murckoScaffolds(smiles, watched("scaffolds"));
  return {
    features,
    domains: morgan.map((bits, i) => ({ morgan: bits, scaffold: scaffolds[i]! })),
    descriptors: read,
    auxiliaries: columns,
    selection,
    notes: [...(selection?.notes ?? []), ...readable(Object.keys(columns), read)],
  };
}

import { arrayBatches } from "@outrigger/core/data/batches";
import type { Column } from "@outrigger/core/data/column";
import { array, type NDArray } from "@outrigger/core/graph/array";
import type { Batches, Host } from "@outrigger/core/train/model";
import type { ColumnBatch } from "@outrigger/core/train/task";
import { graphBatches } from "../batch/graph-batches.ts";
import { unpackBits } from "../feature/fingerprint.ts";
import { fingerprintOf, type ModelInput } from "../model/molecule-model.ts";
import { moleculeGraph } from "../molecule/features.ts";
import type { Molecule } from "../molecule/molecule.ts";
import type { MoleculeGraph } from "../molecule/molecule-graph.ts";
import { type DescriptorInput, scaledInputs } from "../training/descriptor-inputs.ts";

/** Radius and length of the fingerprints by which molecules are called similar: ECFP4, as most published thresholds are for. */
export const SIMILARITY = { radius: 2, bits: 2048 } as const;

/** What a predictor reads of one molecule. */
export interface MoleculeFeatures {
  /** For models of graphs. */
  readonly graph?: MoleculeGraph;
  /** For models of fingerprints, packed. */
  readonly fingerprint?: Uint8Array;
  /** Scaled descriptors; empty for a model that reads none. */
  readonly extra: Float32Array;
}

/** Where a molecule lies beside the training molecules. */
export interface DomainFeatures {
  /** Packed, see {@link SIMILARITY}. */
  readonly morgan: Uint8Array;
  /** Without stereochemistry; `""` for a molecule without rings. */
  readonly scaffold: string;
}

/** Which features a model needs. */
export interface Reading {
  readonly input: ModelInput;
  readonly descriptors: readonly DescriptorInput[];
}

/** Features of one molecule. */
export function readFeatures(molecule: Molecule, { input, descriptors }: Reading): MoleculeFeatures {
  const extra = descriptors.length === 0 ? new Float32Array() : molecule.descriptors();
  return {
    ...(input === "graph"
      ? { graph: moleculeGraph(molecule.structure()) }
      : { fingerprint: molecule.fingerprint(fingerprintOf(input)) }),
    extra: scaledInputs(descriptors, extra),
  };
}

/** Fingerprint and scaffold of one molecule. */
export const readDomain = (molecule: Molecule): DomainFeatures => ({
  morgan: molecule.morgan(SIMILARITY.radius, SIMILARITY.bits),
  scaffold: molecule.scaffold(false),
});

export interface FeatureBatches {
  readonly batches: Batches<Host<ColumnBatch>>;
  /** The row behind each sample of an epoch in fixed order. */
  readonly order: readonly number[];
}

/** [N, X] from N rows of X values; undefined without columns. */
function matrix(rows: readonly Float32Array[]): NDArray | undefined {
  const width = rows[0]?.length ?? 0;
  if (width === 0) return undefined;
  const data = new Float32Array(rows.length * width);
  for (const [i, row] of rows.entries()) data.set(row, i * width);
  return array(data, [rows.length, width]);
}

/**
 * Batches of molecules with labels for the model.
 *
 * @param options.columns one a task; a task without labels needs one of zeros
 */
export function featureBatches(
  features: readonly MoleculeFeatures[],
  options: {
    readonly input: ModelInput;
    readonly columns: Readonly<Record<string, Column>>;
    readonly rows: readonly number[];
    readonly batchSize: number;
  },
): FeatureBatches {
  const { input, columns, rows, batchSize } = options;
  const extra = matrix(features.map((each) => each.extra));
  if (input === "graph") {
    const graphs = features.map(({ graph }) => graph!);
    const made = graphBatches({ graphs, columns, rows, batchSize, ...(extra && { extra }) });
    return { batches: made as unknown as Batches<Host<ColumnBatch>>, order: made.rows };
  }
  const bits = new Float32Array(features.length * input.bits);
  for (const [i, { fingerprint }] of features.entries()) unpackBits(fingerprint!, bits, i * input.bits);
  const inputs = { fingerprint: array(bits, [features.length, input.bits]), ...(extra && { extra }) };
  const made = arrayBatches({ inputs, columns, rows, batchSize });
  return { batches: made as unknown as Batches<Host<ColumnBatch>>, order: rows };
}

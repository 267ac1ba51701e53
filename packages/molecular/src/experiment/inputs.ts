import { arrayBatches } from "@outrigger/core/data/batches";
import type { Column } from "@outrigger/core/data/column";
import { array, type NDArray } from "@outrigger/core/graph/array";
import type { Batches } from "@outrigger/core/train/model";
import type { SplitModel } from "@outrigger/core/train/split-model";
import type { ColumnBatch } from "@outrigger/core/train/task";
import { graphBatches } from "../batch/graph-batches.ts";
import { moleculeGraphs, morganFingerprints } from "../feature/featurize.ts";
import { unpackBits } from "../feature/fingerprint.ts";
import { fingerprintMlp } from "../model/fingerprint-mlp.ts";
import { gin } from "../model/gin.ts";
import type { ModelName, Settings } from "./settings.ts";

export interface BatchRequest {
  readonly columns: Readonly<Record<string, Column>>;
  readonly rows: readonly number[];
  readonly batchSize: number;
}

/** What a model reads of the molecules, ready to be cut into batches. */
export interface Inputs {
  /** Further inputs of every molecule, by name. */
  readonly extra: Readonly<Record<string, Column>>;
  batches(request: BatchRequest): Batches<unknown>;
}

const BITS = 2048;

/** [N, X] from X columns of N values; undefined without columns. */
function matrix(columns: readonly Column[], molecules: number): NDArray | undefined {
  if (columns.length === 0) return undefined;
  const data = new Float32Array(molecules * columns.length);
  for (const [x, { values }] of columns.entries()) {
    for (const [row, value] of values.entries()) data[row * columns.length + x] = value;
  }
  return array(data, [molecules, columns.length]);
}

/** Features of the molecules, from the disk cache when they were computed before. */
export async function loadInputs(
  model: ModelName,
  smiles: readonly string[],
  extra: Readonly<Record<string, Column>>,
): Promise<Inputs> {
  const further = matrix(Object.values(extra), smiles.length);
  if (model === "gin") {
    const graphs = await moleculeGraphs(smiles);
    return {
      extra,
      batches: (request) => graphBatches({ ...request, graphs, extra: further }),
    };
  }
  const packed = await morganFingerprints(smiles, { bits: BITS });
  const bits = new Float32Array(smiles.length * BITS);
  for (const [row, fingerprint] of packed.entries()) unpackBits(fingerprint, bits, row * BITS);
  const fingerprint = array(bits, [smiles.length, BITS]);
  const inputs: Record<string, NDArray> =
    further === undefined ? { fingerprint } : { fingerprint, extra: further };
  return { extra, batches: (request) => arrayBatches({ ...request, inputs }) };
}

/** The model of an arm, with one head a task. */
export function makeModel(
  { model, width, depth, dropout }: Settings,
  tasks: readonly string[],
  inputs: Inputs,
): SplitModel<ColumnBatch> {
  const extra = Object.keys(inputs.extra).length;
  const made =
    model === "gin"
      ? gin({ tasks, width, depth, dropout, extra })
      : fingerprintMlp({ tasks, bits: BITS, width, dropout, extra });
  return made as unknown as SplitModel<ColumnBatch>;
}

import { arrayBatches } from "@outrigger/core/data/batches";
import type { Column } from "@outrigger/core/data/column";
import { OutriggerError } from "@outrigger/core/error";
import { array, type NDArray } from "@outrigger/core/graph/array";
import type { Batches, Host } from "@outrigger/core/train/model";
import type { ColumnBatch } from "@outrigger/core/train/task";
import { moleculeGraphs } from "../feature/featurize.ts";
import { unpackBits } from "../feature/fingerprint.ts";
import { fingerprints } from "../feature/fingerprint-kinds.ts";
import { fingerprintOf, type ModelChoice, type ModelInput, modelInput } from "../model/molecule-model.ts";
import { graphBatches } from "./graph-batches.ts";

export interface BatchRequest {
  /** One column of N labels a task, at least one: missing labels are masked. */
  readonly columns: Readonly<Record<string, Column>>;
  readonly rows: readonly number[];
  readonly batchSize: number;
  /** Check that every column has a label in these rows. Default false. */
  readonly requireLabels?: boolean;
}

/** What a model reads of N molecules, ready to be cut into batches. */
export interface Inputs {
  /** Further inputs of every molecule, by name. */
  readonly extra: Readonly<Record<string, Column>>;
  /**
   * Batches of these rows. Those of graphs that are not shuffled come in an order of their own, see `GraphBatches.rows`.
   *
   * @throws OutriggerError as `graphBatches` and core's `arrayBatches` do
   */
  batches(request: BatchRequest): Batches<Host<ColumnBatch>> & { readonly rows: readonly number[] };
}

/** [N, X] from X columns of N values; undefined without columns. */
function matrix(columns: readonly Column[], molecules: number): NDArray | undefined {
  if (columns.length === 0) return undefined;
  const data = new Float32Array(molecules * columns.length);
  for (const [x, { values }] of columns.entries()) {
    for (const [row, value] of values.entries()) data[row * columns.length + x] = value;
  }
  return array(data, [molecules, columns.length]);
}

async function fingerprintMatrix(
  smiles: readonly string[],
  input: Exclude<ModelInput, "graph">,
): Promise<NDArray> {
  const { fingerprint: kind, bits } = input;
  const packed = await fingerprints(smiles, fingerprintOf(input));
  const odd = packed.find(({ length }) => 8 * length !== bits);
  if (odd !== undefined) {
    const said = `The fingerprint "${kind}" has ${8 * odd.length} bits, but the model reads ${bits}. Leave \`bits\` out or give ${8 * odd.length}.`;
    throw new OutriggerError("bad-option", said, { kind, bits });
  }
  const data = new Float32Array(smiles.length * bits);
  for (const [row, each] of packed.entries()) unpackBits(each, data, row * bits);
  return array(data, [smiles.length, bits]);
}

/**
 * What the chosen model reads of the molecules, from the disk cache when it was computed before.
 *
 * @param extra further inputs, one number a molecule each; a missing one counts as 0
 * @throws OutriggerError `bad-option` for an unknown model, `bad-data` for a molecule that RDKit refuses
 */
export async function modelInputs(
  choice: ModelChoice,
  smiles: readonly string[],
  extra: Readonly<Record<string, Column>> = {},
): Promise<Inputs> {
  const input = modelInput(choice);
  const further = matrix(Object.values(extra), smiles.length);
  if (input === "graph") {
    const graphs = await moleculeGraphs(smiles);
    return {
      extra,
      batches: (request) =>
        graphBatches({ ...request, graphs, extra: further }) as ReturnType<Inputs["batches"]>,
    };
  }
  const fingerprint = await fingerprintMatrix(smiles, input);
  const inputs: Record<string, NDArray> =
    further === undefined ? { fingerprint } : { fingerprint, extra: further };
  return {
    extra,
    batches: (request) => ({
      ...(arrayBatches({ ...request, inputs }) as Batches<Host<ColumnBatch>>),
      rows: request.rows,
    }),
  };
}

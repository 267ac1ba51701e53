import { gatherRows } from "@outrigger/core/data/batches";
import { type Column, requireLabels } from "@outrigger/core/data/column";
import { OutriggerError } from "@outrigger/core/error";
import { array, type NDArray } from "@outrigger/core/graph/array";
import { tableOffsets } from "@outrigger/core/nn/embedding";
import type { Batches } from "@outrigger/core/train/model";
import { ATOM_VOCABULARY, BOND_VOCABULARY, type MoleculeGraph } from "../molecule/molecule-graph.ts";
import { type Budget, budgetOf, pack } from "./pack.ts";

/** Columns of a multi-hot row of atom features (174) and of bond features (13). */
export const ATOM_WIDTH: number = ATOM_VOCABULARY.reduce((a, b) => a + b, 0);
export const BOND_WIDTH: number = BOND_VOCABULARY.reduce((a, b) => a + b, 0);

/** A batch of B molecules with A atoms and E directed edges (each bond both ways), padding included. */
export type HostGraphs = {
  /** [A, 174] multi-hot: one 1 for each of the nine atom features; zeros in padded atoms */
  readonly atoms: NDArray;
  /** [E, 13] multi-hot bond features */
  readonly bonds: NDArray;
  /** [E] int32: the atom an edge starts at */
  readonly source: NDArray;
  /** [E] int32: the atom it ends at; −1 in padding */
  readonly target: NDArray;
  /** [E] int32: the edge of the same bond in the other direction; in padding the edge itself */
  readonly reverse: NDArray;
  /** [A] int32: the molecule an atom belongs to; −1 in padding */
  readonly graph: NDArray;
  /** [B, X] further inputs of each molecule, if the model takes any */
  readonly extra?: NDArray;
};

export interface HostGraphBatch {
  readonly inputs: HostGraphs;
  /** [B] a task */
  readonly labels: { readonly [task: string]: NDArray };
  /** [B] a task; 0 where there is no label and in padding */
  readonly masks: { readonly [task: string]: NDArray };
}

export interface GraphBatchOptions {
  /** One graph a molecule, N in all. */
  readonly graphs: readonly MoleculeGraph[];
  /** One column of N labels a task. */
  readonly columns: { readonly [task: string]: Column };
  /** [N, X] further inputs of each molecule. */
  readonly extra?: NDArray;
  /** The molecules of this split. */
  readonly rows: Iterable<number>;
  /** Most molecules in a batch. */
  readonly batchSize: number;
  /** Standard deviations of room above the mean batch; default 2: 2 % of the batches hand molecules on to a later one. */
  readonly slack?: number;
  /** Check that every column has a label in these rows; default false. */
  readonly requireLabels?: boolean;
}

export interface GraphBatches extends Batches<HostGraphBatch> {
  /** The molecule behind each sample of an epoch in fixed order: large and small ones mixed, so that all batches fit one shape. */
  readonly rows: readonly number[];
}

const ATOM_OFFSETS = tableOffsets(ATOM_VOCABULARY);
const BOND_OFFSETS = tableOffsets(BOND_VOCABULARY);

/** Sets one 1 a feature in the row that starts at `start`. */
function setHot(
  out: Float32Array,
  start: number,
  ids: Int32Array,
  at: number,
  offsets: readonly number[],
): void {
  for (let f = 0; f < offsets.length; f++) out[start + offsets[f]! + ids[at + f]!] = 1;
}

interface Edge {
  readonly source: number;
  readonly target: number;
  readonly bond: number;
  /** Place of the other direction in the molecule's list. */
  readonly reverse: number;
}

/** Both directions of every bond by target, so that the sum over incoming edges reads neighbouring rows. */
function directed({ edges, bondCount }: MoleculeGraph): Edge[] {
  const both: Omit<Edge, "reverse">[] = [];
  for (let bond = 0; bond < bondCount; bond++) {
    const [a, b] = [edges[2 * bond]!, edges[2 * bond + 1]!];
    both.push({ source: a, target: b, bond }, { source: b, target: a, bond });
  }
  const order = Array.from(both.keys()).sort(
    (i, j) => both[i]!.target - both[j]!.target || both[i]!.source - both[j]!.source,
  );
  const places = new Int32Array(order.length);
  order.forEach((edge, place) => {
    places[edge] = place;
  });
  // Directions of a bond were listed one after the other, so their numbers differ in the last bit.
  return order.map((edge) => ({ ...both[edge]!, reverse: places[edge ^ 1]! }));
}

/**
 * Joins molecules into one graph of fixed size.
 *
 * Padded edges start at the atoms in turn: the gradient of a gather adds up all edges that start at an atom through a table as wide
 * as the busiest atom, so padding must not pile up on one.
 */
export function joinGraphs(
  graphs: readonly MoleculeGraph[],
  edges: readonly (readonly Edge[])[],
  budget: Budget,
): HostGraphs {
  const atoms = new Float32Array(budget.atoms * ATOM_WIDTH);
  const bonds = new Float32Array(budget.edges * BOND_WIDTH);
  const source = Int32Array.from({ length: budget.edges }, (_, i) => i % budget.atoms);
  const target = new Int32Array(budget.edges).fill(-1);
  const reverse = Int32Array.from({ length: budget.edges }, (_, i) => i);
  const graph = new Int32Array(budget.atoms).fill(-1);
  let firstAtom = 0;
  let edge = 0;
  for (const [g, molecule] of graphs.entries()) {
    const firstEdge = edge;
    for (let i = 0; i < molecule.atomCount; i++) {
      setHot(atoms, (firstAtom + i) * ATOM_WIDTH, molecule.atoms, i * ATOM_OFFSETS.length, ATOM_OFFSETS);
    }
    graph.fill(g, firstAtom, firstAtom + molecule.atomCount);
    for (const each of edges[g]!) {
      source[edge] = firstAtom + each.source;
      target[edge] = firstAtom + each.target;
      reverse[edge] = firstEdge + each.reverse;
      setHot(bonds, edge * BOND_WIDTH, molecule.bonds, each.bond * BOND_OFFSETS.length, BOND_OFFSETS);
      edge++;
    }
    firstAtom += molecule.atomCount;
  }
  return {
    atoms: array(atoms, [budget.atoms, ATOM_WIDTH]),
    bonds: array(bonds, [budget.edges, BOND_WIDTH]),
    source: array(source),
    target: array(target),
    reverse: array(reverse),
    graph: array(graph),
  };
}

function checked(options: GraphBatchOptions): number[] {
  const rows = [...options.rows];
  const n = options.graphs.length;
  if (!Number.isInteger(options.batchSize) || options.batchSize < 1) {
    const said = `batchSize is ${options.batchSize}; give a whole number from 1 on.`;
    throw new OutriggerError("bad-option", said, { batchSize: options.batchSize });
  }
  if (rows.length === 0)
    throw new OutriggerError("bad-data", "The split has no molecules. Check how the data were split.");
  const outside = rows.find((row) => !Number.isInteger(row) || row < 0 || row >= n);
  if (outside !== undefined) {
    throw new OutriggerError("bad-data", `Row ${outside} is not one of the ${n} molecules (0 to ${n - 1}).`, {
      row: outside,
    });
  }
  const lengths: [string, number][] = Object.entries(options.columns).map(([task, { values }]) => [
    `column ${task}`,
    values.length,
  ]);
  if (options.extra !== undefined) lengths.push(["extra", options.extra.shape[0] ?? 0]);
  const odd = lengths.find(([, length]) => length !== n);
  if (odd !== undefined) {
    throw new OutriggerError(
      "bad-data",
      `${odd[0]} has ${odd[1]} rows, but there are ${n} molecules; all need one row a molecule.`,
    );
  }
  if (options.requireLabels === true)
    for (const each of Object.values(options.columns)) requireLabels(each, rows);
  return rows;
}

/**
 * Batches of molecular graphs with static shapes: at most `batchSize` molecules under a fixed budget of atoms and edges.
 *
 * An epoch is ⌈N / B⌉ batches; each molecule is in exactly one. Shuffled epochs draw one permutation from the stream given and pack
 * by first fit. Without a stream the order is fixed, as listed in `rows`, and every batch but the last is full.
 *
 * @throws OutriggerError `bad-data` for an empty split, a row that does not exist, lengths that differ, or (on request) a column
 *   without labels; `bad-option` for a bad batch size.
 */
export function graphBatches(options: GraphBatchOptions): GraphBatches {
  const rows = checked(options);
  const { graphs, columns, extra, batchSize, slack = 2 } = options;
  const sizes = rows.map((row) => ({ atoms: graphs[row]!.atomCount, edges: 2 * graphs[row]!.bondCount }));
  const edges = rows.map((row) => directed(graphs[row]!));
  const budget = budgetOf(sizes, batchSize, slack);

  const pick = (values: ArrayLike<number>, chosen: readonly number[]): NDArray => {
    const data = new Float32Array(batchSize);
    chosen.forEach((row, i) => {
      data[i] = values[row]!;
    });
    return array(data);
  };
  const forEachTask = (f: (column: Column) => NDArray): Record<string, NDArray> =>
    Object.fromEntries(Object.entries(columns).map(([task, each]) => [task, f(each)]));
  const build = (positions: readonly number[]): HostGraphBatch => {
    const chosen = positions.map((p) => rows[p]!);
    const joined = joinGraphs(
      chosen.map((row) => graphs[row]!),
      positions.map((p) => edges[p]!),
      budget,
    );
    return {
      inputs: extra === undefined ? joined : { ...joined, extra: gatherRows(extra, chosen, batchSize) },
      labels: forEachTask(({ values }) => pick(values, chosen)),
      masks: forEachTask(({ mask }) => pick(mask, chosen)),
    };
  };
  return {
    size: Math.ceil(rows.length / batchSize),
    samples: rows.length,
    rows: pack(sizes, budget, null).flatMap((batch) => batch.map((p) => rows[p]!)),
    *epoch(random) {
      for (const batch of pack(sizes, budget, random)) yield build(batch);
    },
  };
}

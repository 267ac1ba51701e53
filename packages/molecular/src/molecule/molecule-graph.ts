/**
 * One molecule as the categorical features of the Open Graph Benchmark: what a graph network reads.
 * With n atoms and e bonds (each bond once, undirected; a batcher adds the reverse direction):
 */
export interface MoleculeGraph {
  /** n */
  readonly atomCount: number;
  /** e; may be 0 (a lone atom, ions of a salt without bonds) */
  readonly bondCount: number;
  /** [n, 9] row-major category indices; column c lies in 0 .. ATOM_VOCABULARY[c] - 1 */
  readonly atoms: Int32Array;
  /** [e, 3] row-major category indices; column c lies in 0 .. BOND_VOCABULARY[c] - 1 */
  readonly bonds: Int32Array;
  /** [e, 2] row-major atom indices: bond b joins edges[2b] and edges[2b + 1] */
  readonly edges: Int32Array;
}

/** Categories of each atom column: element, chirality, total degree, charge, hydrogens, radicals, hybridisation, aromatic, in ring. */
export const ATOM_VOCABULARY: readonly number[] = [119, 5, 12, 12, 10, 6, 6, 2, 2];

/** Categories of each bond column: type, stereo, conjugated. */
export const BOND_VOCABULARY: readonly number[] = [5, 6, 2];

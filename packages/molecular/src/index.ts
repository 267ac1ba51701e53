export { DESCRIPTOR_NAMES } from "./descriptors.ts";
export { ATOM_COLUMNS, BOND_COLUMNS, moleculeGraph } from "./features.ts";
export { popcount, tanimoto, unpackBits } from "./fingerprint.ts";
export type { Molecule } from "./molecule.ts";
export { ATOM_VOCABULARY, BOND_VOCABULARY, type MoleculeGraph } from "./molecule-graph.ts";
export {
  createRdkit,
  type MoleculeFault,
  type MoleculeProblem,
  type Outcome,
  type Rdkit,
  type RdkitOptions,
  sharedRdkit,
} from "./rdkit.ts";
export { type Split, type SplitOptions, type SplitVariant, splitByScaffold } from "./split.ts";
export type { Atom, Bond, Structure } from "./structure.ts";

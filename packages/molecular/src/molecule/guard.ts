import type { Structure } from "./structure.ts";

/** Why a SMILES string gave no molecule. */
export type MoleculeFault =
  | "empty"
  | "too-long"
  | "too-many-atoms"
  | "too-dense"
  | "unparsable"
  | "failed"
  | "crashed";

export interface MoleculeProblem {
  readonly fault: MoleculeFault;
  /** For people: RDKit's own words where it gave any. */
  readonly reason: string;
}

export interface Limits {
  readonly maxCharacters: number;
  readonly maxAtoms: number;
}

/** Atoms that a SMILES string spells out: bracket atoms, and the letters of the organic subset. */
export const countAtoms = (smiles: string): number =>
  smiles.match(/\[[^\]]*\]|Br|Cl|[BCNOPSFIbcnops*]/g)?.length ?? 0;

/** The problem of a string that RDKit should not see; null when it may. */
export function guard(smiles: string, { maxCharacters, maxAtoms }: Limits): MoleculeProblem | null {
  if (typeof smiles !== "string")
    return { fault: "unparsable", reason: `A SMILES string was expected, not ${typeof smiles}.` };
  if (smiles.trim() === "") return { fault: "empty", reason: "The SMILES string is empty." };
  if (smiles.length > maxCharacters)
    return {
      fault: "too-long",
      reason: `${smiles.length} characters are more than the ${maxCharacters} that are parsed; split the molecule or raise maxCharacters.`,
    };
  if (smiles.includes("\0"))
    return {
      fault: "unparsable",
      reason: "The SMILES string holds a null character, where RDKit would stop reading.",
    };
  // What stands behind white space is a name, or an extension that adds no atoms.
  const atoms = countAtoms(smiles.trim().split(/\s/, 1)[0]!);
  if (atoms > maxAtoms)
    return {
      fault: "too-many-atoms",
      reason: `${atoms} atoms are more than the ${maxAtoms} that RDKit's WebAssembly build parses safely.`,
    };
  return null;
}

/** Whether a string may hold an atom with more than a handful of neighbours: a wildcard, or other than C, N, O or H in brackets. */
const mayBeDense = (smiles: string): boolean => /\*|\[\d*(?![CNOHcno](?![a-z]))/.test(smiles);

const MOST_BRANCHES = 1e8;

/**
 * The problem of a molecule whose subgraphs are too many: RDKit's path fingerprint walks over all of up to seven bonds, and its
 * patterns and rings over most. With d the number of an atom's neighbours, a bond {a, b} touches d_a + d_b − 2 others, and
 *
 *     branches = Σ over bonds of (d_a + d_b − 2)^6
 *
 * grows as their number does. 10^8 takes RDKit about a second; eight metal atoms, each bound to all others, have 0.8 · 10^8, a
 * fullerene 4 · 10^5, a carborane 10^7. Only molecules with unusual atoms can come near; for all others `structure` is not asked.
 */
export function densityProblem(smiles: string, structure: () => Structure): MoleculeProblem | null {
  if (!mayBeDense(smiles)) return null;
  const { bonds, neighbours } = structure();
  const touching = bonds.map(({ begin, end }) => neighbours[begin]!.length + neighbours[end]!.length - 2);
  const branches = touching.reduce((sum, count) => sum + count ** 6, 0);
  if (branches <= MOST_BRANCHES) return null;
  const reason =
    "Its atoms are bound to so many others that RDKit would walk over their subgraphs for minutes or for ever.";
  return { fault: "too-dense", reason };
}

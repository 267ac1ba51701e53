/** Why a SMILES string gave no molecule. */
export type MoleculeFault = "empty" | "too-long" | "too-many-atoms" | "unparsable" | "failed" | "crashed";

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
  const atoms = countAtoms(smiles);
  if (atoms > maxAtoms)
    return {
      fault: "too-many-atoms",
      reason: `${atoms} atoms are more than the ${maxAtoms} that RDKit's WebAssembly build parses safely.`,
    };
  return null;
}

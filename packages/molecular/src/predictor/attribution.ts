import { OutriggerError } from "@outrigger/core/error";
import type { Molecule } from "../molecule/molecule.ts";
import { type Rdkit, sharedRdkit } from "../molecule/rdkit.ts";
import { writeSmiles } from "../molecule/smiles.ts";
import type { Structure } from "../molecule/structure.ts";
import { valenceShare } from "../molecule/valence.ts";
import type { Predictor } from "./predictor.ts";

/** How much each atom of a molecule matters to a prediction. */
export interface Attribution {
  readonly smiles: string;
  readonly target: string;
  /** The prediction for the whole molecule; for classes the probability of class 1. */
  readonly value: number;
  /** By atom, in the order of the string: value minus the prediction without the atom. NaN for the only atom of a molecule. */
  readonly atoms: readonly number[];
}

/** Atoms that are left out one at a time at most: a prediction each. */
const MOST_ATOMS = 200;

/**
 * The SMILES string of a molecule without one atom: hydrogens take its place, and what falls apart stays as parts. Stereochemistry that the
 * cut leaves is kept. Empty for a molecule of one atom.
 */
export function withoutAtom(structure: Structure, atom: number): string {
  const kept = structure.atoms.map((_, i) => i !== atom);
  const hydrogens = structure.atoms.map((each, i) =>
    structure.neighbours[i]!.reduce(
      (sum, link) => (link.atom === atom ? sum + valenceShare(structure.bonds[link.bond]!, i) : sum),
      each.hydrogens,
    ),
  );
  return writeSmiles(structure, { kept, hydrogens, stereo: true });
}

const cuts = (molecule: Molecule): string[] => {
  const structure = molecule.structure();
  return structure.atoms.map((_, atom) => withoutAtom(structure, atom));
};

/**
 * Attribution by occlusion, for any model: a_i = f(m) − f(m without atom i), with f the ensemble's mean. Every feature is computed anew for the
 * molecule without the atom, descriptors and fingerprints as well. Positive: the atom raises the prediction.
 *
 * The a_i do not add up to f(m): atoms act together, and a molecule without an atom may be unlike all training molecules. One prediction an
 * atom.
 *
 * Own derivation; the idea of occlusion is that of Zeiler and Fergus, "Visualizing and Understanding Convolutional Networks", ECCV 2014,
 * https://arxiv.org/abs/1311.2901
 *
 * @throws OutriggerError `bad-data` for a string that is no molecule or has more than 200 atoms, `bad-option` for an unknown target.
 */
export async function attribute(
  predictor: Predictor,
  smiles: string,
  target: string = predictor.record.targets[0]!.name,
  rdkit?: Rdkit,
): Promise<Attribution> {
  const names = predictor.record.targets.map(({ name }) => name);
  if (!names.includes(target))
    throw new OutriggerError(
      "bad-option",
      `The model does not predict "${target}"; it predicts ${names.join(", ")}.`,
      { target },
    );
  const chemistry = rdkit ?? (await sharedRdkit());
  const found = await chemistry.withMolecule(smiles, cuts);
  if (!found.ok)
    throw new OutriggerError(
      "bad-data",
      `"${smiles.slice(0, 200)}" cannot be explained: ${found.problem.reason}`,
      {
        smiles,
      },
    );
  if (found.value.length > MOST_ATOMS)
    throw new OutriggerError(
      "bad-data",
      `The molecule has ${found.value.length} atoms, and at most ${MOST_ATOMS} are left out one by one.`,
      { smiles, atoms: found.value.length },
    );
  const values = (await predictor.values([smiles, ...found.value]))[target]!;
  const [value = Number.NaN, ...without] = values;
  return { smiles, target, value, atoms: without.map((each) => value - each) };
}

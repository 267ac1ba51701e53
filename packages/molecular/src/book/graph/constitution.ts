import { atomicWeight } from "../../molecule/atomic-weights.ts";
import { outerElectrons } from "../../molecule/elements.ts";
import type { Structure } from "../../molecule/structure.ts";

const total = (structure: Structure, of: (atom: Structure["atoms"][number]) => number): number =>
  structure.atoms.reduce((sum, atom) => sum + of(atom), 0);

/** Σ of the standard atomic weights of all atoms but hydrogen, in g/mol; a labelled isotope counts with its mass number. */
export const heavyAtomWeight = (structure: Structure): number =>
  total(structure, ({ element, isotope }) => (element === 1 ? 0 : atomicWeight(element, isotope)));

/** Σ_i (N_i − q_i + h_i) with N_i the outer electrons of atom i as a neutral atom, q_i its charge, h_i its hydrogens. */
export const valenceElectrons = (structure: Structure): number =>
  total(structure, ({ element, charge, hydrogens }) => outerElectrons(element) - charge + hydrogens);

/** Σ_i q_i in elementary charges. */
export const formalCharge = (structure: Structure): number => total(structure, ({ charge }) => charge);

/** Rings of RDKit's smallest set with `least` to `most` atoms. */
export const ringCount = ({ rings }: Structure, least: number, most: number = least): number =>
  rings.filter(({ length }) => length >= least && length <= most).length;

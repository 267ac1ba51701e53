import { OutriggerError } from "@outrigger/core/error";
import { Random } from "@outrigger/core/random";
import type { DescriptorRows } from "../auxiliary/descriptor-tasks.ts";
import { DESCRIPTOR_NAMES } from "../feature/descriptors.ts";

interface Core {
  /** SMILES with two places, A and B, for substituents. */
  readonly smiles: string;
  /** Swapping A and B gives the same molecule. */
  readonly symmetric: boolean;
}

const core = (smiles: string, symmetric = false): Core => ({ smiles, symmetric });

const CORES: readonly Core[] = [
  core("c1cc{A}ccc1{B}", true),
  core("CSc1c{A}cccc1{B}", true),
  core("c1nc{A}ccc1{B}"),
  core("c1cc{A}nc{B}n1"),
  core("o1c{A}ccc1{B}", true),
  core("s1c{A}ccc1{B}", true),
  core("c1cc{A}c2ccc{B}cc2c1"),
  core("c1cc{A}c2cc{B}cnc2c1"),
  core("c1cc{A}cc2cc{B}[nH]c12"),
  core("C1CC{A}CCC1{B}", true),
  core("C1CN{A}CCC1{B}"),
  core("C1CN{A}CCN1{B}", true),
  core("C1OC{A}CN{B}C1"),
  core("C1CCC{A}C1{B}", true),
  core("c1cc{A}ccc1-c1ccc{B}cc1", true),
  core("c1cc{A}ccc1C(=O)Nc1ccc{B}cc1"),
  core("CC{A}OC{B}C", true),
  core("C{A}C(=O)NC{B}"),
];

/** Each joins by its first atom; the empty one leaves hydrogen. None has a ring, so no molecule arises from two cores. */
const SUBSTITUENTS: readonly string[] = [
  "",
  "C",
  "CC",
  "C(C)C",
  "CCCC",
  "O",
  "OC",
  "CO",
  "N",
  "N(C)C",
  "C(=O)O",
  "C(=O)N",
  "C(=O)C",
  "C#N",
  "F",
  "Cl",
  "Br",
  "C(F)(F)F",
  "S(=O)(=O)C",
  "S(=O)(=O)N",
];

const attach = (smiles: string, place: string, substituent: string): string =>
  smiles.replace(place, substituent === "" ? "" : `(${substituent})`);

function everyMolecule(): string[] {
  return CORES.flatMap(({ smiles, symmetric }) =>
    SUBSTITUENTS.flatMap((a, i) =>
      SUBSTITUENTS.slice(symmetric ? i : 0).map((b) => attach(attach(smiles, "{A}", a), "{B}", b)),
    ),
  );
}

/**
 * Molecules built from fragments: 18 cores with two places for 20 substituents each, 5,490 in all, thinned to `count` by a
 * fixed permutation. The list is the same on every machine and every run; a longer list starts with the shorter one.
 *
 * They are plausible drug-like fragments and serve benchmarks that must run without data; nothing says that they can be made.
 *
 * @throws OutriggerError `bad-option` when more molecules are asked for than there are
 */
export function enumeratedSmiles(count: number): string[] {
  const all = everyMolecule();
  if (!Number.isInteger(count) || count < 1 || count > all.length) {
    const said = `count is ${count}; give a whole number from 1 to ${all.length}.`;
    throw new OutriggerError("bad-option", said, { count, most: all.length });
  }
  const order = Random.seeded(0, "enumerated/molecules").permutation(all.length);
  return order.slice(0, count).map((i) => all[i]!);
}

/** Standard deviation of the noise in {@link simulatedProperty}: no model can have a smaller expected error. */
export const SIMULATED_NOISE = 0.3;

/**
 * A SIMULATED property. No measurement stands behind it; it is made so that molecules have something to predict.
 *
 *     y = 1 − 0.9·l + 1.2·tanh(t/60 − 1) + 0.5·d·exp(−l²/8) − 0.35·a·max(0, l − 1) + 0.3·sin(r) + 0.3·ε
 *
 * with l = CrippenClogP, t = tpsa in Å², d = NumHBD, a = NumAromaticRings, r = NumRotatableBonds, ε standard normal from a fixed
 * stream. It grows with polarity and falls with lipophilicity, as solubility does, with interactions that a linear model misses.
 * Because it is a function of descriptors, tasks that predict descriptors are related to it by construction: a gain here shows that
 * the machinery works, not that auxiliary tasks help with real properties.
 */
export function simulatedProperty(rows: DescriptorRows): Float64Array {
  const random = Random.seeded(0, "enumerated/noise");
  const at = (name: string): number => DESCRIPTOR_NAMES.indexOf(name);
  const [logP, area, donors] = [at("CrippenClogP"), at("tpsa"), at("NumHBD")];
  const [aromatic, rotatable] = [at("NumAromaticRings"), at("NumRotatableBonds")];
  return Float64Array.from(rows, (row) => {
    const l = row[logP]!;
    const polar = 1.2 * Math.tanh(row[area]! / 60 - 1) + 0.5 * row[donors]! * Math.exp((-l * l) / 8);
    const greasy = 0.9 * l + 0.35 * row[aromatic]! * Math.max(0, l - 1);
    const wave = 0.3 * Math.sin(row[rotatable]!);
    return 1 + polar - greasy + wave + SIMULATED_NOISE * random.normal();
  });
}

import type { Structure } from "../../molecule/structure.ts";
import { bondOrder } from "./connected.ts";
import { information } from "./entropy.ts";

/** Atoms with the same distances to their 100 nearest are taken as equivalent; the limit is RDKit's default. */
const NEAREST = 100;

/** A number for every atom, the same for equivalent atoms. */
function symmetryClasses(distances: readonly Float64Array[]): number[] {
  const classes = new Map<string, number>();
  return distances.map((row) => {
    const key = row.toSorted().slice(0, NEAREST).join();
    if (!classes.has(key)) classes.set(key, classes.size);
    return classes.get(key)!;
  });
}

function add(counts: Map<string, number>, key: string, value: number): void {
  counts.set(key, (counts.get(key) ?? 0) + value);
}

/** Pairs of bonds that meet in an atom, and the pairs within a multiple bond, by the classes of the atoms that they join. */
function connections(structure: Structure, distances: readonly Float64Array[]): Map<string, number> {
  const kind = symmetryClasses(distances);
  const counts = new Map<string, number>();
  const pair = (a: number, b: number): string => (a < b ? `${a},${b}` : `${b},${a}`);
  for (const bond of structure.bonds) {
    const order = bondOrder(bond);
    if (order > 1) add(counts, pair(kind[bond.begin]!, kind[bond.end]!), (order * (order - 1)) / 2);
  }
  for (const [hinge, links] of structure.neighbours.entries()) {
    for (const [k, first] of links.entries()) {
      for (const second of links.slice(k + 1)) {
        const orders = bondOrder(structure.bonds[first.bond]!) * bondOrder(structure.bonds[second.bond]!);
        add(counts, `${kind[hinge]!}:${pair(kind[first.atom]!, kind[second.atom]!)}`, orders);
      }
    }
  }
  return counts;
}

/**
 * Complexity of bonding plus complexity of composition:
 *
 *     CT = 2η·log2 η − Σ_k η_k·log2 η_k + E·log2 E − Σ_z E_z·log2 E_z
 *
 * η: connections (pairs of adjacent bonds, weighted by the product of their orders; a bond of order b counts b(b − 1)/2 of its own),
 * η_k those of one kind by symmetry; E: atoms, E_z those of one element. Aromatic bonds have order 1.5, as in RDKit.
 *
 * Bertz, "The first general index of molecular complexity", J. Am. Chem. Soc. 1981, https://doi.org/10.1021/ja00402a071.
 *
 * @param distances bond-order distances of all atoms, from which symmetry is told. Cost: O(n² log n).
 */
export function bertzComplexity(structure: Structure, distances: readonly Float64Array[]): number {
  const counts = [...connections(structure, distances).values()];
  const all = counts.reduce((a, b) => a + b, 0);
  const elements = new Map<string, number>();
  for (const { element } of structure.atoms) add(elements, String(element), 1);
  return (all > 0 ? all * Math.log2(all) : 0) + information(counts) + information(elements.values());
}

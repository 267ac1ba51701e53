import { SYMBOLS } from "./elements.ts";
import type { Bond, Link, Structure } from "./structure.ts";
import { DATIVE } from "./valence.ts";

/** What of a structure is written, and how it differs from the structure itself. */
export interface Fragment {
  /** Atoms that stay. */
  readonly kept: readonly boolean[];
  /** Hydrogens of every atom, with those that stand in for lost neighbours. */
  readonly hydrogens: readonly number[];
  /** Whether to write chirality and double-bond geometry where they survive. */
  readonly stereo: boolean;
}

const BOND_SYMBOL: Readonly<Record<number, string>> = { 1: "", 2: "=", 3: "#", 4: "$" };

/** Whether the permutation that turns `from` into `to` is odd. */
function oddPermutation(from: readonly number[], to: readonly number[]): boolean {
  const places = to.map((item) => from.indexOf(item));
  let odd = false;
  for (let i = 0; i < places.length; i++)
    for (let j = i + 1; j < places.length; j++) if (places[i]! > places[j]!) odd = !odd;
  return odd;
}

const HYDROGEN = -1;

/** `@`, `@@` or nothing, for an atom whose neighbours are written in the order `written` (implicit hydrogen = -1). */
function chiralMark(
  structure: Structure,
  fragment: Fragment,
  atom: number,
  written: readonly number[],
): string {
  const { chirality } = structure.atoms[atom]!;
  const links = structure.neighbours[atom]!;
  const whole = links.every((link) => fragment.kept[link.atom]);
  if (!fragment.stereo || !whole || (chirality !== "clockwise" && chirality !== "counterclockwise"))
    return "";
  const own = links.map((link) => link.atom);
  if (written.includes(HYDROGEN)) own.push(HYDROGEN);
  return (chirality === "clockwise") === oddPermutation(own, written) ? "@" : "@@";
}

/**
 * For every bond that needs one, its slant: 1 when the bond's `end` lies above its `begin`. The slants of the bonds beside a
 * double bond fix its geometry; a bond between two double bonds serves both, so slants spread from one to the next.
 */
export function slants(structure: Structure, fragment: Fragment): ReadonlyMap<number, 1 | -1> {
  const { bonds, neighbours } = structure;
  const rules = new Map<number, { bond: number; same: boolean }[]>();
  const relate = (a: number, b: number, same: boolean): void => {
    rules.set(a, [...(rules.get(a) ?? []), { bond: b, same }]);
    rules.set(b, [...(rules.get(b) ?? []), { bond: a, same }]);
  };
  /** A kept single bond at `atom`; `flipped` when it is the one across from the stereo atom. */
  const reference = (
    double: number,
    atom: number,
    stereoAtom: number,
  ): (Link & { flipped: boolean }) | null => {
    const usable = neighbours[atom]!.filter(
      (link) => link.bond !== double && fragment.kept[link.atom] && bonds[link.bond]!.order === 1,
    );
    const link = usable.find((other) => other.atom === stereoAtom) ?? usable[0];
    return link ? { ...link, flipped: link.atom !== stereoAtom } : null;
  };
  const outward = (bond: number, from: number): boolean => bonds[bond]!.begin === from;
  const marked = new Map<number, number[]>();
  const mark = (atom: number, bond: number): void => {
    for (const other of marked.get(atom) ?? [])
      if (other !== bond) relate(other, bond, outward(other, atom) !== outward(bond, atom));
    marked.set(atom, [...new Set([...(marked.get(atom) ?? []), bond])]);
  };
  const usesDouble = new Set<number>();
  if (fragment.stereo)
    for (const [b, { begin, end, geometry }] of bonds.entries()) {
      if (!geometry || !fragment.kept[begin] || !fragment.kept[end]) continue;
      const left = reference(b, begin, geometry.atoms[0]);
      const right = reference(b, end, geometry.atoms[1]);
      if (!left || !right) continue;
      const cis = geometry.cis !== (left.flipped !== right.flipped);
      relate(left.bond, right.bond, cis === (outward(left.bond, begin) === outward(right.bond, end)));
      usesDouble.add(begin).add(end);
      for (const [atom, { bond }] of [
        [begin, left],
        [end, right],
      ] as const)
        mark(atom, bond);
    }
  // A marked bond also speaks for the double bond at its other end, beside that bond's own mark.
  for (const bond of rules.keys())
    for (const atom of [bonds[bond]!.begin, bonds[bond]!.end]) if (usesDouble.has(atom)) mark(atom, bond);

  const slant = new Map<number, 1 | -1>();
  for (const start of rules.keys()) {
    if (slant.has(start)) continue;
    slant.set(start, 1);
    const queue = [start];
    for (let bond = queue.pop(); bond !== undefined; bond = queue.pop()) {
      const value = slant.get(bond)!;
      for (const rule of rules.get(bond)!) {
        if (slant.has(rule.bond)) continue;
        slant.set(rule.bond, rule.same ? value : value === 1 ? -1 : 1);
        queue.push(rule.bond);
      }
    }
  }
  return slant;
}

function bondText(bond: Bond, from: number, slant: 1 | -1 | undefined): string {
  const forward = bond.begin === from;
  if (bond.order === DATIVE) return forward ? "->" : "<-";
  if (slant !== undefined) return (slant === 1) === forward ? "/" : "\\";
  return BOND_SYMBOL[bond.order] ?? "~";
}

/**
 * Writes the kept part of a structure as a SMILES string in Kekule form with every atom in brackets; components are joined by
 * dots. Meant to be read by RDKit again, which makes it canonical.
 */
export function writeSmiles(structure: Structure, fragment: Fragment): string {
  const { atoms, bonds, neighbours } = structure;
  const slant = slants(structure, fragment);
  const keptLinks = neighbours.map((links) => links.filter((link) => fragment.kept[link.atom]));

  // A depth-first walk first, so that an atom knows its ring closures before it is written.
  const order = new Map<number, number>();
  const children: Link[][] = atoms.map(() => []);
  const closures: Link[][] = atoms.map(() => []);
  const used = new Set<number>();
  const walk = (atom: number): void => {
    order.set(atom, order.size);
    for (const link of keptLinks[atom]!) {
      if (used.has(link.bond)) continue;
      used.add(link.bond);
      if (order.has(link.atom)) {
        closures[atom]!.push(link);
        closures[link.atom]!.push({ bond: link.bond, atom });
      } else {
        children[atom]!.push(link);
        walk(link.atom);
      }
    }
  };

  const digits = new Map<number, number>();
  const ringText = (atom: number, { bond }: Link): string => {
    const opened = digits.get(bond);
    let digit = opened ?? 1;
    if (opened === undefined) {
      const taken = new Set(digits.values());
      while (taken.has(digit)) digit++;
      digits.set(bond, digit);
    } else digits.delete(bond);
    const symbol = opened === undefined ? bondText(bonds[bond]!, atom, slant.get(bond)) : "";
    return symbol + (digit < 10 ? String(digit) : `%${digit}`);
  };

  const atomText = (atom: number, parent: number | null): string => {
    const { element, charge, isotope } = atoms[atom]!;
    const hydrogens = fragment.hydrogens[atom]!;
    const written = [
      ...(parent === null ? [] : [parent]),
      ...(atoms[atom]!.hydrogens > 0 ? [HYDROGEN] : []),
      ...closures[atom]!.map((link) => link.atom),
      ...children[atom]!.map((link) => link.atom),
    ];
    const sign = charge > 0 ? "+" : "-";
    return [
      "[",
      isotope > 0 ? isotope : "",
      SYMBOLS[element] ?? "*",
      chiralMark(structure, fragment, atom, written),
      hydrogens > 0 ? `H${hydrogens > 1 ? hydrogens : ""}` : "",
      charge === 0 ? "" : `${sign}${Math.abs(charge) > 1 ? Math.abs(charge) : ""}`,
      "]",
    ].join("");
  };

  const write = (atom: number, parent: number | null): string => {
    const rings = closures[atom]!.map((link) => ringText(atom, link)).join("");
    const branches = children[atom]!.map(
      (link) => bondText(bonds[link.bond]!, atom, slant.get(link.bond)) + write(link.atom, atom),
    );
    const last = branches.pop() ?? "";
    return atomText(atom, parent) + rings + branches.map((branch) => `(${branch})`).join("") + last;
  };

  const parts: string[] = [];
  for (let atom = 0; atom < atoms.length; atom++) {
    if (!fragment.kept[atom] || order.has(atom)) continue;
    walk(atom);
    parts.push(write(atom, null));
  }
  return parts.join(".");
}

import type { Bond, Structure } from "../../molecule/structure.ts";
import { DATIVE } from "../../molecule/valence.ts";

/** A connected graph of heavy atoms with its distances: what the topological indices are functions of. With n atoms: */
export interface ConnectedGraph {
  /** Neighbours of each atom, by their place in this graph. */
  readonly neighbours: readonly (readonly number[])[];
  /** Each bond once, as two places. */
  readonly edges: readonly (readonly [number, number])[];
  /** [n][n] number of bonds on a shortest path. */
  readonly hops: readonly Int32Array[];
}

/** 1, 2, 3 or 1.5 for an aromatic bond; a dative bond counts as single, and so does one without an order. */
export const bondOrder = ({ aromatic, order }: Bond): number => {
  if (aromatic) return 1.5;
  return order === DATIVE || order < 1 ? 1 : order;
};

/** Atoms by connected part, each part in ascending order. */
export function parts({ atoms, neighbours }: Structure): number[][] {
  const seen = new Uint8Array(atoms.length);
  return atoms.flatMap((_, start) => {
    if (seen[start] === 1) return [];
    const part = [start];
    seen[start] = 1;
    for (const atom of part) {
      for (const { atom: next } of neighbours[atom]!) {
        if (seen[next] === 1) continue;
        seen[next] = 1;
        part.push(next);
      }
    }
    return [part.toSorted((a, b) => a - b)];
  });
}

/** Breadth-first distances from one atom; all are reached, because the graph is connected. */
function hopsFrom(start: number, neighbours: readonly (readonly number[])[]): Int32Array {
  const hops = new Int32Array(neighbours.length).fill(-1);
  hops[start] = 0;
  const queue = [start];
  for (const atom of queue) {
    for (const next of neighbours[atom]!) {
      if (hops[next] !== -1) continue;
      hops[next] = hops[atom]! + 1;
      queue.push(next);
    }
  }
  return hops;
}

/** The part of the molecule that lies on `members`, in their order. Cost: O(n · (n + bonds)). */
export function connectedGraph(structure: Structure, members: readonly number[]): ConnectedGraph {
  const place = new Map(members.map((atom, i) => [atom, i]));
  const neighbours = members.map((atom) => structure.neighbours[atom]!.map((link) => place.get(link.atom)!));
  const edges = structure.bonds.flatMap(({ begin, end }): [number, number][] =>
    place.has(begin) ? [[place.get(begin)!, place.get(end)!]] : [],
  );
  return { neighbours, edges, hops: members.map((_, i) => hopsFrom(i, neighbours)) };
}

/**
 * Distances in which a bond is as long as 1/order, so that double and aromatic bonds are short: [n][n], in twelfths, which are whole
 * numbers for orders 1, 1.5, 2, 3 and 4 and therefore compare exactly. Atoms of different parts are Infinity apart.
 * Floyd and Warshall's algorithm. Cost: O(n³).
 */
export function bondOrderDistances({ atoms, bonds }: Structure): Float64Array[] {
  const distances = atoms.map((_, i) =>
    new Float64Array(atoms.length).fill(Number.POSITIVE_INFINITY).fill(0, i, i + 1),
  );
  for (const bond of bonds) {
    const length = 12 / bondOrder(bond);
    distances[bond.begin]![bond.end] = length;
    distances[bond.end]![bond.begin] = length;
  }
  for (const [middle, via] of distances.entries()) {
    for (const from of distances) {
      const first = from[middle]!;
      if (first === Number.POSITIVE_INFINITY) continue;
      for (let to = 0; to < via.length; to++) {
        const length = first + via[to]!;
        if (length < from[to]!) from[to] = length;
      }
    }
  }
  return distances;
}

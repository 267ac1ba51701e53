import { array, type NDArray } from "../../src/graph/array.ts";
import type { Random } from "../../src/random.ts";

/** Categories of the atom and bond features of the Open Graph Benchmark, as in @outrigger/molecular. */
export const atomFeatures: readonly number[] = [119, 5, 12, 12, 10, 6, 6, 2, 2];
export const bondFeatures: readonly number[] = [5, 6, 2];

/** Atoms of a drug-like molecule: uniform between these. */
const [fewest, most] = [12, 28];
const ringProbability = 0.1;
const ringSize = 6;

export type Molecules = {
  /** [A, 174] multi-hot */
  readonly atoms: NDArray;
  /** [E, 13] multi-hot, both directions of every bond */
  readonly bonds: NDArray;
  /** [E] int32: where an edge starts, and where it ends (in ascending order) */
  readonly source: NDArray;
  readonly target: NDArray;
  /** [A] int32: the molecule of an atom */
  readonly graph: NDArray;
};

/** Each row one 1 a feature. */
function multiHot(random: Random, rows: number, features: readonly number[]): NDArray {
  const width = features.reduce((sum, count) => sum + count, 0);
  const data = new Float32Array(rows * width);
  for (let row = 0; row < rows; row++) {
    let start = row * width;
    for (const count of features) {
      data[start + random.integer(count)] = 1;
      start += count;
    }
  }
  return array(data, [rows, width]);
}

/** Bonds of one molecule: a chain that branches, with some rings closed; at most four bonds an atom, as in carbon. */
function bondsOf(random: Random, atoms: number): [number, number][] {
  const degree = new Int32Array(atoms);
  const found: [number, number][] = [];
  const join = (a: number, b: number): void => {
    found.push([a, b]);
    degree[a]!++;
    degree[b]!++;
  };
  for (let i = 1; i < atoms; i++) {
    const near = i - 1 - random.integer(Math.min(i, 2));
    join(degree[near]! < 4 ? near : i - 1, i);
    const across = i - ringSize + 1;
    if (across >= 0 && degree[across]! < 4 && random.uniform() < ringProbability) join(across, i);
  }
  return found;
}

/** Random graphs with the sizes and degrees of drug-like molecules, joined into one, without padding. */
export function randomMolecules(random: Random, count: number): Molecules {
  const graph: number[] = [];
  const edges: [source: number, target: number][] = [];
  for (let g = 0; g < count; g++) {
    const first = graph.length;
    const atoms = fewest + random.integer(most - fewest + 1);
    for (let i = 0; i < atoms; i++) graph.push(g);
    for (const [a, b] of bondsOf(random, atoms)) edges.push([first + a, first + b], [first + b, first + a]);
  }
  edges.sort(([a, b], [c, d]) => b - d || a - c);
  return {
    atoms: multiHot(random, graph.length, atomFeatures),
    bonds: multiHot(random, edges.length, bondFeatures),
    source: array(Int32Array.from(edges, ([source]) => source)),
    target: array(Int32Array.from(edges, ([, target]) => target)),
    graph: array(Int32Array.from(graph)),
  };
}

import type { ConnectedGraph } from "./connected.ts";

// deg_i: neighbours of atom i. d_ij: bonds on a shortest path between atoms i and j. ecc_i = max_j d_ij.

const sum = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0);
const degrees = ({ neighbours }: ConnectedGraph): number[] => neighbours.map(({ length }) => length);
const eccentricities = ({ hops }: ConnectedGraph): number[] =>
  hops.map((row) => row.reduce((a, b) => Math.max(a, b), 0));

/**
 * W = Σ_{i<j} d_ij. (n³ − n)/6 for a chain of n atoms.
 * Wiener, "Structural Determination of Paraffin Boiling Points", J. Am. Chem. Soc. 1947, https://doi.org/10.1021/ja01193a005.
 */
export const wienerIndex = ({ hops }: ConnectedGraph): number =>
  sum(hops.map((row) => row.reduce((a, b) => a + b, 0))) / 2;

/**
 * M1 = Σ_i deg_i².
 * Gutman and Trinajstić, "Graph theory and molecular orbitals. Total φ-electron energy of alternant hydrocarbons", Chem. Phys.
 * Lett. 1972, https://doi.org/10.1016/0009-2614(72)85099-1.
 */
export const firstZagrebIndex = (graph: ConnectedGraph): number =>
  sum(degrees(graph).map((degree) => degree ** 2));

/** M2 = Σ_bonds deg_i · deg_j; source as for the first Zagreb index. */
export function secondZagrebIndex(graph: ConnectedGraph): number {
  const degree = degrees(graph);
  return sum(graph.edges.map(([i, j]) => degree[i]! * degree[j]!));
}

/**
 * R = Σ_bonds 1/√(deg_i · deg_j): falls with branching; n/2 where all degrees are equal.
 * Randić, "Characterization of molecular branching", J. Am. Chem. Soc. 1975, https://doi.org/10.1021/ja00856a001.
 */
export function randicIndex(graph: ConnectedGraph): number {
  const degree = degrees(graph);
  return sum(graph.edges.map(([i, j]) => 1 / Math.sqrt(degree[i]! * degree[j]!)));
}

/**
 * Σ_i deg_i · ecc_i.
 * Sharma, Goswami and Madan, "Eccentric Connectivity Index: A Novel Highly Discriminating Topological Descriptor for
 * Structure-Property and Structure-Activity Studies", J. Chem. Inf. Comput. Sci. 1997, https://doi.org/10.1021/ci960049h.
 */
export function eccentricConnectivity(graph: ConnectedGraph): number {
  const eccentricity = eccentricities(graph);
  return sum(degrees(graph).map((degree, i) => degree * eccentricity[i]!));
}

/** D = max_i ecc_i: bonds on the longest of all shortest paths. */
export const diameter = (graph: ConnectedGraph): number => Math.max(...eccentricities(graph));

/** r = min_i ecc_i. */
export const radius = (graph: ConnectedGraph): number => Math.min(...eccentricities(graph));

/**
 * (D − r)/r with diameter D and radius r, between 0 (a ring) and 1 (a chain of an odd number of atoms); 0 for a lone atom.
 * Petitjean, "Applications of the radius-diameter diagram to the classification of topological and geometrical shapes of chemical
 * compounds", J. Chem. Inf. Comput. Sci. 1992, https://doi.org/10.1021/ci00008a012.
 */
export function petitjeanIndex(graph: ConnectedGraph): number {
  const least = radius(graph);
  return least === 0 ? 0 : (diameter(graph) - least) / least;
}

import type { Structure } from "../molecule/structure.ts";
import { balabanJ } from "./graph/balaban.ts";
import { bertzComplexity } from "./graph/bertz.ts";
import { bondOrderDistances, type ConnectedGraph, connectedGraph, parts } from "./graph/connected.ts";
import { formalCharge, heavyAtomWeight, ringCount, valenceElectrons } from "./graph/constitution.ts";
import { adjacencyTridiagonal, largestEigenvalue, polynomialInformation } from "./graph/spectrum.ts";
import {
  diameter,
  eccentricConnectivity,
  firstZagrebIndex,
  petitjeanIndex,
  radius,
  randicIndex,
  secondZagrebIndex,
  wienerIndex,
} from "./graph/topology.ts";

/** What the indices are computed from: the molecule, its largest connected part, and what several of them need. */
interface Parts {
  readonly structure: Structure;
  /** The part with most atoms, the first of several. */
  readonly largest: ConnectedGraph;
  /** In twelfths of a single bond, [atoms][atoms]. */
  readonly distances: readonly Float64Array[];
  /** The same within the largest part. */
  readonly distancesWithin: readonly Float64Array[];
  /** Information of the characteristic polynomial of the largest part. */
  readonly polynomial: { readonly whole: number; readonly mean: number };
  /** Largest eigenvalue of the adjacency matrix of the largest part. */
  readonly eigenvalue: number;
}

export interface GraphIndex {
  readonly name: string;
  readonly describe: string;
  readonly unit?: string;
  compute(parts: Parts): number;
}

const rings = (size: number): GraphIndex => ({
  name: `NumRings${size}`,
  describe: `Rings of ${size} atoms.`,
  compute: ({ structure }) => ringCount(structure, size),
});

/**
 * Indices of the molecular graph. Those that need a path between any two atoms look at the largest part of a salt; masses, charges,
 * rings and complexity look at all of it.
 */
export const GRAPH_INDICES: readonly GraphIndex[] = [
  {
    name: "HeavyAtomMolWt",
    describe: "Molecular weight without hydrogen.",
    unit: "g/mol",
    compute: ({ structure }) => heavyAtomWeight(structure),
  },
  {
    name: "NumValenceElectrons",
    describe: "Electrons in the outer shells of all atoms.",
    compute: ({ structure }) => valenceElectrons(structure),
  },
  {
    name: "FormalCharge",
    describe: "Sum of the formal charges.",
    unit: "e",
    compute: ({ structure }) => formalCharge(structure),
  },
  {
    name: "BalabanJ",
    describe: "Balaban's J: how compact and branched the graph is, nearly free of its size.",
    compute: ({ largest, distancesWithin }) => balabanJ(largest, distancesWithin),
  },
  {
    name: "AvgIpc",
    describe: "Mean information content of the coefficients of the graph's characteristic polynomial.",
    unit: "bit",
    compute: ({ polynomial }) => polynomial.mean,
  },
  {
    name: "LogIpc",
    describe:
      "Whole information content of the characteristic polynomial as log10(1 + Ipc), because Ipc grows exponentially with size.",
    compute: ({ polynomial }) => Math.log10(1 + polynomial.whole),
  },
  {
    name: "BertzCT",
    describe: "Bertz's complexity: variety of bonding and of elements.",
    unit: "bit",
    compute: ({ structure, distances }) => bertzComplexity(structure, distances),
  },
  {
    name: "WienerIndex",
    describe: "Sum of the shortest paths between all pairs of atoms: size, and how stretched the graph is.",
    unit: "bonds",
    compute: ({ largest }) => wienerIndex(largest),
  },
  {
    name: "ZagrebM1",
    describe: "First Zagreb index, the sum of squared degrees: branching.",
    compute: ({ largest }) => firstZagrebIndex(largest),
  },
  {
    name: "ZagrebM2",
    describe: "Second Zagreb index, the sum over bonds of the product of degrees: branching.",
    compute: ({ largest }) => secondZagrebIndex(largest),
  },
  {
    name: "RandicIndex",
    describe: "Randić's connectivity index: size, less branching; elements are ignored.",
    compute: ({ largest }) => randicIndex(largest),
  },
  {
    name: "EccentricConnectivity",
    describe: "Sum over atoms of degree times distance to the farthest atom.",
    compute: ({ largest }) => eccentricConnectivity(largest),
  },
  {
    name: "PetitjeanIndex",
    describe: "Petitjean's shape index: 0 for ring-like and 1 for chain-like graphs.",
    compute: ({ largest }) => petitjeanIndex(largest),
  },
  {
    name: "GraphDiameter",
    describe: "Longest of the shortest paths between two atoms: the length of the molecule.",
    unit: "bonds",
    compute: ({ largest }) => diameter(largest),
  },
  {
    name: "GraphRadius",
    describe: "Distance from the most central atom to the farthest one.",
    unit: "bonds",
    compute: ({ largest }) => radius(largest),
  },
  {
    name: "SpectralRadius",
    describe: "Largest eigenvalue of the adjacency matrix: how densely the core is bonded.",
    compute: ({ eigenvalue }) => eigenvalue,
  },
  ...[3, 4, 5, 6, 7].map(rings),
  {
    name: "NumRings8OrMore",
    describe: "Rings of eight atoms or more: macrocycles.",
    compute: ({ structure }) => ringCount(structure, 8, Number.POSITIVE_INFINITY),
  },
];

/** The values of {@link GRAPH_INDICES}, in their order. Cost: O(n³) for n atoms, some 0.3 ms for a drug-sized molecule and 0.3 s for 500 atoms. */
export function graphIndices(structure: Structure): Float64Array {
  const members = parts(structure).reduce((best, part) => (part.length > best.length ? part : best));
  const largest = connectedGraph(structure, members);
  const distances = bondOrderDistances(structure);
  const distancesWithin = members.map((i) => Float64Array.from(members, (j) => distances[i]![j]!));
  const matrix = adjacencyTridiagonal(largest);
  const mostNeighbours = largest.neighbours.reduce((most, near) => Math.max(most, near.length), 0);
  const polynomial = polynomialInformation(matrix);
  const eigenvalue = largestEigenvalue(matrix, mostNeighbours);
  const given: Parts = { structure, largest, distances, distancesWithin, polynomial, eigenvalue };
  return Float64Array.from(GRAPH_INDICES, (index) => index.compute(given));
}

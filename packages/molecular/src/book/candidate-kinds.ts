import type { FeatureKind } from "../feature/kinds.ts";
import { FRAGMENT_PATTERNS } from "./fragment-patterns.ts";
import { graphIndices } from "./graph-indices.ts";

const SMARTS = FRAGMENT_PATTERNS.map(({ smarts }) => smarts);

/** The indices in the order of `GRAPH_INDICES`. */
export const graphIndexKind: FeatureKind<Float64Array> = {
  name: "graph-indices",
  version: 1,
  spec: { of: "graph-indices" },
  compute: (molecule) => graphIndices(molecule.structure()),
  encode: (row) => new Uint8Array(row.slice().buffer),
  decode: (bytes) => new Float64Array(bytes.slice().buffer),
};

/** Counts in the order of `FRAGMENT_PATTERNS`. Whoever computes them on this thread calls `Rdkit.freeQueries` at the end. */
export const fragmentKind: FeatureKind<Int32Array> = {
  name: "fragments",
  version: 1,
  spec: { of: "fragments" },
  compute: (molecule) => molecule.countMatches(SMARTS),
  encode: (row) => new Uint8Array(row.slice().buffer),
  decode: (bytes) => new Int32Array(bytes.slice().buffer),
};

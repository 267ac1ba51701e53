import { fragmentKind, graphIndexKind } from "../book/candidate-kinds.ts";
import { moleculeGraph } from "../molecule/features.ts";
import { type FingerprintOptions, fingerprintSettings } from "../molecule/fingerprint-options.ts";
import type { Molecule } from "../molecule/molecule.ts";
import type { MoleculeGraph } from "../molecule/molecule-graph.ts";
import { decodeGraph, encodeGraph } from "./graph-bytes.ts";

/** A kind of this package as plain JSON: what a worker makes it from again. */
export type KindSpec =
  | { readonly of: "descriptors" | "graph" | "canonical" | "graph-indices" | "fragments" }
  | { readonly of: "scaffold"; readonly stereo: boolean }
  | { readonly of: "fingerprint"; readonly options: FingerprintOptions };

/** How one kind of feature is computed from a molecule and laid out as bytes, for the cache and on the way from a worker. */
export interface FeatureKind<T> {
  /** What is computed, with its settings, such as `morgan-2-2048`: letters, digits, dots and hyphens, as it names a file. */
  readonly name: string;
  /** Raise when the same molecule gives another value. */
  readonly version: number;
  /** Null for a kind from outside of this package: it is cached like the others and computed on the main thread. */
  readonly spec: KindSpec | null;
  compute(molecule: Molecule): T;
  encode(value: T): Uint8Array;
  decode(bytes: Uint8Array): T;
}

/** Features by the names under which they were asked for. */
export type FeatureKinds = Readonly<Record<string, FeatureKind<unknown>>>;
export type Features<K extends FeatureKinds> = {
  readonly [name in keyof K]: K[name] extends FeatureKind<infer T> ? T : never;
};

/** The 43 descriptors in the order of `DESCRIPTOR_NAMES`. */
export const descriptorKind: FeatureKind<Float64Array> = {
  name: "descriptors",
  version: 1,
  spec: { of: "descriptors" },
  compute: (molecule) => molecule.descriptors(),
  encode: (row) => new Uint8Array(row.slice().buffer),
  decode: (bytes) => new Float64Array(bytes.slice().buffer),
};

/** The graph with OGB's features. */
export const graphKind: FeatureKind<MoleculeGraph> = {
  name: "graph",
  version: 1,
  spec: { of: "graph" },
  compute: (molecule) => moleculeGraph(molecule.structure()),
  encode: encodeGraph,
  decode: decodeGraph,
};

const text = {
  encode: (value: string): Uint8Array => new TextEncoder().encode(value),
  decode: (bytes: Uint8Array): string => new TextDecoder().decode(bytes),
};

/** RDKit's canonical SMILES, with stereochemistry. */
export const canonicalKind: FeatureKind<string> = {
  name: "canonical",
  version: 1,
  spec: { of: "canonical" },
  compute: (molecule) => molecule.canonicalSmiles(),
  ...text,
};

/** The Bemis-Murcko scaffold, `""` without rings. */
export const scaffoldKind = (stereo: boolean): FeatureKind<string> => ({
  name: stereo ? "scaffold-stereo" : "scaffold",
  version: 1,
  spec: { of: "scaffold", stereo },
  compute: (molecule) => molecule.scaffold(stereo),
  ...text,
});

/** A packed fingerprint; errors as `fingerprintSettings` has them. */
export const fingerprintKind = (options: FingerprintOptions): FeatureKind<Uint8Array> => ({
  name: fingerprintSettings(options).name,
  version: 1,
  spec: { of: "fingerprint", options },
  compute: (molecule) => molecule.fingerprint(options),
  encode: (bits) => bits,
  decode: (bytes) => bytes,
});

/** The kind that `spec` stands for. */
export function kindOf(spec: KindSpec): FeatureKind<unknown> {
  if (spec.of === "descriptors") return descriptorKind;
  if (spec.of === "graph") return graphKind as FeatureKind<unknown>;
  if (spec.of === "graph-indices") return graphIndexKind;
  if (spec.of === "fragments") return fragmentKind;
  if (spec.of === "scaffold") return scaffoldKind(spec.stereo) as FeatureKind<unknown>;
  if (spec.of === "fingerprint") return fingerprintKind(spec.options) as FeatureKind<unknown>;
  return canonicalKind as FeatureKind<unknown>;
}

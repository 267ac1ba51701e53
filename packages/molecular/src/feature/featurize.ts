import { OutriggerError } from "@outrigger/core/error";
import { type Split, type SplitOptions, splitByScaffold } from "../data/split.ts";
import { ATOM_COLUMNS, BOND_COLUMNS, moleculeGraph } from "../molecule/features.ts";
import type { Molecule } from "../molecule/molecule.ts";
import type { MoleculeGraph } from "../molecule/molecule-graph.ts";
import { type Rdkit, sharedRdkit } from "../molecule/rdkit.ts";
import { type CacheKey, readCache, writeCache } from "./cache.ts";
import { DESCRIPTOR_NAMES } from "./descriptors.ts";

export interface FeaturizeOptions {
  readonly rdkit?: Rdkit;
  /** Folder of the cache; default `$OUTRIGGER_CACHE`, else `~/.cache/outrigger`. `false`: no cache. */
  readonly cache?: string | false;
  /** Called after every molecule that had to be computed, and once at the end. */
  readonly onProgress?: (done: number, total: number) => void;
  /** Hears why the cache could not be written; default: a process warning. The features are returned all the same. */
  readonly onCacheError?: (error: Error) => void;
}

/** How one kind of feature is computed from a molecule and laid out as bytes. */
export interface Kind<T> {
  readonly name: string;
  /** Raise when the same molecule gives another value. */
  readonly version: number;
  compute(molecule: Molecule): T;
  encode(values: readonly T[]): Uint8Array;
  decode(bytes: Uint8Array): T[];
}

const unparsable = (smiles: string, index: number, reason: string): OutriggerError =>
  new OutriggerError(
    "bad-data",
    `Molecule ${index}, "${smiles.slice(0, 200)}", has no features: ${reason} readMolecules leaves such rows out.`,
    { index, smiles, reason },
  );

/** The values of one kind for every molecule, from the cache where they are in it. */
export async function featurize<T>(
  kind: Kind<T>,
  smiles: readonly string[],
  options: FeaturizeOptions,
): Promise<T[]> {
  const rdkit = options.rdkit ?? (await sharedRdkit());
  const { cache, onProgress } = options;
  const key: CacheKey = { kind: kind.name, version: kind.version, rdkit: rdkit.version, smiles };
  const stored = cache === false ? null : await readCache(key, cache);
  if (stored) {
    onProgress?.(smiles.length, smiles.length);
    return kind.decode(stored);
  }
  const values: T[] = [];
  for (const [i, text] of smiles.entries()) {
    const found = await rdkit.withMolecule(text, (molecule) => kind.compute(molecule));
    if (!found.ok) throw unparsable(text, i, found.problem.reason);
    values.push(found.value);
    onProgress?.(i + 1, smiles.length);
  }
  const refused = cache === false ? null : await writeCache(key, kind.encode(values), cache);
  if (refused) {
    const warn =
      options.onCacheError ?? ((error) => process.emitWarning(`Features were not cached: ${error.message}`));
    warn(refused);
  }
  return values;
}

const bytesOf = (array: Float64Array | Int32Array): Uint8Array =>
  new Uint8Array(array.buffer, array.byteOffset, array.byteLength);

const descriptorKind: Kind<Float64Array> = {
  name: "descriptors",
  version: 1,
  compute: (molecule) => molecule.descriptors(),
  encode: (rows) => bytesOf(Float64Array.from(rows.flatMap((row) => [...row]))),
  decode: (bytes) => {
    const all = new Float64Array(bytes.buffer);
    const width = DESCRIPTOR_NAMES.length;
    return Array.from({ length: all.length / width }, (_, i) => all.slice(i * width, (i + 1) * width));
  },
};

const morganKind = (radius: number, bits: number): Kind<Uint8Array> => ({
  name: `morgan-${radius}-${bits}`,
  version: 1,
  compute: (molecule) => molecule.morgan(radius, bits),
  encode: (rows) => Uint8Array.from(rows.flatMap((row) => [...row])),
  decode: (bytes) => {
    const width = bits / 8;
    return Array.from({ length: bytes.length / width }, (_, i) => bytes.slice(i * width, (i + 1) * width));
  },
});

const graphKind: Kind<MoleculeGraph> = {
  name: "graph",
  version: 1,
  compute: (molecule) => moleculeGraph(molecule.structure()),
  encode: (graphs) =>
    bytesOf(
      Int32Array.from(graphs.flatMap((g) => [g.atomCount, g.bondCount, ...g.atoms, ...g.bonds, ...g.edges])),
    ),
  decode: (bytes) => {
    const all = new Int32Array(bytes.buffer);
    const graphs: MoleculeGraph[] = [];
    let at = 0;
    const take = (length: number): Int32Array => all.slice(at, (at += length));
    while (at < all.length) {
      const [atomCount, bondCount] = take(2) as unknown as [number, number];
      const atoms = take(atomCount * ATOM_COLUMNS);
      const bonds = take(bondCount * BOND_COLUMNS);
      graphs.push({ atomCount, bondCount, atoms, bonds, edges: take(bondCount * 2) });
    }
    return graphs;
  },
};

const scaffoldKind = (stereo: boolean): Kind<string> => ({
  name: stereo ? "scaffold-stereo" : "scaffold",
  version: 1,
  compute: (molecule) => molecule.scaffold(stereo),
  encode: (scaffolds) => new TextEncoder().encode(JSON.stringify(scaffolds)),
  decode: (bytes) => JSON.parse(new TextDecoder().decode(bytes)) as string[],
});

/**
 * The 43 descriptors of every molecule, [N][43] in the order of `DESCRIPTOR_NAMES`; some 2 ms a molecule, then cached.
 *
 * @throws OutriggerError `bad-data` for a molecule that RDKit refuses, with its index and RDKit's reason; so do the other three.
 */
export const descriptors = (
  smiles: readonly string[],
  options: FeaturizeOptions = {},
): Promise<Float64Array[]> => featurize(descriptorKind, smiles, options);

/** Morgan fingerprints of every molecule, packed (`unpackBits` spreads them); defaults radius 2, 2048 bits. */
export const morganFingerprints = (
  smiles: readonly string[],
  options: FeaturizeOptions & { readonly radius?: number; readonly bits?: number } = {},
): Promise<Uint8Array[]> => featurize(morganKind(options.radius ?? 2, options.bits ?? 2048), smiles, options);

/** OGB graphs of every molecule. */
export const moleculeGraphs = (
  smiles: readonly string[],
  options: FeaturizeOptions = {},
): Promise<MoleculeGraph[]> => featurize(graphKind, smiles, options);

/** Canonical Bemis-Murcko scaffold of every molecule; `""` for those without rings. */
export const murckoScaffolds = (
  smiles: readonly string[],
  options: FeaturizeOptions & { readonly stereo?: boolean } = {},
): Promise<string[]> => featurize(scaffoldKind(options.stereo ?? false), smiles, options);

/** Scaffolds as the variant wants them, then `splitByScaffold`. */
export async function splitMolecules(
  smiles: readonly string[],
  options: SplitOptions & FeaturizeOptions,
): Promise<Split> {
  const scaffolds =
    options.variant === "random"
      ? smiles
      : await murckoScaffolds(smiles, { ...options, stereo: options.variant === "ogb" });
  return splitByScaffold(scaffolds, options);
}

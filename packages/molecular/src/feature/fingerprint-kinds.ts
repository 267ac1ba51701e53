import type { FingerprintOptions } from "../molecule/fingerprint-options.ts";
import { type FeaturizeOptions, featureColumn } from "./featurize.ts";
import { fingerprintKind } from "./kinds.ts";

export type { FingerprintKind, FingerprintOptions } from "../molecule/fingerprint-options.ts";

/**
 * Fingerprints of one kind of every molecule, packed (`unpackBits` spreads them); MACCS in 168 bits, the last one empty. From the cache
 * where they were computed before.
 *
 * @example
 * const pairs = await fingerprints(smiles, { kind: "atom-pair", maxLength: 6, bits: 4096 });
 *
 * @throws OutriggerError `bad-option` as `fingerprintSettings`, `bad-data` for a molecule that RDKit refuses.
 */
export function fingerprints(
  smiles: readonly string[],
  options: FingerprintOptions & FeaturizeOptions,
): Promise<Uint8Array[]> {
  const { rdkit, cache, workers, onCacheError, onWorkers, onProgress, ...fingerprint } = options;
  const others = { rdkit, cache, workers, onCacheError, onWorkers, onProgress };
  return featureColumn(fingerprintKind(fingerprint), smiles, others);
}

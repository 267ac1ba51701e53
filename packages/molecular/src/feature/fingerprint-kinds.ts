import { type FeaturizeOptions, morganFingerprints } from "./featurize.ts";

/** Kinds of molecular fingerprints. */
export type FingerprintKind = "morgan";

/** Fingerprints of one kind of every molecule, packed (`unpackBits` spreads them). */
export const fingerprints = (
  smiles: readonly string[],
  { bits, ...options }: FeaturizeOptions & { readonly kind: FingerprintKind; readonly bits?: number },
): Promise<Uint8Array[]> => morganFingerprints(smiles, { ...options, bits });

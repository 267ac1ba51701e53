import { OutriggerError } from "@outrigger/core/error";
import type { Mol } from "@rdkit/rdkit";

/** Every kind of fingerprint. */
export const FINGERPRINT_KINDS = [
  "morgan",
  "rdkit",
  "atom-pair",
  "topological-torsion",
  "pattern",
  "maccs",
] as const;
export type FingerprintKind = (typeof FINGERPRINT_KINDS)[number];

/** Which fingerprint, with the settings that belong to its kind; a setting of another kind is refused. */
export interface FingerprintOptions {
  readonly kind: FingerprintKind;
  /** All but `maccs`: length of the fingerprint, a multiple of 8; default 2048. MACCS has 167 bits, of which bit 0 is never set. */
  readonly bits?: number;
  /** `morgan`: bonds around an atom; default 2 ("ECFP4"). */
  readonly radius?: number;
  /** `morgan`: tells mirror images apart; default false. */
  readonly useChirality?: boolean;
  /** `morgan`: how often an environment occurs sets further bits; default false. */
  readonly useCountSimulation?: boolean;
  /** `morgan`: keeps environments that cover the same atoms; default false. */
  readonly includeRedundantEnvironments?: boolean;
  /** `rdkit`: bonds of the shortest and longest path; default 1 and 7. */
  readonly minPath?: number;
  readonly maxPath?: number;
  /** `atom-pair`: bonds between the nearest and farthest pair; default 1 and 30. */
  readonly minLength?: number;
  readonly maxLength?: number;
}

/** Options that were checked and completed. */
export interface FingerprintSettings {
  /** Kind and settings, such as `morgan-2-2048`. */
  readonly name: string;
  /** Bits of the packed form: `bits`, or 168 for MACCS, whose last bit is never set. */
  readonly bits: number;
  read(mol: Mol): Uint8Array;
}

type Setting = keyof Omit<FingerprintOptions, "kind">;

interface Kind {
  readonly defaults: Readonly<Partial<Record<Setting, number | boolean>>>;
  read(mol: Mol, json: string): unknown;
}

const BITS = 2048;

const KINDS: Readonly<Record<FingerprintKind, Kind>> = {
  morgan: {
    defaults: {
      radius: 2,
      bits: BITS,
      useChirality: false,
      useCountSimulation: false,
      includeRedundantEnvironments: false,
    },
    read: (mol, json) => mol.get_morgan_fp_as_uint8array(json),
  },
  rdkit: {
    defaults: { minPath: 1, maxPath: 7, bits: BITS },
    read: (mol, json) => mol.get_rdkit_fp_as_uint8array(json),
  },
  "atom-pair": {
    defaults: { minLength: 1, maxLength: 30, bits: BITS },
    read: (mol, json) => mol.get_atom_pair_fp_as_uint8array(json),
  },
  "topological-torsion": {
    defaults: { bits: BITS },
    read: (mol, json) => mol.get_topological_torsion_fp_as_uint8array(json),
  },
  pattern: { defaults: { bits: BITS }, read: (mol, json) => mol.get_pattern_fp_as_uint8array(json) },
  maccs: { defaults: {}, read: (mol) => mol.get_maccs_fp_as_uint8array() },
};

const MACCS_BITS = 167;
const MOST_BITS = 1 << 20;

const refuse = (said: string, details: Record<string, unknown>): never => {
  throw new OutriggerError("bad-option", said, details);
};

function wholeNumber(name: Setting, value: unknown, from: number): void {
  if (Number.isInteger(value) && (value as number) >= from) return;
  refuse(`${name} must be a whole number from ${from}, not ${String(value)}.`, { [name]: value });
}

function checkRange(
  settings: Readonly<Partial<Record<Setting, unknown>>>,
  low: Setting,
  high: Setting,
): void {
  if (settings[low] === undefined) return;
  wholeNumber(low, settings[low], 1);
  wholeNumber(high, settings[high], settings[low] as number);
}

function check(settings: Readonly<Partial<Record<Setting, unknown>>>): void {
  const { bits, radius } = settings;
  if (radius !== undefined) wholeNumber("radius", radius, 0);
  checkRange(settings, "minPath", "maxPath");
  checkRange(settings, "minLength", "maxLength");
  if (bits === undefined) return;
  if (
    !Number.isInteger(bits) ||
    (bits as number) < 8 ||
    (bits as number) % 8 !== 0 ||
    (bits as number) > MOST_BITS
  )
    refuse(`bits must be a positive multiple of 8 up to ${MOST_BITS}, not ${JSON.stringify(bits)}.`, {
      bits,
    });
}

/** Only what the kind has; an option that RDKit would ignore in silence is an error. */
function complete({ kind, ...given }: FingerprintOptions): Partial<Record<Setting, number | boolean>> {
  const found = Object.hasOwn(KINDS, kind) ? KINDS[kind] : undefined;
  if (found === undefined)
    return refuse(`There is no fingerprint "${kind}"; the kinds are ${Object.keys(KINDS).join(", ")}.`, {
      kind,
    });
  const settings = { ...found.defaults };
  for (const [name, value] of Object.entries(given) as [Setting, number | boolean | undefined][]) {
    if (value === undefined) continue;
    if (kind === "maccs" && name === "bits" && value === MACCS_BITS) continue;
    if (!(name in found.defaults))
      refuse(
        `A ${kind} fingerprint has no option ${name}; it has ${Object.keys(found.defaults).join(", ") || `none, and ${MACCS_BITS} bits`}.`,
        { kind, [name]: value },
      );
    if (typeof found.defaults[name] === "boolean" && typeof value !== "boolean")
      refuse(`${name} must be true or false, not ${String(value)}.`, { [name]: value });
    settings[name] = value;
  }
  return settings;
}

/**
 * Checks and completes the options of a fingerprint. The bits are those of Python RDKit of the same release. Sources: Morgan:
 * Rogers and Hahn, "Extended-Connectivity Fingerprints", J. Chem. Inf. Model. 2010, https://doi.org/10.1021/ci100050t; atom pairs:
 * Carhart, Smith and Venkataraghavan, J. Chem. Inf. Comput. Sci. 1985, https://doi.org/10.1021/ci00046a002; topological torsions:
 * Nilakantan et al., J. Chem. Inf. Comput. Sci. 1987, https://doi.org/10.1021/ci00054a008; MACCS: Durant et al., "Reoptimization of
 * MDL Keys for Use in Drug Discovery", J. Chem. Inf. Comput. Sci. 2002, https://doi.org/10.1021/ci010132r; the path fingerprint
 * (`rdkit`) and the substructure-screening one (`pattern`): https://www.rdkit.org/docs/RDKit_Book.html. Atom pairs and torsions set
 * further bits for repeated ones, as RDKit's bit vectors of them do.
 *
 * Morgan's feature invariants ("FCFP") are left out: RDKit.js 2026.9.1 reads `useFeatures` and ignores it.
 *
 * @throws OutriggerError `bad-option` for an unknown kind, an option that the kind does not have, and a value out of range
 */
export function fingerprintSettings(options: FingerprintOptions): FingerprintSettings {
  const settings = complete(options);
  check(settings);
  const { kind } = options;
  const { bits, ...others } = settings;
  const json = JSON.stringify({ ...others, ...(bits === undefined ? {} : { nBits: bits }) });
  const numbers = [...Object.values(others), bits].filter((value) => typeof value === "number");
  const flags = Object.entries(others).flatMap(([name, value]) => (value === true ? [name] : []));
  return {
    name: [kind, ...numbers, ...flags].join("-"),
    bits: typeof bits === "number" ? bits : MACCS_BITS + 1,
    // A copy of its own length: what RDKit returns is a view.
    read: (mol) => new Uint8Array(KINDS[kind].read(mol, json) as Uint8Array),
  };
}

import type { Rdkit } from "../molecule/rdkit.ts";
import type { MoleculeTable } from "./dataset.ts";

export interface StandardizeOptions {
  /** A molecule of several fragments becomes its largest (default), stays as it is (`keep`), or is left out (`reject`). */
  readonly salts?: "largest" | "keep" | "reject";
  /**
   * `explicit` writes every hydrogen as an atom into the SMILES strings, for an RDKit that is told not to take them out again;
   * default `implicit`: strings stay as they are.
   */
  readonly hydrogens?: "implicit" | "explicit";
}

/** A molecule of several fragments of which one was kept. */
export interface SaltDecision {
  readonly row: number;
  readonly from: string;
  readonly kept: string;
  readonly fragments: number;
  /** Another fragment is as large: the choice is arbitrary, and the label may be of both. */
  readonly tied: boolean;
}

/** A molecule on its way through cleaning. */
interface Entry {
  /** Position in the table. */
  readonly at: number;
  readonly smiles: string;
  readonly canonical: string;
}

type Step<T> = { readonly ok: true; readonly value: T } | { readonly ok: false; readonly reason: string };

/** RDKit's outcome with the reason alone. */
async function attempt<T>(
  rdkit: Rdkit,
  smiles: string,
  use: Parameters<typeof rdkit.withMolecule<T>>[1],
): Promise<Step<T>> {
  const found = await rdkit.withMolecule(smiles, use);
  return found.ok ? found : { ok: false, reason: found.problem.reason };
}

const canonicalForm = (rdkit: Rdkit, smiles: string): Promise<Step<string>> =>
  attempt(rdkit, smiles, (molecule) => molecule.canonicalSmiles());

/** Chirality of atoms, the rarer kinds included, and the slants beside double bonds. */
const STEREO_MARKS = /@(?:@|(?:TH|AL|SP|TB|OH)\d+)?|[/\\]/g;

/** The key under which stereoisomers are one molecule. */
export async function withoutStereo(rdkit: Rdkit, canonical: string): Promise<string> {
  const bare = canonical.replaceAll(STEREO_MARKS, "");
  if (bare === canonical) return canonical;
  const flat = await canonicalForm(rdkit, bare);
  return flat.ok ? flat.value : canonical;
}

/** Every molecule by itself: salts and hydrogens. */
export async function standardized(
  table: MoleculeTable,
  rdkit: Rdkit,
  { salts: rule = "largest", hydrogens = "implicit" }: StandardizeOptions,
  reject: (at: number, reason: string) => void,
): Promise<{ entries: Entry[]; salts: SaltDecision[] }> {
  const entries: Entry[] = [];
  const salts: SaltDecision[] = [];
  for (const [at, from] of table.smiles.entries()) {
    let entry: Entry = { at, smiles: from, canonical: table.canonical[at]! };
    if (rule !== "keep" && entry.canonical.includes(".")) {
      if (rule === "reject") {
        const fragments = entry.canonical.split(".").length;
        reject(at, `It has ${fragments} fragments; salts: "largest" keeps the largest.`);
        continue;
      }
      const found = await attempt(rdkit, from, (molecule) => molecule.largestFragment());
      const canonical = found.ok ? await canonicalForm(rdkit, found.value.smiles) : found;
      if (!found.ok || !canonical.ok) {
        reject(at, `Its largest fragment: ${failure(found, canonical)}`);
        continue;
      }
      const { smiles: kept, fragments, tied } = found.value;
      salts.push({ row: table.rows[at]!, from, kept, fragments, tied });
      entry = { at, smiles: kept, canonical: canonical.value };
    }
    if (hydrogens === "explicit") {
      const written = await attempt(rdkit, entry.smiles, (molecule) => molecule.withHydrogens());
      // Hydrogens count as atoms, so the string may have become too large to read.
      const readable = written.ok ? await canonicalForm(rdkit, written.value) : written;
      if (!written.ok || !readable.ok) {
        reject(at, `With its hydrogens: ${failure(written, readable)}`);
        continue;
      }
      entry = { ...entry, smiles: written.value };
    }
    entries.push(entry);
  }
  return { entries, salts };
}

const failure = (...steps: readonly Step<unknown>[]): string =>
  steps.flatMap((step) => (step.ok ? [] : [step.reason]))[0] ?? "";

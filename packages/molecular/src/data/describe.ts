import { type FeaturizeOptions, murckoScaffolds } from "../feature/featurize.ts";
import { sharedRdkit } from "../molecule/rdkit.ts";
import type { MoleculeTable, RowProblem } from "./dataset.ts";
import { grouped, type LabelConflict, type LabelSpread, mergeLabels } from "./duplicates.ts";
import type { Split } from "./split.ts";
import {
  type LabelSummary,
  type PartSummary,
  type SplitNote,
  type SplitOverlap,
  splitNotes,
  splitOverlap,
  summarizeLabels,
  summarizeSplit,
} from "./split-summary.ts";
import { type SaltDecision, standardized } from "./standardize.ts";

/** What a split does to this table. */
export interface SplitDescription {
  readonly parts: readonly PartSummary[];
  readonly notes: readonly SplitNote[];
  /** Shared scaffolds. */
  readonly scaffolds: readonly SplitOverlap[];
  /** Molecules that stand in two parts. */
  readonly copies: readonly SplitOverlap[];
}

/** What there is to know of a table before a model is trained on it. */
export interface TableDescription {
  readonly name: string;
  /** Data rows: molecules and problems. */
  readonly rows: number;
  readonly molecules: number;
  /** Rows that were left out, in the order of the file. */
  readonly problems: readonly RowProblem[];
  /** Molecules of several fragments, and which one cleaning would keep. */
  readonly salts: readonly SaltDecision[];
  /** Different canonical SMILES. */
  readonly distinct: number;
  /** Lines of the file that hold one molecule, where there are several. */
  readonly duplicates: readonly { readonly smiles: string; readonly rows: readonly number[] }[];
  /** Duplicates whose labels differ; none of these labels is settled here, so `became` is null. */
  readonly conflicts: readonly LabelConflict[];
  readonly spread: readonly LabelSpread[];
  readonly targets: Readonly<Record<string, LabelSummary>>;
  readonly scaffolds: ScaffoldSummary;
  readonly heavyAtoms: Quantiles;
  readonly split?: SplitDescription;
}

/** Bemis-Murcko scaffolds without stereochemistry. */
export interface ScaffoldSummary {
  /** Different ones; molecules without rings have none. */
  readonly count: number;
  /** Scaffolds of a single molecule. */
  readonly singletons: number;
  /** Molecules without rings. */
  readonly acyclic: number;
  /** The most frequent one; null when no molecule has rings. */
  readonly largest: { readonly smiles: string; readonly molecules: number } | null;
}

/** Values at 0, 5, 50, 95 and 100 % of the sorted ones; the lower of two neighbours. */
export interface Quantiles {
  readonly least: number;
  readonly percent5: number;
  readonly median: number;
  readonly percent95: number;
  readonly greatest: number;
}

function quantiles(values: readonly number[]): Quantiles {
  const sorted = values.toSorted((a, b) => a - b);
  const at = (share: number): number => sorted[Math.floor(share * (sorted.length - 1))]!;
  return { least: at(0), percent5: at(0.05), median: at(0.5), percent95: at(0.95), greatest: at(1) };
}

function summarizeScaffolds(scaffolds: readonly string[]): ScaffoldSummary {
  const groups = grouped(scaffolds).filter((group) => scaffolds[group[0]!] !== "");
  const [largest] = groups.toSorted((a, b) => b.length - a.length);
  return {
    count: groups.length,
    singletons: groups.filter((group) => group.length === 1).length,
    acyclic: scaffolds.filter((scaffold) => scaffold === "").length,
    largest: largest ? { smiles: scaffolds[largest[0]!]!, molecules: largest.length } : null,
  };
}

const HYDROGEN = 1;

/**
 * Describes a table: bad rows, salts, duplicates and conflicts, labels, scaffolds, sizes, and with `split` how it divides them.
 * The table itself is not changed. Cost: some 1 ms a molecule, once; scaffolds come from the feature cache the second time.
 *
 * @throws OutriggerError `bad-data` for a molecule that RDKit refuses, which `readMolecules` leaves out.
 */
export async function describeMolecules(
  table: MoleculeTable,
  options: FeaturizeOptions & { readonly split?: Split } = {},
): Promise<TableDescription> {
  const { split, ...featurizing } = options;
  const rdkit = options.rdkit ?? (await sharedRdkit());
  const { salts } = await standardized(table, rdkit, {}, () => undefined);
  const groups = grouped(table.canonical);
  const merged = Object.entries(table.targets).map(([name, column]) =>
    mergeLabels(name, column, groups, table.rows, "drop"),
  );
  const scaffolds = await murckoScaffolds(table.smiles, { ...featurizing, rdkit });
  const heavy: number[] = [];
  for (const smiles of table.smiles) {
    const count = await rdkit.withMolecule(
      smiles,
      (molecule) => molecule.structure().atoms.filter((atom) => atom.element !== HYDROGEN).length,
    );
    if (count.ok) heavy.push(count.value);
  }
  return {
    name: table.name,
    rows: table.smiles.length + table.problems.length,
    molecules: table.smiles.length,
    problems: table.problems,
    salts,
    distinct: groups.length,
    duplicates: groups
      .filter((group) => group.length > 1)
      .map((group) => ({ smiles: table.smiles[group[0]!]!, rows: group.map((i) => table.rows[i]!) })),
    conflicts: merged.flatMap(({ conflicts }) => conflicts),
    spread: merged.flatMap(({ spread }) => spread ?? []),
    targets: Object.fromEntries(
      Object.entries(table.targets).map(([name, column]) => [name, summarizeLabels(column)]),
    ),
    scaffolds: summarizeScaffolds(scaffolds),
    heavyAtoms: quantiles(heavy),
    ...(split && {
      split: {
        parts: summarizeSplit(split, table.targets),
        notes: splitNotes(split, table.targets),
        scaffolds: splitOverlap(split, scaffolds),
        copies: splitOverlap(split, table.canonical),
      },
    }),
  };
}

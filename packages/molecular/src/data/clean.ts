import { OutriggerError } from "@outrigger/core/error";
import { type Rdkit, sharedRdkit } from "../molecule/rdkit.ts";
import type { MoleculeTable, RowProblem } from "./dataset.ts";
import {
  type ConflictPolicy,
  grouped,
  type LabelConflict,
  type LabelSpread,
  mergeLabels,
} from "./duplicates.ts";
import { presentLabels } from "./labels.ts";
import { type SaltDecision, type StandardizeOptions, standardized, withoutStereo } from "./standardize.ts";

export interface CleaningOptions extends StandardizeOptions {
  /** Rows with the same canonical SMILES become one molecule (`merge`, default), or stay (`keep`). */
  readonly duplicates?: "merge" | "keep";
  /** Default `auto`. */
  readonly conflicts?: ConflictPolicy;
  /** `false`: stereoisomers are the same molecule too. Default true. */
  readonly stereo?: boolean;
  readonly rdkit?: Rdkit;
}

/** Everything that cleaning did, by lines of the file. molecules = kept + rejected + the rows that were merged into earlier ones. */
export interface CleaningReport {
  readonly molecules: number;
  readonly kept: number;
  readonly salts: readonly SaltDecision[];
  /** Rows that were left out, with reasons. */
  readonly rejected: readonly RowProblem[];
  /** Rows that are one molecule now; its SMILES string is that of the first. */
  readonly duplicates: readonly { readonly smiles: string; readonly rows: readonly number[] }[];
  readonly conflicts: readonly LabelConflict[];
  /** One for every target with repeated labels that are no classes. */
  readonly spread: readonly LabelSpread[];
  /** Targets that have fewer than two different labels now, so that nothing can be learned from them. */
  readonly constantTargets: readonly string[];
}

function checkOptions({ salts, hydrogens, duplicates }: CleaningOptions): void {
  const refuse = (name: string, given: string, choices: string): never => {
    throw new OutriggerError("bad-option", `${name} is "${given}"; choose ${choices}.`, { [name]: given });
  };
  if (salts !== undefined && !["largest", "keep", "reject"].includes(salts))
    refuse("salts", salts, "largest, keep or reject");
  if (hydrogens !== undefined && !["implicit", "explicit"].includes(hydrogens))
    refuse("hydrogens", hydrogens, "implicit or explicit");
  if (duplicates !== undefined && !["merge", "keep"].includes(duplicates))
    refuse("duplicates", duplicates, "merge or keep");
}

/**
 * Makes one row of one molecule: takes salts apart, writes hydrogens where asked, merges rows with the same canonical SMILES and
 * settles labels that contradict each other. Charges and tautomers stay as they are. Cleaning what is clean changes nothing.
 *
 * Nothing leaves silently: the report has every decision with its lines, and rows that were left out are among the table's problems.
 * Cost: some 0.4 ms for a salt, twice that for a molecule whose hydrogens are written.
 *
 * @throws OutriggerError `bad-data` when no molecule is left, and for a conflict under `conflicts: "error"`; `bad-option` for a
 * choice that does not exist, and for `conflicts: "mean"` where labels are classes.
 *
 * @example
 * const { table, report } = await cleanMolecules(await readMolecules({ path: "assay.csv" }), { conflicts: "drop" });
 * for (const { rows, labels } of report.conflicts) console.warn(`lines ${rows.join(", ")}: ${labels.join(", ")}`);
 */
export async function cleanMolecules(
  table: MoleculeTable,
  options: CleaningOptions = {},
): Promise<{ readonly table: MoleculeTable; readonly report: CleaningReport }> {
  checkOptions(options);
  const { stereo = true, duplicates = "merge", conflicts: policy = "auto" } = options;
  const rdkit = options.rdkit ?? (await sharedRdkit());
  const rejected: RowProblem[] = [];
  const reject = (at: number, reason: string): void => {
    rejected.push({ row: table.rows[at]!, column: "SMILES", value: table.smiles[at]!, reason });
  };

  const { entries, salts } = await standardized(table, rdkit, options, reject);
  const keys: string[] = [];
  for (const { canonical } of entries) keys.push(stereo ? canonical : await withoutStereo(rdkit, canonical));
  const groups =
    duplicates === "merge"
      ? grouped(keys).map((group) => group.map((k) => entries[k]!))
      : entries.map((entry) => [entry]);
  const positions = groups.map((group) => group.map(({ at }) => at));

  const merged = Object.entries(table.targets).map(
    ([name, column]) => [name, mergeLabels(name, column, positions, table.rows, policy)] as const,
  );
  // A molecule that never had a label may serve elsewhere; one that lost all of them to conflicts is of no use.
  const lost = (g: number): boolean =>
    merged.every(([, { column }]) => column.present[g] === 0) &&
    Object.values(table.targets).some((column) => positions[g]!.some((at) => column.present[at] === 1));
  const left = groups.flatMap((_, g) => {
    if (!lost(g)) return [g];
    const lines = positions[g]!.map((at) => table.rows[at]!);
    for (const at of positions[g]!)
      reject(at, `Rows ${lines.join(", ")} are one molecule whose labels contradict each other.`);
    return [];
  });
  if (left.length === 0)
    throw new OutriggerError(
      "bad-data",
      `Cleaning leaves no molecule of ${table.name}: all ${table.smiles.length} were rejected. Row ${rejected[0]!.row}: ${rejected[0]!.reason}`,
      { rejected },
    );

  const first = left.map((g) => groups[g]![0]!);
  const targets = Object.fromEntries(
    merged.map(([name, { column }]) => [
      name,
      {
        values: Float64Array.from(left, (g) => column.values[g]!),
        present: Uint8Array.from(left, (g) => column.present[g]!),
      },
    ]),
  );
  return {
    table: {
      name: table.name,
      smiles: first.map(({ smiles }) => smiles),
      canonical: first.map(({ canonical }) => canonical),
      rows: first.map(({ at }) => table.rows[at]!),
      index: first.map(({ at }) => table.index[at]!),
      targets,
      problems: [...table.problems, ...rejected].sort((a, b) => a.row - b.row),
    },
    report: {
      molecules: table.smiles.length,
      kept: left.length,
      salts,
      rejected,
      duplicates: left.flatMap((g) =>
        groups[g]!.length < 2
          ? []
          : [{ smiles: groups[g]![0]!.smiles, rows: positions[g]!.map((at) => table.rows[at]!) }],
      ),
      conflicts: merged.flatMap(([, { conflicts }]) => conflicts),
      spread: merged.flatMap(([, { spread }]) => spread ?? []),
      constantTargets: Object.entries(targets)
        .filter(([, column]) => new Set(presentLabels(column)).size < 2)
        .map(([name]) => name),
    },
  };
}

import { type Column, column } from "@outrigger/core/data/column";
import { OutriggerError } from "@outrigger/core/error";
import type { LabelColumn } from "../data/labels.ts";

/** The parts of a `MoleculeTable` that are joined. */
interface Molecules {
  readonly name: string;
  readonly smiles: readonly string[];
  readonly canonical: readonly string[];
}

export interface OtherDatasetOptions {
  /** Label columns of the other dataset; default all. */
  readonly targets?: readonly string[];
  /** Also take the molecules that the primary has not, as further training rows without primary label. Default false. */
  readonly append?: boolean;
  /** Training rows with a label of the primary, over which the share is counted; default all. */
  readonly train?: readonly number[];
}

/** One label of the other dataset, laid along the primary's molecules. */
export interface JoinedLabel {
  /** As long as `smiles` of the whole, unscaled; missing where the other dataset says nothing. */
  readonly column: Column;
  /** Training molecules that have both labels, over those that have either. */
  readonly share: number;
}

/** The primary's molecules, first and in their order, and after them those that were appended. */
export interface JoinedDataset {
  readonly smiles: readonly string[];
  readonly canonical: readonly string[];
  /** Rows that were appended: training rows all, because the primary has no label there. */
  readonly appended: readonly number[];
  /** By the name of the other dataset's column. */
  readonly labels: Readonly<Record<string, JoinedLabel>>;
  /** A warning for each label with too small a share, and what became of duplicates that disagree. */
  readonly notes: readonly string[];
}

/** Smallest share of molecules with both labels for which gradients of two tasks can be compared. */
export const LEAST_SHARE = 0.4;

/** One value a molecule; null where its rows disagree about a class. */
function valueOf(values: readonly number[]): number | null {
  if (values.every((value) => value === values[0])) return values[0]!;
  if (values.every((value) => value === 0 || value === 1)) return null;
  return values.reduce((a, b) => a + b, 0) / values.length;
}

/** Labels by canonical SMILES, and how many molecules had rows that disagree about a class. */
function byMolecule(
  { canonical }: Molecules,
  { values, present }: LabelColumn,
): { labels: Map<string, number>; dropped: number } {
  const all = new Map<string, number[]>();
  for (const [i, molecule] of canonical.entries()) {
    if (present[i] === 1) all.set(molecule, [...(all.get(molecule) ?? []), values[i]!]);
  }
  const labels = new Map<string, number>();
  for (const [molecule, found] of all) {
    const value = valueOf(found);
    if (value !== null) labels.set(molecule, value);
  }
  return { labels, dropped: all.size - labels.size };
}

const percent = (share: number): string => `${(100 * share).toFixed(1)} %`;

/**
 * Lays the labels of another dataset along the primary's molecules, matched by canonical SMILES, as auxiliary tasks; with `append`, the
 * other dataset's remaining molecules follow as training rows on which the primary is masked (see {@link withoutLabels}). A molecule that is in
 * the primary is never appended, so none of its test molecules gets into training by this way.
 *
 * Rows of one molecule with different measurements are averaged; where they disagree about a class, the molecule gets no label.
 *
 * Each label comes with its share of common molecules, and with a warning where that is under 40 %: there the gradients of two tasks say
 * little about each other ("Information-Theoretic Requirements for Gradient-Based Task Affinity Estimation", https://arxiv.org/abs/2604.07848),
 * so weights made of them are noise; compare on validation loss instead.
 *
 * @throws OutriggerError `bad-option` for a target that the other table has not; `bad-data` if no molecule has any label to add
 */
export function joinDataset(
  primary: Molecules,
  other: Molecules & { readonly targets: Readonly<Record<string, LabelColumn>> },
  options: OtherDatasetOptions = {},
): JoinedDataset {
  const { targets = Object.keys(other.targets), append = false } = options;
  const unknown = targets.find((name) => other.targets[name] === undefined);
  if (unknown !== undefined) {
    const said = `${other.name} has no target "${unknown}"; its targets are ${Object.keys(other.targets).join(", ")}.`;
    throw new OutriggerError("bad-option", said, { target: unknown });
  }
  const notes: string[] = [];
  const found = targets.map((name) => {
    const { labels, dropped } = byMolecule(other, other.targets[name]!);
    if (dropped > 0)
      notes.push(
        `${dropped} molecules of ${other.name} have rows that disagree about "${name}"; they get no such label.`,
      );
    return { name, labels };
  });

  const known = new Set(primary.canonical);
  const added = new Map<string, string>();
  for (const [i, molecule] of append ? other.canonical.entries() : []) {
    if (known.has(molecule) || added.has(molecule)) continue;
    if (found.some(({ labels }) => labels.has(molecule))) added.set(molecule, other.smiles[i]!);
  }
  const canonical = [...primary.canonical, ...added.keys()];
  const appended = Array.from(added, (_, i) => primary.canonical.length + i);
  const train = options.train ?? primary.canonical.map((_, i) => i);

  const labels = found.map(({ name, labels: values }): [string, JoinedLabel] => {
    const joined = column(
      name,
      canonical.map((molecule) => values.get(molecule)),
    );
    if (!joined.mask.includes(1)) {
      const cure = append
        ? "Choose another column."
        : "Append its molecules (append), or choose another dataset.";
      const said = `No molecule of ${primary.name} has a label "${name}" in ${other.name}. ${cure}`;
      throw new OutriggerError("bad-data", said, { target: name });
    }
    const both = train.filter((row) => joined.mask[row] === 1).length;
    const either = train.length + appended.filter((row) => joined.mask[row] === 1).length;
    const share = both / either;
    if (share < LEAST_SHARE)
      notes.push(
        `"${name}" of ${other.name} shares ${percent(share)} of the training molecules with the primary (${both} of ${either}), under ${percent(LEAST_SHARE)}: gradients of two tasks with so few common molecules say little about each other. Trust the comparison on validation more than weights made of gradients.`,
      );
    return [name, { column: joined, share }];
  });
  return {
    smiles: [...primary.smiles, ...added.values()],
    canonical,
    appended,
    labels: Object.fromEntries(labels),
    notes,
  };
}

/** The primary's column, continued by rows without a label, so that it is as long as the joined molecules. */
export function withoutLabels({ name, values, mask }: Column, rows: number): Column {
  if (rows < values.length)
    throw new OutriggerError(
      "bad-option",
      `A column of ${values.length} rows cannot be continued to ${rows}.`,
      { rows },
    );
  const [longValues, longMask] = [new Float64Array(rows), new Uint8Array(rows)];
  longValues.set(values);
  longMask.set(mask);
  return { name, values: longValues, mask: longMask };
}

import { OutriggerError } from "@outrigger/core/error";
import { Random } from "@outrigger/core/random";
import { type FeaturizeOptions, murckoScaffolds, splitMolecules } from "../feature/featurize.ts";
import { grouped } from "./duplicates.ts";
import type { LabelColumn } from "./labels.ts";
import { checkFractions, type Split, type SplitOptions, type SplitVariant } from "./split.ts";
import { assignGroups, labelStrata } from "./stratify.ts";

/** What is divided: a {@link MoleculeTable}, or its SMILES strings alone where labels do not matter. */
export interface Molecules {
  readonly smiles: readonly string[];
  readonly targets?: Readonly<Record<string, LabelColumn>>;
}

export interface MakeSplitOptions extends Omit<SplitOptions, "variant">, FeaturizeOptions {
  /** Those of {@link SplitVariant}, or `stratified`: whole scaffolds without stereochemistry, labels in the same proportions everywhere. */
  readonly variant: SplitVariant | "stratified";
}

const ascending = (rows: readonly number[]): number[] => rows.toSorted((a, b) => a - b);

/** The molecules of every part, from the part of every group. */
function membersOf(
  groups: readonly (readonly number[])[],
  partOf: readonly number[],
  parts: number,
): number[][] {
  const members: number[][] = Array.from({ length: parts }, () => []);
  for (const [g, group] of groups.entries()) members[partOf[g]!]!.push(...group);
  return members.map(ascending);
}

/**
 * Divides molecules into whole scaffolds so that each part has its share of the molecules and of every class (of every fifth, for
 * a target that is no class). For datasets on which the other scaffold splits leave a part with one class, where ROC-AUC does not
 * exist. It is easier than they are, for the order by size puts the rare scaffolds into the test part and this one does not: report
 * which split was used. Rule: {@link assignGroups}.
 *
 * @param scaffolds one a molecule
 * @throws OutriggerError `bad-option` for shares that do not sum to 1; `bad-data` without molecules.
 */
export function stratifiedScaffoldSplit(
  scaffolds: readonly string[],
  targets: readonly LabelColumn[],
  options: Omit<SplitOptions, "variant"> = {},
): Split {
  const { seed = 0, fractions = [0.8, 0.1, 0.1] } = options;
  checkFractions(fractions);
  if (scaffolds.length === 0) throw new OutriggerError("bad-data", "There are no molecules to split.");
  const groups = grouped(scaffolds);
  const strata = labelStrata(scaffolds.length, targets);
  const parts = assignGroups(groups, strata, fractions, Random.seeded(seed, "split/stratified"));
  const [train, validation, test] = membersOf(groups, parts, 3) as [number[], number[], number[]];
  return { train, validation, test };
}

/**
 * Divides molecules into training, validation and test rows by any variant.
 *
 * @throws OutriggerError `bad-option` for an unknown variant, wrong shares, or `stratified` without labels; `bad-data` for a
 * molecule that RDKit refuses.
 *
 * @example
 * const split = await makeSplit(table, { variant: "stratified", seed: 1 });
 * for (const note of splitNotes(split, table.targets)) console.warn(note.message);
 */
export async function makeSplit(molecules: Molecules, options: MakeSplitOptions): Promise<Split> {
  const { variant, ...rest } = options;
  if (variant !== "stratified") return splitMolecules(molecules.smiles, { ...rest, variant });
  const targets = labelsFor(molecules);
  return stratifiedScaffoldSplit(await murckoScaffolds(molecules.smiles, rest), targets, rest);
}

function labelsFor({ targets = {} }: Molecules): LabelColumn[] {
  const columns = Object.values(targets);
  if (columns.length > 0) return columns;
  const message = "A stratified split keeps the proportions of labels, and there are none; name targets.";
  throw new OutriggerError("bad-option", message);
}

export interface KFoldOptions extends FeaturizeOptions {
  /** From 3 on, because every fold is once test and once validation. */
  readonly folds: number;
  /** `random` molecules, whole scaffolds without stereochemistry (`scaffold`), or these with labels in proportion (`stratified`). */
  readonly variant: "random" | "scaffold" | "stratified";
  /** Default 0. */
  readonly seed?: number;
}

/** The molecules of every fold. */
async function foldsOf(molecules: Molecules, options: KFoldOptions): Promise<number[][]> {
  const { folds, variant, seed = 0 } = options;
  const count = molecules.smiles.length;
  const random = Random.seeded(seed, `split/${variant}-folds`);
  if (variant === "random") {
    const order = random.permutation(count);
    const start = (fold: number): number => Math.floor((fold * count) / folds);
    return Array.from({ length: folds }, (_, k) => ascending(order.slice(start(k), start(k + 1))));
  }
  const targets = variant === "stratified" ? labelsFor(molecules) : [];
  const groups = grouped(await murckoScaffolds(molecules.smiles, options));
  const shares = new Array<number>(folds).fill(1 / folds);
  return membersOf(groups, assignGroups(groups, labelStrata(count, targets), shares, random), folds);
}

/**
 * One split a fold for cross-validation: fold k is the test part of split k and the validation part of the split before it, so that
 * every molecule is tested once and validates once.
 *
 * @throws OutriggerError `bad-option` for fewer than 3 folds, more folds than molecules, an unknown variant, or `stratified`
 * without labels; `bad-data` for a molecule that RDKit refuses.
 */
export async function kFold(molecules: Molecules, options: KFoldOptions): Promise<Split[]> {
  const { folds, variant } = options;
  if (!Number.isInteger(folds) || folds < 3 || folds > molecules.smiles.length)
    throw new OutriggerError(
      "bad-option",
      `folds is ${folds}; give a whole number from 3 to the ${molecules.smiles.length} molecules that there are.`,
      { folds },
    );
  if (!["random", "scaffold", "stratified"].includes(variant))
    throw new OutriggerError(
      "bad-option",
      `There are no folds by "${variant}"; choose random, scaffold or stratified.`,
      { variant },
    );
  const members = await foldsOf(molecules, options);
  return members.map((test, k) => {
    const next = (k + 1) % folds;
    const train = ascending(members.filter((_, fold) => fold !== k && fold !== next).flat());
    return { train, validation: members[next]!, test };
  });
}

import { OutriggerError } from "@outrigger/core/error";
import { Random } from "@outrigger/core/random";
import { grouped } from "./duplicates.ts";

/**
 * Which rule divides the molecules:
 * - `ogb`: whole scaffolds (with stereochemistry), largest first; the split of the Open Graph Benchmark and of pretrain-gnns.
 * - `deepchem`: the same order over scaffolds without stereochemistry.
 * - `balanced`: whole scaffolds without stereochemistry; big ones to training, the others in seeded random order (chemprop, GROVER).
 * - `random`: a seeded permutation of the molecules.
 *
 * The variant moves the numbers more than most methods do (BBBP: AUC 0.7 to 0.94), so it belongs into every report.
 */
export type SplitVariant = "ogb" | "deepchem" | "balanced" | "random";

export interface SplitOptions {
  readonly variant: SplitVariant;
  /** Only `balanced` and `random` read it; default 0. */
  readonly seed?: number;
  /** Shares of training, validation and test; default 0.8, 0.1, 0.1 as in MoleculeNet. */
  readonly fractions?: readonly [train: number, validation: number, test: number];
}

/** Row indices, each row in exactly one part; ascending for the scaffold variants, as in OGB's index files. */
export interface Split {
  readonly train: readonly number[];
  readonly validation: readonly number[];
  readonly test: readonly number[];
}

const shuffled = <T>(items: readonly T[], random: Random): T[] =>
  random.permutation(items.length).map((k) => items[k]!);

/** Large groups first; of two equally large ones the one that appears later comes first, as in OGB and DeepChem. */
const largestFirst = (sets: number[][]): number[][] =>
  sets.toSorted((a, b) => b.length - a.length || b[0]! - a[0]!);

/** A group above half of the validation or test part would fill it alone, so all of those are offered to training first. */
function balancedOrder(sets: number[][], validation: number, test: number, random: Random): number[][] {
  const big = (set: number[]): boolean => set.length > validation / 2 || set.length > test / 2;
  return [
    ...shuffled(sets.filter(big), random),
    ...shuffled(
      sets.filter((set) => !big(set)),
      random,
    ),
  ];
}

/** Each group goes whole into the first part that still has room for it, test taking what is left. */
function fill(sets: readonly number[][], trainRoom: number, validationEnd: (train: number) => number): Split {
  const train: number[] = [];
  const validation: number[] = [];
  const test: number[] = [];
  for (const set of sets) {
    if (train.length + set.length <= trainRoom) train.push(...set);
    else if (validation.length + set.length <= validationEnd(train.length)) validation.push(...set);
    else test.push(...set);
  }
  const ascending = (rows: number[]): number[] => rows.toSorted((a, b) => a - b);
  return { train: ascending(train), validation: ascending(validation), test: ascending(test) };
}

/** @throws OutriggerError `bad-option` for anything but three shares that sum to 1. */
export function checkFractions(fractions: readonly number[]): void {
  const sum = fractions.reduce((a, b) => a + b, 0);
  if (fractions.length !== 3 || fractions.some((f) => !(f >= 0)) || Math.abs(sum - 1) > 1e-9)
    throw new OutriggerError(
      "bad-option",
      `fractions must be three shares that sum to 1, not ${fractions.join(", ")}.`,
      {
        fractions,
      },
    );
}

/**
 * Divides molecules into training, validation and test rows by their scaffolds (`murckoScaffold`, one string a molecule; with
 * stereochemistry for `ogb`). A pure function: same scaffolds, variant and seed, same split. `ogb` reproduces the official
 * index files. A dataset of few scaffolds can leave validation or test empty or with one class: look before training.
 *
 * Bemis and Murcko, "The Properties of Known Drugs. 1. Molecular Frameworks", J. Med. Chem. 1996,
 * https://doi.org/10.1021/jm9602928; Hu et al., "Open Graph Benchmark", NeurIPS 2020, https://arxiv.org/abs/2005.00687.
 *
 * @throws OutriggerError `bad-option` for an unknown variant or shares that do not sum to 1; `bad-data` without molecules.
 */
export function splitByScaffold(scaffolds: readonly string[], options: SplitOptions): Split {
  const { variant, seed = 0, fractions = [0.8, 0.1, 0.1] } = options;
  checkFractions(fractions);
  const n = scaffolds.length;
  if (n === 0) throw new OutriggerError("bad-data", "There are no molecules to split.");
  const [train, validation, test] = fractions;
  switch (variant) {
    case "ogb":
    case "deepchem":
      return fill(largestFirst(grouped(scaffolds)), train * n, (taken) => (train + validation) * n - taken);
    case "balanced": {
      const order = balancedOrder(
        grouped(scaffolds),
        validation * n,
        test * n,
        Random.seeded(seed, "split/balanced"),
      );
      return fill(order, train * n, () => validation * n);
    }
    case "random": {
      const order = Random.seeded(seed, "split/random").permutation(n);
      const trainEnd = Math.floor(train * n);
      const validationEnd = trainEnd + Math.floor(validation * n);
      return {
        train: order.slice(0, trainEnd),
        validation: order.slice(trainEnd, validationEnd),
        test: order.slice(validationEnd),
      };
    }
    default:
      throw new OutriggerError(
        "bad-option",
        `There is no split "${String(variant)}"; choose ogb, deepchem, balanced or random.`,
        { variant },
      );
  }
}

import { type Column, column, standardize } from "@outrigger/core/data/column";
import { OutriggerError } from "@outrigger/core/error";
import { Random } from "@outrigger/core/random";
import { DESCRIPTOR_NAMES } from "../feature/descriptors.ts";

/**
 * The five descriptors that help most by common sense: lipophilicity, polar surface, hydrogen-bond donors and acceptors, and
 * flexibility. Fixed before any benchmark was run; public run logs of AutAuT's precursor show language models voting for the same ones.
 */
export const CHOSEN_DESCRIPTORS: readonly string[] = [
  "CrippenClogP",
  "tpsa",
  "NumHBD",
  "NumHBA",
  "NumRotatableBonds",
];

/** `chosen`: the five above. `random`: five others, drawn by a seed. `all`: every descriptor that varies. */
export type DescriptorChoice = "chosen" | "random" | "all";

/** One row a molecule: the numbers of `DESCRIPTOR_NAMES`, in that order. */
export type DescriptorRows = readonly ArrayLike<number>[];

const valuesOf = (rows: DescriptorRows, name: string): number[] => {
  const at = DESCRIPTOR_NAMES.indexOf(name);
  if (at < 0) {
    const said = `There is no descriptor "${name}"; the names are ${DESCRIPTOR_NAMES.join(", ")}.`;
    throw new OutriggerError("bad-option", said, { name });
  }
  return rows.map((row) => row[at]!);
};

/** Descriptors with at least two different values among the training molecules: the others are nothing to learn. */
export function varyingDescriptors(rows: DescriptorRows, train: readonly number[]): string[] {
  return DESCRIPTOR_NAMES.filter((name) => {
    const values = valuesOf(rows, name);
    return train.some((row) => values[row] !== values[train[0]!]);
  });
}

/**
 * Which descriptors become auxiliary tasks.
 *
 * `random` is the control for choosing at all: as many as `chosen`, drawn without replacement from the descriptors that vary in
 * training and are not chosen, by a stream of the trial's seed; so every seed draws other ones.
 */
export function selectDescriptors(
  choice: DescriptorChoice,
  rows: DescriptorRows,
  train: readonly number[],
  seed: number,
): string[] {
  const varying = varyingDescriptors(rows, train);
  if (choice === "all") return varying;
  if (choice === "chosen") return CHOSEN_DESCRIPTORS.filter((name) => varying.includes(name));
  const others = varying.filter((name) => !CHOSEN_DESCRIPTORS.includes(name));
  const order = Random.seeded(seed, "auxiliary/random").permutation(others.length);
  return order.slice(0, CHOSEN_DESCRIPTORS.length).map((i) => others[i]!);
}

/**
 * Descriptors as columns of labels or inputs: (value − mean) / sd with mean and sd of the training molecules, clipped to ±`clip`.
 *
 * Clipping keeps a few large molecules (kappa3, Phi and the chi indices grow without bound) from ruling a squared error; at the
 * default of 10 standard deviations it touches no label of an ordinary one.
 *
 * @throws OutriggerError `bad-data` for a descriptor with one value in training, `bad-option` for an unknown name
 */
export function descriptorColumns(
  rows: DescriptorRows,
  names: readonly string[],
  train: readonly number[],
  clip = 10,
): Record<string, Column> {
  const clipped = (name: string): Column => {
    const { column: standard } = standardize(column(name, valuesOf(rows, name)), train);
    return { ...standard, values: standard.values.map((value) => Math.min(clip, Math.max(-clip, value))) };
  };
  return Object.fromEntries(names.map((name) => [name, clipped(name)]));
}

/** Pearson's correlation of two columns over the rows where both have a value; 0 where one of them is constant. */
export function correlation(a: Column, b: Column, rows: readonly number[]): number {
  const both = rows.filter((row) => a.mask[row] === 1 && b.mask[row] === 1);
  const mean = ({ values }: Column): number => both.reduce((sum, row) => sum + values[row]!, 0) / both.length;
  const [meanA, meanB] = [mean(a), mean(b)];
  let [ab, aa, bb] = [0, 0, 0];
  for (const row of both) {
    const [x, y] = [a.values[row]! - meanA, b.values[row]! - meanB];
    ab += x * y;
    aa += x * x;
    bb += y * y;
  }
  return aa * bb > 0 ? ab / Math.sqrt(aa * bb) : 0;
}

/**
 * Fixed weights of K auxiliaries by how much their labels have to do with the primary's: w_k = K·|r_k| / Σ_j |r_j|, with r_k the
 * correlation of the two labels over the training molecules (all 1 if every r_k is 0). They sum to K, as uniform weights do.
 */
export function correlationWeights(
  primary: Column,
  auxiliaries: readonly Column[],
  train: readonly number[],
): number[] {
  const sizes = auxiliaries.map((each) => Math.abs(correlation(primary, each, train)));
  const sum = sizes.reduce((a, b) => a + b, 0);
  return sizes.map((size) => (sum > 0 ? (sizes.length * size) / sum : 1));
}

import type { NDArray, Tree } from "@outrigger/core/graph/array";
import { compile } from "@outrigger/core/graph/index";
import type { AnyLayer } from "@outrigger/core/nn/layer";
import { maskSoftmax } from "@outrigger/core/procedure/inner/generated-labels";
import type { Procedure } from "@outrigger/core/procedure/procedure";
import { Random } from "@outrigger/core/random";
import { flatLike } from "@outrigger/core/train/flat";
import type { ColumnBatch } from "@outrigger/core/train/task";
import type { Tensor, Tensor1D } from "@tensorflow/tfjs";
import { type DigitPairs, subclasses, tasks } from "./problem.ts";

/** A procedure whose generator's parameters can be seen: `generator` is given them once, as the array that changes with every step. */
export const seen = (maxl: Procedure<null>, generator: (params: Float32Array) => void): Procedure<null> => ({
  ...maxl,
  open(setup) {
    const opened = maxl.open(setup);
    generator(opened.memory["generator/params"]!);
    return opened;
  },
});

/** What generated labels look like, class by class. */
export interface LabelRecord {
  /** Mean entropy of a sample's label, in bits: 0 for a hard choice of one sub-class, 1 for none. */
  readonly entropy: readonly number[];
  /** Entropy of the class's mean label, in bits: 0 when one sub-class gets everything, 1 when both are used alike. */
  readonly usage: readonly number[];
  /** Share of samples whose likelier sub-class is their digit's, under the better of the two assignments: 0.5 to 1. */
  readonly agreement: readonly number[];
}

const bits = (probabilities: readonly number[]): number =>
  probabilities.reduce((sum, p) => (p > 0 ? sum - p * Math.log2(p) : sum), 0);
const mean = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0) / values.length;

/** Of labels [N, 10], the pair of each class's own two entries, made to sum to 1. */
export function describeLabels(labels: ArrayLike<number>, digits: readonly number[]): LabelRecord {
  const width = 2 * subclasses.length;
  const classes = subclasses.map((_, c) =>
    [...digits.keys()]
      .filter((row) => Math.floor(digits[row]! / 2) === c)
      .map((row) => {
        const [a, b] = [labels[row * width + 2 * c]!, labels[row * width + 2 * c + 1]!];
        return { first: a / (a + b), even: digits[row]! % 2 === 0 };
      }),
  );
  const both = (first: number): number => bits([first, 1 - first]);
  return {
    entropy: classes.map((rows) => mean(rows.map(({ first }) => both(first)))),
    usage: classes.map((rows) => both(mean(rows.map(({ first }) => first)))),
    agreement: classes.map((rows) => {
      const same = mean(rows.map(({ first, even }) => (first > 0.5 === even ? 1 : 0)));
      return Math.max(same, 1 - same);
    }),
  };
}

/** What a generator's labels on the training digits looked like at each of several moments. */
export async function labelRecords(
  generator: AnyLayer,
  moments: readonly Float32Array[],
  { train, digits }: DigitPairs,
  threads: number,
): Promise<LabelRecord[]> {
  const like = generator.init(Random.seeded(0, "shape"));
  const make = compile(
    ((params: never, { inputs, labels }: ColumnBatch<Tensor>) =>
      maskSoftmax(
        generator.apply(params, inputs, { training: false }),
        labels[tasks.primary] as Tensor1D,
        subclasses,
      )) as never,
    { threads, spinning: false },
  );
  const records: LabelRecord[] = [];
  for (const params of moments) {
    const found: number[] = [];
    for (const batch of train.epoch(null)) {
      const labels = (await make(flatLike(like, params).tree, batch as unknown as Tree<NDArray>)) as NDArray;
      found.push(...labels.data);
    }
    records.push(describeLabels(found, digits));
  }
  await make.dispose();
  return records;
}

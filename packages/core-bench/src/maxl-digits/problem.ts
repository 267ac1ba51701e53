import { arrayBatches, type HostColumnBatch } from "@outrigger/core/data/batches";
import { column } from "@outrigger/core/data/column";
import { array, type NDArray } from "@outrigger/core/graph/array";
import { Random } from "@outrigger/core/random";
import type { Batches } from "@outrigger/core/train/model";
import { type Digits, readDigits } from "./digits.ts";

/** How many samples each part has, and how large they are. */
export const sizes = {
  /** Rows and columns of an image after the mean of every 2 × 2 pixels was taken. */
  side: 14,
  /** Digits with a label of their pair. */
  train: 500,
  validation: 500,
  batch: 100,
} as const;

/** Sub-classes of every class: the digits that hide in it. */
export const subclasses: readonly number[] = [2, 2, 2, 2, 2];

/** The primary, and the head of ten outputs beside it. */
export const tasks = { primary: "pair", auxiliary: "subclass" } as const;

/** Where the auxiliary's labels come from: the digits themselves, one of the two at random, or nowhere. */
export type Teacher = "digits" | "random" | "none";

export interface DigitPairs {
  readonly train: Batches<HostColumnBatch<NDArray>>;
  readonly validation: Batches<HostColumnBatch<NDArray>>;
  readonly test: Batches<HostColumnBatch<NDArray>>;
  /** What the training samples show, in fixed order. */
  readonly digits: readonly number[];
}

/** The mean of every 2 × 2 pixels of the images chosen, 0 to 1: [rows, side²]. */
function halved({ side, pixels }: Digits, rows: readonly number[]): NDArray {
  const half = side / 2;
  const data = new Float32Array(rows.length * half * half);
  rows.forEach((row, i) => {
    for (let y = 0; y < half; y++) {
      for (let x = 0; x < half; x++) {
        const at = row * side * side + 2 * y * side + 2 * x;
        const four = pixels[at]! + pixels[at + 1]! + pixels[at + side]! + pixels[at + side + 1]!;
        data[(i * half + y) * half + x] = four / (4 * 255);
      }
    }
  });
  return array(data, [rows.length, half * half]);
}

const pairOf = (digit: number): number => Math.floor(digit / 2);

/** Batches of the rows of `from`, with labels of the pair, and of the auxiliary where it has a teacher. */
function part(
  from: Digits,
  rows: readonly number[],
  batchSize: number,
  subclass: (digit: number) => number | null = () => null,
): Batches<HostColumnBatch<NDArray>> {
  const shown = rows.map((row) => from.labels[row]!);
  return arrayBatches({
    inputs: halved(from, rows),
    columns: {
      [tasks.primary]: column(tasks.primary, shown.map(pairOf)),
      [tasks.auxiliary]: column(tasks.auxiliary, shown.map(subclass)),
    },
    rows: rows.keys(),
    batchSize,
  });
}

/**
 * Handwritten digits in five classes of two: (0, 1), (2, 3), … (8, 9). REAL DATA: MNIST, its images halved to 14 × 14.
 *
 * 500 digits of the training file have a label of their class, 500 others select the epoch, the 10 000 of the test file are looked at once.
 * That each class is made of two digits nobody says; an auxiliary task that splits every class in two can show it.
 *
 * @param seed decides which digits are drawn, and random sub-classes.
 * @param teacher labels of the auxiliary on the training digits: sub-class 2 c + 0 or 2 c + 1 of class c, by the digit or at random.
 * @throws OutriggerError as {@link readDigits}
 */
export function digitPairs(seed: number, teacher: Teacher): DigitPairs {
  const [train, test] = [readDigits("train"), readDigits("t10k")];
  const drawn = Random.seeded(seed, "maxl-digits").permutation(train.count);
  const rows = drawn.slice(0, sizes.train);
  const coin = Random.seeded(seed, "maxl-digits/random-labels");
  const teachers: Record<Teacher, (digit: number) => number | null> = {
    digits: (digit) => digit,
    random: (digit) => 2 * pairOf(digit) + coin.integer(2),
    none: () => null,
  };
  return {
    train: part(train, rows, sizes.batch, teachers[teacher]),
    validation: part(train, drawn.slice(sizes.train, sizes.train + sizes.validation), sizes.validation),
    test: part(
      test,
      Array.from({ length: test.count }, (_, row) => row),
      1000,
    ),
    digits: rows.map((row) => train.labels[row]!),
  };
}

import { adamw, type Optimizer, Random } from "@outrigger/core";
import type { Example } from "../../src/example.ts";
import { pad } from "../../src/model/batch.ts";
import { type Decoder, makeDecoder } from "../../src/model/decoder.ts";
import { rope } from "../../src/model/position/rope.ts";

/** Two layers of width 64, four heads, rotary positions: the model of the `ci` tier. Symbols 0 … 49, and three words of the format. */
const SYMBOLS = 50;
const [TASK, SEPARATOR, END] = [50, 51, 52];

export const decoder: Decoder = makeDecoder({
  vocabulary: SYMBOLS + 3,
  size: 64,
  heads: 4,
  layers: 2,
  positions: rope(),
});

/** Of the optimiser, as the twin must have them. */
export const training = { learningRate: 1e-3, beta2: 0.98, weightDecay: 0.01, maxGradientNorm: 1 };

export const optimizer = (): Optimizer =>
  adamw({ learningRate: training.learningRate, beta2: training.beta2, weightDecay: training.weightDecay });

/** A string of distinct symbols and its reversal. */
export function reversal(random: Random, length: number): Example {
  const symbols = random.permutation(SYMBOLS);
  // Longer strings than there are symbols repeat them: nothing here depends on what is said.
  const input = Array.from({ length }, (_, i) => symbols[i % SYMBOLS]!);
  const tokens = [TASK, ...input, SEPARATOR, ...input.toReversed(), END];
  return {
    tokens,
    positions: tokens.map((_, i) => i),
    targets: Array.from({ length: length + 1 }, (_, i) => length + 2 + i),
  };
}

/** 64 strings of the training maximum, 10, without padding: 22 steps each. */
export function trainingBatch() {
  const random = Random.seeded(0, "batch");
  const { targets, ...rest } = pad(
    Array.from({ length: 64 }, () => reversal(random, 10)),
    { width: 22 },
  );
  return { ...rest, masks: { main: targets } };
}

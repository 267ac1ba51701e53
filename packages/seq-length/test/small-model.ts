import { Random } from "@outrigger/core";
import type { Example } from "../src/example.ts";
import { type Decoder, type DecoderOptions, makeDecoder } from "../src/model/decoder.ts";
import { abacus } from "../src/model/position/abacus.ts";
import { alibi } from "../src/model/position/alibi.ts";
import { coupled } from "../src/model/position/coupled.ts";
import type { PositionEncoding } from "../src/model/position/encoding.ts";
import { fire } from "../src/model/position/fire.ts";
import { learned } from "../src/model/position/learned.ts";
import { none } from "../src/model/position/none.ts";
import { rope } from "../src/model/position/rope.ts";
import { sinusoidal } from "../src/model/position/sinusoidal.ts";
import { t5Bias } from "../src/model/position/t5-bias.ts";

/** One thread: tests share their cores. */
export const cpu = { runtime: "onnx", device: "cpu", threads: 1, spinning: false } as const;

export const encodings: readonly PositionEncoding[] = [
  none(),
  sinusoidal(),
  learned({ ids: 64 }),
  rope(),
  alibi(),
  t5Bias(),
  fire({ width: 5, threshold: 6 }),
  abacus({ ids: 64 }),
  coupled({ ids: 64 }),
];

export const [TASK, END, FIRST, SYMBOLS] = [0, 2, 3, 9] as const;
const SEPARATOR = 1;

/** A small decoder. */
export const small = (options: Partial<DecoderOptions> = {}): Decoder =>
  makeDecoder({ vocabulary: FIRST + SYMBOLS, size: 8, heads: 2, layers: 2, positions: rope(), ...options });

/** A string of distinct symbols and its reversal. */
export function reversed(random: Random, length: number): Example {
  const input = random
    .permutation(SYMBOLS)
    .slice(0, length)
    .map((symbol) => FIRST + symbol);
  const tokens = [TASK, ...input, SEPARATOR, ...input.toReversed(), END];
  return {
    tokens,
    positions: tokens.map((_, i) => i),
    targets: Array.from({ length: length + 1 }, (_, i) => length + 2 + i),
  };
}

export const stream = (name = "test"): Random => Random.seeded(0, name);

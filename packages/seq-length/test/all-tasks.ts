import type { Random } from "@outrigger/core/random";
import { indexHints } from "../src/auxiliary/index-hints.ts";
import { addition, binaryAddition } from "../src/task/addition.ts";
import { binaryMultiplication } from "../src/task/binary-multiplication.ts";
import { computeSqrt } from "../src/task/compute-sqrt.ts";
import { copy } from "../src/task/copy.ts";
import { counting } from "../src/task/counting.ts";
import { cycleNavigation } from "../src/task/cycle-navigation.ts";
import { duplicateString } from "../src/task/duplicate-string.ts";
import { evenPairs } from "../src/task/even-pairs.ts";
import { increment } from "../src/task/increment.ts";
import { missingDuplicate } from "../src/task/missing-duplicate.ts";
import { mode } from "../src/task/mode.ts";
import { modularArithmetic } from "../src/task/modular-arithmetic.ts";
import { modularArithmeticBrackets } from "../src/task/modular-arithmetic-brackets.ts";
import { mqar } from "../src/task/mqar.ts";
import { oddsFirst } from "../src/task/odds-first.ts";
import { parity, parityCheck } from "../src/task/parity.ts";
import { reversal, reverseString } from "../src/task/reversal.ts";
import { solveEquation } from "../src/task/solve-equation.ts";
import { bucketSort, sorting } from "../src/task/sorting.ts";
import { sortingScratchpad } from "../src/task/sorting-scratchpad.ts";
import { stackManipulation } from "../src/task/stack-manipulation.ts";
import type { Context, SequenceTask, Support } from "../src/task/task.ts";

/** Every task, each format once. Symbols allow lengths to 40. */
export const tasks: readonly SequenceTask[] = [
  addition(),
  addition({ base: 3, name: "addition-ternary" }),
  indexHints(addition(), { marks: 60 }),
  binaryAddition(),
  binaryMultiplication(),
  bucketSort(),
  computeSqrt(),
  copy(),
  copy({ key: 2, symbols: 10, name: "copy-key-2" }),
  copy({ key: "position", symbols: 3, name: "copy-by-position" }),
  counting(),
  cycleNavigation(),
  duplicateString(),
  evenPairs(),
  increment(),
  missingDuplicate(),
  mode(),
  modularArithmetic(),
  modularArithmeticBrackets(),
  mqar(),
  oddsFirst(),
  parity(),
  parityCheck(),
  reversal(),
  reversal({ key: 3, symbols: 5, name: "reverse-key-3" }),
  reverseString(),
  solveEquation(),
  sorting(),
  sorting({ repeats: true, symbols: 12 }),
  sortingScratchpad({ format: "pairs" }),
  sortingScratchpad({ format: "selection" }),
  stackManipulation(),
];

/** The context that holds the given inputs and outputs of an instance. */
export const contextOf = (
  input: readonly number[],
  output: readonly number[],
  kept: Support,
  renumbered = false,
): Context => ({
  length: renumbered ? kept.inputs.length : input.length,
  inputs: kept.inputs.map((at, rank) => ({ at: renumbered ? rank : at, symbol: input[at]! })),
  outputs: kept.outputs.map((at, rank) => ({ at: renumbered ? rank : at, symbol: output[at]! })),
});

/** The indices 0 … n - 1 that are needed, and every other one with the probability `share`. */
export const keep = (random: Random, n: number, needed: readonly number[], share: number): number[] =>
  Array.from({ length: n }, (_, i) => i).filter((i) => needed.includes(i) || random.uniform() < share);

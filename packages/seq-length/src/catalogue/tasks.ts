import { OutriggerError } from "@outrigger/core/error";
import { addition, binaryAddition } from "../task/addition.ts";
import { binaryMultiplication } from "../task/binary-multiplication.ts";
import { computeSqrt } from "../task/compute-sqrt.ts";
import { copy } from "../task/copy.ts";
import { counting } from "../task/counting.ts";
import { cycleNavigation } from "../task/cycle-navigation.ts";
import { duplicateString } from "../task/duplicate-string.ts";
import { evenPairs } from "../task/even-pairs.ts";
import { increment } from "../task/increment.ts";
import { missingDuplicate } from "../task/missing-duplicate.ts";
import { mode } from "../task/mode.ts";
import { modularArithmetic } from "../task/modular-arithmetic.ts";
import { modularArithmeticBrackets } from "../task/modular-arithmetic-brackets.ts";
import { mqar } from "../task/mqar.ts";
import { oddsFirst } from "../task/odds-first.ts";
import { parity, parityCheck } from "../task/parity.ts";
import { reversal, reverseString } from "../task/reversal.ts";
import { solveEquation } from "../task/solve-equation.ts";
import { bucketSort, sorting } from "../task/sorting.ts";
import { sortingScratchpad } from "../task/sorting-scratchpad.ts";
import { stackManipulation } from "../task/stack-manipulation.ts";
import type { SequenceTask } from "../task/task.ts";
import { named } from "./named.ts";

/** Tasks over as many symbols as one likes. */
const open: readonly ((symbols?: number) => SequenceTask)[] = [
  (symbols) => reversal({ symbols }),
  (symbols) => reversal({ symbols, key: "position" }),
  (symbols) => sorting({ symbols }),
  (symbols) => sorting({ symbols, repeats: true }),
  (symbols) => sortingScratchpad({ format: "pairs", symbols }),
  (symbols) => sortingScratchpad({ format: "selection", symbols }),
  (symbols) => copy({ symbols }),
  (symbols) => copy({ symbols, key: "position" }),
  (symbols) => counting({ symbols }),
  (symbols) => mode({ symbols }),
  (symbols) => mqar({ keys: symbols }),
];

/** Tasks whose alphabet is part of them. */
const closed: readonly (() => SequenceTask)[] = [
  addition,
  increment,
  parity,
  parityCheck,
  reverseString,
  duplicateString,
  oddsFirst,
  bucketSort,
  binaryAddition,
  binaryMultiplication,
  computeSqrt,
  evenPairs,
  missingDuplicate,
  cycleNavigation,
  modularArithmetic,
  modularArithmeticBrackets,
  solveEquation,
  stackManipulation,
];

const openByName = new Map(open.map((make) => [make().name, make]));
const all: ReadonlyMap<string, (symbols?: number) => SequenceTask> = new Map([
  ...openByName,
  ...closed.map((make): [string, () => SequenceTask] => [make().name, () => make()]),
]);

/** Every task with its own defaults. */
export const everyTask = (): SequenceTask[] => [...all.values()].map((make) => make());

/** Whether a task can be made over another number of symbols. */
export const takesSymbols = (name: string): boolean => openByName.has(name);

/**
 * A task by its name.
 *
 * @param symbols how many symbols it is over; default the task's own.
 * @throws OutriggerError `bad-option` for an unknown name, or symbols for a task that has an alphabet of its own.
 */
export function taskNamed(name: string, symbols?: number): SequenceTask {
  const make = named("task", all, name);
  if (symbols !== undefined && !takesSymbols(name))
    throw new OutriggerError(
      "bad-option",
      `${name} has ${make().alphabet.length} symbols of its own: leave --symbols out.`,
      { symbols },
    );
  return make(symbols);
}

import { OutriggerError } from "@outrigger/core/error";
import type { Random } from "@outrigger/core/random";

/** One problem and its answer, in symbols 0 … alphabet.length - 1; the end token is not part of `output`. */
export interface Instance {
  readonly input: readonly number[];
  readonly output: readonly number[];
}

/** A symbol and its index in the whole input or output. */
export interface Item {
  readonly at: number;
  readonly symbol: number;
}

/** What is left of an instance, in order: some inputs, some of the outputs that were emitted so far, and the length of the whole input. */
export interface Context {
  readonly length: number;
  readonly inputs: readonly Item[];
  /** The last one is output t - 1 when output t is asked for; empty for t = 0. */
  readonly outputs: readonly Item[];
}

/** Indices into the input and into the emitted outputs, ascending. */
export interface Support {
  readonly inputs: readonly number[];
  readonly outputs: readonly number[];
}

/** How output t follows from a few of the tokens before it. */
export interface SparseRule {
  /** S(x, t): where output t can be read off, t = output.length being the end. Output t - 1 belongs to it whether it is named or not. */
  readonly support: (input: readonly number[], t: number) => Support;
  /** Output t of the whole instance from any context that holds S(x, t). @throws OutriggerError `bad-data` if it does not. */
  readonly next: (context: Context) => number | "end";
  /** True if `next` does arithmetic on indices, so that a context whose indices are renumbered no longer decides the answer. */
  readonly positional: boolean;
}

/**
 * Position coupling: tokens of equal role have equal ids, from 1 on. Cho et al., "Position Coupling: Improving Length Generalization of
 * Arithmetic Transformers Using Task Structure", NeurIPS 2024, https://arxiv.org/abs/2405.20671. Which ids separator and end get is ours.
 */
export interface Coupling {
  /** `outputs` has one id more than the output: the end's. */
  readonly ids: (instance: Instance) => { inputs: number[]; separator: number; outputs: number[] };
  /** True if the ids follow from lengths and from where a sign stands; false if they follow from the answer: a model has to predict them. */
  readonly known: boolean;
}

/** A family of problems that exists at every length. */
export interface SequenceTask {
  readonly name: string;
  /** One sentence: what is asked, and what `length` counts. */
  readonly describe: string;
  /** What every symbol is called. */
  readonly alphabet: readonly string[];
  /** The smallest length that has an instance. */
  readonly minimum: number;
  /** The most input items of an instance of this length. */
  readonly inputLength: (length: number) => number;
  /** The most output items of an instance of this length, the end not counted. */
  readonly outputLength: (length: number) => number;
  /** @throws OutriggerError `bad-option` for a length below `minimum`, or one that the alphabet is too small for. */
  readonly sample: (random: Random, length: number) => Instance;
  /** The reference solver. */
  readonly solve: (input: readonly number[]) => number[];
  /** True if every part of an input, order kept, is an input of the same task. */
  readonly closed: boolean;
  readonly sparse?: SparseRule;
  /** Why there is no sparse rule. */
  readonly dense?: string;
  readonly coupling?: Coupling;
}

/** The tokens of the longest whole sequence of a length: task, input, separator, output, end. */
export const sequenceLength = (task: SequenceTask, length: number): number =>
  task.inputLength(length) + task.outputLength(length) + 3;

/** "0" … "n - 1". */
export const numerals = (n: number): string[] => Array.from({ length: n }, (_, i) => String(i));

/** The whole numbers from start to end - 1. */
export const range = (start: number, end: number): number[] =>
  Array.from({ length: Math.max(0, end - start) }, (_, i) => start + i);

/** The index of the output that is asked for. */
export const stepOf = ({ outputs }: Context): number => (outputs.at(-1)?.at ?? -1) + 1;

/** The symbol at an index. @throws OutriggerError `bad-data` if it was left out. */
export function symbolAt(items: readonly Item[], at: number): number {
  const item = items.find((item) => item.at === at);
  if (item === undefined)
    throw new OutriggerError("bad-data", `The context has no item ${at}; keep the rule's whole support.`, {
      at,
    });
  return item.symbol;
}

/** @throws OutriggerError `bad-option` unless length is a whole number of at least `minimum` and at most `longest`. */
export function checkLength(name: string, length: number, minimum: number, longest: number = Infinity): void {
  if (Number.isInteger(length) && length >= minimum && length <= longest) return;
  const bound = longest === Infinity ? `at least ${minimum}` : `${minimum} to ${longest}`;
  throw new OutriggerError("bad-option", `${name} has instances of length ${bound}, none of ${length}.`, {
    length,
  });
}

/** @throws OutriggerError `bad-option` unless an option is a whole number of at least `minimum`. */
export function checkCount(name: string, value: number, minimum: number): void {
  if (Number.isInteger(value) && value >= minimum) return;
  throw new OutriggerError(
    "bad-option",
    `${name} must be a whole number of at least ${minimum}, not ${value}.`,
  );
}

import { OutriggerError } from "@outrigger/core/error";

/** Fills the places behind the shorter sequences of a batch. */
export const PADDING = 0;
/** Stands between an input and what is asked about it. */
export const SEPARATOR = 1;
/** Ends every answer. */
export const END = 2;
/** Stands for an entry that is to be found (`fill`). */
export const BLANK = 3;

const FIXED = ["padding", "separator", "end", "blank"];

/**
 * The token ids that all tasks of one model share: padding 0, separator 1, end 2, blank 3, then one token a task, then the numbers
 * 0 … numbers - 1, then the symbols 0 … symbols - 1.
 */
export interface Vocabulary {
  /** How many token ids there are. */
  readonly size: number;
  readonly symbols: number;
  readonly numbers: number;
  readonly tasks: readonly string[];
  /** @throws OutriggerError `bad-option` for a name that is not among `tasks`. */
  readonly task: (name: string) => number;
  /** @throws OutriggerError `bad-data` unless 0 <= symbol < symbols. */
  readonly symbol: (symbol: number) => number;
  /** Counts and position ids as tokens. @throws OutriggerError `bad-data` unless 0 <= number < numbers. */
  readonly number: (number: number) => number;
  /** What a token is called: "sort", "end", "#3" for a number, an entry of `alphabet` or the symbol's own number. */
  readonly text: (token: number, alphabet?: readonly string[]) => string;
}

/**
 * The token layout of a model.
 *
 * @param options.symbols how many symbols inputs and outputs are made of: the largest alphabet of all tasks.
 * @param options.tasks the names of all tasks, hints included: each has a token of its own.
 * @param options.numbers how many number tokens: the count hint needs the longest input + 1, predicted positions the largest id + 1.
 * Default 0.
 * @throws OutriggerError `bad-option` for a count that is not a whole number, no symbols, or a name that comes twice.
 */
export function vocabulary({
  symbols,
  tasks,
  numbers = 0,
}: {
  symbols: number;
  tasks: readonly string[];
  numbers?: number;
}): Vocabulary {
  if (!Number.isInteger(symbols) || symbols < 1)
    throw new OutriggerError("bad-option", `symbols must be a whole number of at least 1, not ${symbols}.`);
  if (!Number.isInteger(numbers) || numbers < 0)
    throw new OutriggerError("bad-option", `numbers must be a whole number of at least 0, not ${numbers}.`);
  const twice = tasks.find((name, index) => tasks.indexOf(name) !== index);
  if (twice !== undefined)
    throw new OutriggerError("bad-option", `The task "${twice}" is named twice; each has one token.`);
  const firstNumber = FIXED.length + tasks.length;
  const firstSymbol = firstNumber + numbers;
  const within = (value: number, count: number, what: string): number => {
    if (Number.isInteger(value) && value >= 0 && value < count) return value;
    throw new OutriggerError("bad-data", `The vocabulary has ${count} ${what}, so none is ${value}.`, {
      value,
    });
  };
  return {
    size: firstSymbol + symbols,
    symbols,
    numbers,
    tasks: [...tasks],
    task(name) {
      const index = tasks.indexOf(name);
      if (index >= 0) return FIXED.length + index;
      throw new OutriggerError("bad-option", `"${name}" has no token; add it to the vocabulary's tasks.`, {
        tasks,
      });
    },
    symbol: (symbol) => firstSymbol + within(symbol, symbols, "symbols"),
    number: (number) => firstNumber + within(number, numbers, "numbers"),
    text(token, alphabet) {
      if (token < firstNumber) return [...FIXED, ...tasks][token] ?? `?${token}`;
      if (token < firstSymbol) return `#${token - firstNumber}`;
      return alphabet?.[token - firstSymbol] ?? String(token - firstSymbol);
    },
  };
}

import { distinct } from "../draw.ts";
import { selectionRule } from "./selection-rule.ts";
import {
  checkCount,
  checkLength,
  numerals,
  range,
  type SequenceTask,
  type SparseRule,
  stepOf,
  symbolAt,
} from "./task.ts";

/**
 * Sorting of distinct items with its work written out.
 *
 * "pairs": (y_1, y_2), (y_2, y_3), …, (y_N, bar), every element and its successor: 2N symbols, the successor hint inside the scratchpad. Support
 * of the first of a pair: the successor before it; of the successor: the element and both sources.
 * "selection": for every step the minimum of what is left, then the rest in input order and a bar: N(N + 3) / 2 symbols. Support: see
 * `selectionRule`.
 *
 * @param options.symbols how many symbols there are; the bar is one more. Default 50.
 * @throws OutriggerError `bad-option` if symbols is below 2.
 * Cost: O(N log N) an instance of pairs, O(N²) of selection. Source: own derivation.
 */
export function sortingScratchpad({
  format,
  symbols = 50,
}: {
  format: "pairs" | "selection";
  symbols?: number;
}): SequenceTask {
  checkCount("symbols", symbols, 2);
  const name = `sort-${format}`;
  const bar = symbols;
  const solve = format === "pairs" ? pairs : selection;
  return {
    name,
    describe:
      format === "pairs"
        ? `N distinct items of ${symbols} symbols in ascending order, each with its successor.`
        : `N distinct items of ${symbols} symbols by selection: minimum, rest and a bar at every step.`,
    alphabet: [...numerals(symbols), "|"],
    minimum: 1,
    inputLength: (length) => length,
    outputLength: (length) => (format === "pairs" ? 2 * length : (length * (length + 3)) / 2),
    sample(random, length) {
      checkLength(name, length, 1, symbols);
      const input = distinct(random, length, symbols);
      return { input, output: solve(input, bar) };
    },
    solve: (input) => solve(input, bar),
    closed: true,
    sparse: format === "pairs" ? pairsRule(bar) : selectionRule((input) => selection(input, bar), bar),
  };
}

function pairs(input: readonly number[], bar: number): number[] {
  const sorted = [...input].sort((a, b) => a - b);
  return sorted.flatMap((item, i) => [item, sorted[i + 1] ?? bar]);
}

function selection(input: readonly number[], bar: number): number[] {
  const output: number[] = [];
  for (let left = [...input]; left.length > 0; ) {
    const smallest = Math.min(...left);
    left = left.filter((item) => item !== smallest);
    output.push(smallest, ...left, bar);
  }
  return output;
}

/** Whether an output is the first or the second of its pair follows from its index: the rule is positional. */
const pairsRule = (bar: number): SparseRule => ({
  positional: true,
  support(input, t) {
    const output = pairs(input, bar);
    const needed = t === 0 ? [output[0]] : t % 2 === 1 ? [output[t - 1], output[t]] : [];
    return {
      inputs: range(0, input.length).filter((i) => needed.includes(input[i])),
      outputs: t === 0 ? [] : [t - 1],
    };
  },
  next(context) {
    const t = stepOf(context);
    const last = t === 0 ? -1 : symbolAt(context.outputs, t - 1);
    if (t > 0 && t % 2 === 0) return last === bar ? "end" : last;
    const above = context.inputs.map(({ symbol }) => symbol).filter((symbol) => symbol > last);
    return above.length === 0 ? bar : Math.min(...above);
  },
});

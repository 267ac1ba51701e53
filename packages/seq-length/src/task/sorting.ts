import { distinct, strings } from "../draw.ts";
import {
  type Context,
  checkCount,
  checkLength,
  type Instance,
  numerals,
  type SequenceTask,
  type SparseRule,
  stepOf,
  symbolAt,
} from "./task.ts";

export interface SortingOptions {
  /** How many symbols there are; distinct items cannot be longer. Default 50. */
  symbols?: number;
  /** Whether items may come twice. Default false. */
  repeats?: boolean;
  name?: string;
}

/**
 * Sorting in ascending order.
 *
 * Distinct items: output t is the smallest input above output t - 1, the minimum for t = 0, the end after the maximum. Support: output
 * t - 1, its source and the source of output t. With repeats an item comes again as long as the inputs have more copies of output t - 1
 * than were emitted; the support then is all copies of output t - 1, in both, and one of output t, and it grows with the copies.
 *
 * @throws OutriggerError `bad-option` if symbols is not a whole number of at least 2.
 * Cost: O(N log N) an instance. Source: own derivation after Awasthi and Gupta, 2023, https://arxiv.org/abs/2310.00726, whose main task
 * is sorting.
 */
export function sorting({
  symbols = 50,
  repeats = false,
  name = repeats ? "sort-repeats" : "sort",
}: SortingOptions = {}): SequenceTask {
  checkCount("symbols", symbols, 2);
  const solve = (input: readonly number[]): number[] => [...input].sort((a, b) => a - b);
  return {
    name,
    describe: `N ${repeats ? "" : "distinct "}items of ${symbols} symbols in ascending order.`,
    alphabet: numerals(symbols),
    minimum: 1,
    inputLength: (length) => length,
    outputLength: (length) => length,
    sample(random, length) {
      checkLength(name, length, 1, repeats ? Infinity : symbols);
      const input = repeats ? strings(random, length, symbols) : distinct(random, length, symbols);
      return { input, output: solve(input) };
    },
    solve,
    closed: true,
    sparse: rule(solve),
    coupling: { ids: sources, known: false },
  };
}

/** Sorting of a string over {0, …, 4}, as in Delétang et al., ICLR 2023, https://arxiv.org/abs/2207.02098. */
export const bucketSort = (): SequenceTask => sorting({ symbols: 5, repeats: true, name: "bucket-sort" });

const rule = (solve: (input: readonly number[]) => number[]): SparseRule => ({
  positional: false,
  support(input, t) {
    const output = solve(input);
    const last = t === 0 ? undefined : output[t - 1];
    const copies = (items: readonly number[]) => [...items.keys()].filter((i) => items[i] === last);
    const source = output[t] === undefined || output[t] === last ? [] : [input.indexOf(output[t])];
    return {
      inputs: [...copies(input), ...source].sort((a, b) => a - b),
      outputs: copies(output.slice(0, t)),
    };
  },
  next(context: Context) {
    const last = stepOf(context) === 0 ? -1 : symbolAt(context.outputs, stepOf(context) - 1);
    const copies = (items: Context["inputs"]) => items.filter(({ symbol }) => symbol === last).length;
    if (last >= 0 && copies(context.inputs) > copies(context.outputs)) return last;
    const above = context.inputs.map(({ symbol }) => symbol).filter((symbol) => symbol > last);
    return above.length === 0 ? "end" : Math.min(...above);
  },
});

/** Every output has the id of its source; the j-th copy that comes out is the j-th that went in. Separator and end have 1. */
function sources({ input, output }: Instance): ReturnType<NonNullable<SequenceTask["coupling"]>["ids"]> {
  const used = new Set<number>();
  const outputs = output.map((symbol) => {
    const source = input.findIndex((item, i) => item === symbol && !used.has(i));
    used.add(source);
    return source + 2;
  });
  return { inputs: input.map((_, i) => i + 2), separator: 1, outputs: [...outputs, 1] };
}

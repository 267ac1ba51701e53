import { OutriggerError } from "@outrigger/core/error";
import { distinct, strings } from "../draw.ts";
import { checkCount, checkLength, range, type SequenceTask, stepOf, symbolAt } from "./task.ts";

/**
 * Multi-query associative recall: N pairs of a key and a value, then all keys in another order; output t is the value of query t.
 *
 * Input k_1 v_1 … k_N v_N q_1 … q_N. Support: query t and the pair of its key.
 *
 * @param options.keys how many keys there are; N cannot be larger. Default 50.
 * @param options.values how many values there are. Default 10.
 * @throws OutriggerError `bad-option` if keys is below 1 or values below 2.
 * Cost: O(N²) an instance. Source: Arora et al., "Zoology: Measuring and Improving Recall in Efficient Language Models", ICLR 2024,
 * https://arxiv.org/abs/2312.04927. Difference: queries stand together behind the pairs, and every key is asked for once.
 */
export function mqar({ keys = 50, values = 10 }: { keys?: number; values?: number } = {}): SequenceTask {
  checkCount("keys", keys, 1);
  checkCount("values", values, 2);
  const name = "mqar";
  const pairOf = (input: readonly number[], t: number): number => {
    const query = input[(2 * input.length) / 3 + t];
    return 2 * range(0, input.length / 3).findIndex((pair) => input[2 * pair] === query);
  };
  const solve = (input: readonly number[]): number[] =>
    range(0, input.length / 3).map((t) => input[pairOf(input, t) + 1]!);
  return {
    name,
    describe: `The values of N keys, asked for in another order than that of the N pairs (${keys} keys, ${values} values).`,
    alphabet: [...range(0, keys).map((key) => `k${key}`), ...range(0, values).map((value) => `v${value}`)],
    minimum: 1,
    inputLength: (length) => 3 * length,
    outputLength: (length) => length,
    sample(random, length) {
      checkLength(name, length, 1, keys);
      const chosen = distinct(random, length, keys);
      const bound = strings(random, length, values);
      const pairs = chosen.flatMap((key, i) => [key, keys + bound[i]!]);
      const input = [...pairs, ...random.permutation(length).map((i) => chosen[i]!)];
      return { input, output: solve(input) };
    },
    solve,
    closed: false,
    sparse: {
      positional: true,
      support(input, t) {
        if (t === input.length / 3) return { inputs: [], outputs: [] };
        const pair = pairOf(input, t);
        return { inputs: [pair, pair + 1, (2 * input.length) / 3 + t], outputs: [] };
      },
      next(context) {
        const t = stepOf(context);
        const pairs = context.length / 3;
        if (t === pairs) return "end";
        const query = symbolAt(context.inputs, 2 * pairs + t);
        const key = context.inputs.find(({ at, symbol }) => at < 2 * pairs && symbol === query);
        if (key === undefined)
          throw new OutriggerError(
            "bad-data",
            `The pair of key ${query} is not in the context; keep the support.`,
          );
        return symbolAt(context.inputs, key.at + 1);
      },
    },
    coupling: {
      // A pair shares an id, and an answer has its query's.
      ids({ input }) {
        const pairs = input.length / 3;
        return {
          inputs: [...range(1, pairs + 1).flatMap((id) => [id, id]), ...range(pairs + 1, 2 * pairs + 1)],
          separator: pairs,
          outputs: range(pairs + 1, 2 * pairs + 2),
        };
      },
      known: true,
    },
  };
}

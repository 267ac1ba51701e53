import { OutriggerError } from "@outrigger/core/error";
import { between, strings } from "../draw.ts";
import {
  type Context,
  checkCount,
  checkLength,
  numerals,
  range,
  type SequenceTask,
  stepOf,
  symbolAt,
} from "./task.ts";

export interface AdditionOptions {
  /** Default 10. */
  base?: number;
  /** "equal": two operands of N digits, an input of 2N + 1. "random": N is the length of the whole input, split anywhere. Default "equal". */
  split?: "equal" | "random";
  name?: string;
}

/** Where the digits of an input a + b stand. */
interface Operands {
  readonly plus: number;
  /** The digits of the longer operand. */
  readonly width: number;
  /** Where the digits of significance t stand in the input; none above the operand's end. */
  readonly at: (t: number) => number[];
}

function operands(plus: number, length: number): Operands {
  const second = length - plus - 1;
  return {
    plus,
    width: Math.max(plus, second),
    at: (t) => [...(t >= 0 && t < plus ? [t] : []), ...(t >= 0 && t < second ? [plus + 1 + t] : [])],
  };
}

/**
 * a + b, lowest digit first; the answer has one digit more than the longer operand.
 *
 * Output t = (a_t + b_t + c_t) mod base; the carry c_t is read off significance t - 1: with s = a + b and c' = (y - s) mod base there,
 * c_t = 1 exactly if s + c' >= base. Support: the digits of significance t and t - 1, output t - 1 and, for a random split, the plus.
 *
 * @throws OutriggerError `bad-option` if base is below 2.
 * Cost: O(N) an instance. Source: own derivation; reversed digits as in Lee et al., "Teaching Arithmetic to Small Transformers", ICLR 2024,
 * https://arxiv.org/abs/2307.03381.
 */
export function addition({
  base = 10,
  split = "equal",
  name = "addition",
}: AdditionOptions = {}): SequenceTask {
  checkCount("base", base, 2);
  const equal = split === "equal";
  const solve = (input: readonly number[]): number[] => {
    const { width, at } = operands(input.indexOf(base), input.length);
    let carry = 0;
    const digits = range(0, width).map((t) => {
      const sum = at(t).reduce((sum, i) => sum + input[i]!, carry);
      carry = sum >= base ? 1 : 0;
      return sum % base;
    });
    return [...digits, carry];
  };
  const plusOf = ({ inputs, length }: Context): number => {
    const plus = equal ? (length - 1) / 2 : inputs.find(({ symbol }) => symbol === base)?.at;
    if (plus !== undefined) return plus;
    throw new OutriggerError("bad-data", "The context has no plus; keep the rule's whole support.");
  };
  return {
    name,
    describe: equal
      ? `a + b for two operands of N digits to base ${base}, lowest first.`
      : `a + b for two operands to base ${base}, lowest digit first, N - 1 digits together.`,
    alphabet: [...numerals(base), "+"],
    minimum: equal ? 1 : 3,
    inputLength: (length) => (equal ? 2 * length + 1 : length),
    outputLength: (length) => (equal ? length + 1 : length - 1),
    sample(random, length) {
      checkLength(name, length, equal ? 1 : 3);
      const first = equal ? length : between(random, 1, length - 2);
      const second = equal ? length : length - 1 - first;
      const input = [...strings(random, first, base), base, ...strings(random, second, base)];
      return { input, output: solve(input) };
    },
    solve,
    closed: false,
    sparse: {
      positional: true,
      support(input, t) {
        const { plus, width, at } = operands(input.indexOf(base), input.length);
        const digits = t > width ? [] : [...at(t), ...at(t - 1)];
        return {
          inputs: [...digits, ...(equal ? [] : [plus])].sort((a, b) => a - b),
          outputs: t === 0 || t > width ? [] : [t - 1],
        };
      },
      next(context) {
        const t = stepOf(context);
        const { width, at } = operands(plusOf(context), context.length);
        if (t > width) return "end";
        const sum = (t: number) => at(t).reduce((sum, i) => sum + symbolAt(context.inputs, i), 0);
        if (t === 0) return sum(0) % base;
        const below = sum(t - 1);
        const carryBelow = (symbolAt(context.outputs, t - 1) - below + 2 * base) % base;
        const carry = below + carryBelow >= base ? 1 : 0;
        return (sum(t) + carry) % base;
      },
    },
    coupling: {
      ids({ input, output }) {
        const plus = input.indexOf(base);
        return {
          inputs: input.map((_, i) => (i === plus ? 1 : i < plus ? i + 2 : i - plus + 1)),
          separator: 1,
          outputs: range(2, output.length + 3),
        };
      },
      known: true,
    },
  };
}

/**
 * Binary addition with operands of random lengths, as in Delétang et al., ICLR 2023, https://arxiv.org/abs/2207.02098. Difference: the
 * answer is filled up with zeros to one bit more than the longer operand, so that where it ends follows from the lengths.
 */
export const binaryAddition = (): SequenceTask =>
  addition({ base: 2, split: "random", name: "binary-addition" });

import { checkLength, numerals, type SequenceTask } from "./task.ts";

const MODULUS = 5;

/**
 * The place on a cycle of 5 after N steps of -1, 0 or +1 from place 0. Delétang et al., ICLR 2023, https://arxiv.org/abs/2207.02098.
 * Symbols: places 0 … 4, then the three steps.
 *
 * Cost: O(N) an instance.
 */
export function cycleNavigation(): SequenceTask {
  const name = "cycle-navigation";
  const solve = (input: readonly number[]): number[] => [
    input.reduce((place, step) => (place + step - 6 + MODULUS) % MODULUS, 0),
  ];
  return {
    name,
    describe: "The place on a cycle of 5 after N steps back, forth or none.",
    alphabet: [...numerals(MODULUS), "-1", "0", "+1"],
    minimum: 1,
    inputLength: (length) => length,
    outputLength: () => 1,
    sample(random, length) {
      checkLength(name, length, 1);
      const input = Array.from({ length }, () => MODULUS + random.integer(3));
      return { input, output: solve(input) };
    },
    solve,
    closed: true,
    dense: "Every step moves the answer, so no part of the input decides it.",
  };
}

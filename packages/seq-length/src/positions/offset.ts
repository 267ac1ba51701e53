import { OutriggerError } from "@outrigger/core/error";
import type { Random } from "@outrigger/core/random";
import type { Example } from "../example.ts";

/**
 * Adds one random number, uniform in 0 … largest, to the position ids: the random start of learned embeddings, and the offset that
 * Abacus ids and coupled ids are trained with.
 *
 * @param options.largest Abacus takes 99: McLeish et al., NeurIPS 2024, https://arxiv.org/abs/2405.17399.
 * @param options.from ids below it stay. Default 0; take 1 for Abacus and coupled ids, whose 0 means "no role".
 * @throws OutriggerError `bad-option` if largest is not a whole number of at least 0.
 */
export function offsetPositions(
  example: Example,
  random: Random,
  { largest, from = 0 }: { largest: number; from?: number },
): Example {
  if (!Number.isInteger(largest) || largest < 0)
    throw new OutriggerError("bad-option", `largest must be a whole number of at least 0, not ${largest}.`);
  const offset = random.integer(largest + 1);
  return { ...example, positions: example.positions.map((id) => (id < from ? id : id + offset)) };
}

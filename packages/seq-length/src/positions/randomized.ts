import { OutriggerError } from "@outrigger/core/error";
import type { Random } from "@outrigger/core/random";
import { subset } from "../draw.ts";
import type { Example } from "../example.ts";

/**
 * Randomised position ids: id p becomes r_p, where r_0 < r_1 < … are as many distinct numbers of 0 … L - 1 as the largest id plus one,
 * every set as likely. Equal ids stay equal and order is kept, so a restriction keeps its place within a long instance.
 *
 * Ruoss et al., "Randomized Positional Encodings Boost Length Generalization of Transformers", ACL 2023, https://arxiv.org/abs/2305.16843:
 * one draw for training and one for every test sequence; their L is 2048. Theirs is drawn once a batch, this once an example.
 *
 * @param ids L, the number of ids there are.
 * @throws OutriggerError `bad-option` if the example has an id of L or more.
 * Cost: O(n log n) for the largest id n.
 */
export function randomizedPositions(example: Example, random: Random, ids: number): Example {
  const needed = Math.max(...example.positions) + 1;
  if (needed > ids)
    throw new OutriggerError(
      "bad-option",
      `The example has ids up to ${needed - 1}; ${ids} ids are too few.`,
    );
  const drawn = subset(random, needed, ids);
  return { ...example, positions: example.positions.map((position) => drawn[position]!) };
}

import { OutriggerError } from "@outrigger/core/error";
import type { Example } from "../example.ts";

/**
 * Abacus ids: in every run of digits 1, 2, 3, …, and 0 for all other tokens. Add `offsetPositions(…, { largest: 99, from: 1 })` in training.
 *
 * McLeish et al., "Transformers Can Do Arithmetic with the Right Embeddings", NeurIPS 2024, https://arxiv.org/abs/2405.17399.
 *
 * @param isDigit says which tokens are digits, for instance `(token) => token >= vocabulary.symbol(0) && token <= vocabulary.symbol(9)`.
 * @throws OutriggerError `bad-option` for an example whose positions have gaps: a run with digits left out is not counted right.
 */
export function abacusPositions(example: Example, isDigit: (token: number) => boolean): Example {
  if (example.positions.some((position, i) => position !== i))
    throw new OutriggerError("bad-option", "Abacus ids are for whole instances with positions 0, 1, 2, …");
  let run = 0;
  return {
    ...example,
    positions: example.tokens.map((token) => {
      run = isDigit(token) ? run + 1 : 0;
      return run;
    }),
  };
}

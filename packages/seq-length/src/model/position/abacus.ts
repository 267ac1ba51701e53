import type { PositionEncoding } from "./encoding.ts";
import { learned } from "./learned.ts";

/**
 * Abacus: a learned vector for the place of a digit within its number, id 1 + index within the run of digits, 0 for every other token; in
 * training all ids but 0 are shifted by one random offset, so that later places are learned too. The ids come with the example.
 *
 * McLeish et al., "Transformers can do arithmetic with the right embeddings", NeurIPS 2024, https://arxiv.org/abs/2405.17399
 *
 * @param options.ids size of the table. Default 1024, as in the authors' code.
 */
export const abacus = ({ ids = 1024 }: { readonly ids?: number } = {}): PositionEncoding =>
  learned({
    ids,
    name: "abacus",
    describe: "A learned vector for the place of a digit within its number, for addition and increment.",
  });

import type { PositionEncoding } from "./encoding.ts";
import { learned } from "./learned.ts";

/**
 * Position coupling: a learned vector a position id, where tokens of equal role share an id, such as a digit of a sum with those that it is
 * made of. The ids come with the example, in training with a random start.
 *
 * Cho et al., "Position coupling: Improving length generalization of arithmetic transformers using task structure", NeurIPS 2024,
 * https://arxiv.org/abs/2405.20671
 *
 * @param options.ids size of the table: the greatest id that a start can lead to, and one more.
 */
export const coupled = (options: { readonly ids: number }): PositionEncoding =>
  learned({
    ...options,
    name: "coupled",
    describe: "A learned vector for every coupled id, which tokens of equal role share.",
  });

import type { PositionEncoding } from "./encoding.ts";

/**
 * No position encoding (NoPE): the causal mask alone tells the model about order.
 *
 * Kazemnejad et al., "The impact of positional encoding on length generalization in transformers", NeurIPS 2023,
 * https://arxiv.org/abs/2305.19466
 */
export const none = (): PositionEncoding => ({
  name: "nope",
  describe: "No encoding: the causal mask alone tells about order.",
  init: () => [],
});

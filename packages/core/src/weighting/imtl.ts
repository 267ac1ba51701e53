import { type ComposeState, compose } from "./combine/compose.ts";
import { type ImtlGOptions, imtlG } from "./imtl-g.ts";
import { type ImtlLOptions, type ImtlLState, imtlL } from "./imtl-l.ts";
import type { Weighting } from "./weighting.ts";

/**
 * Impartial learning, both halves: `compose(imtlL(), imtlG())`, so that losses are brought to one size by exp(s_k) and the gradients of
 * the scaled losses get equal projections on their combination. w_k = exp(s_k) v_k, v the weights of `imtlG` for exp(s_i + s_j) G_ij.
 *
 * Heads get w_k too. Weights may be negative, and huge where gradients are nearly dependent; tasks without a gradient get 0. Cost: T
 * backward passes.
 *
 * Paper: Liu, Li, Kuang, Xue, Chen, Yang, Liao and Zhang, "Towards Impartial Multi-task Learning", ICLR 2021,
 * https://openreview.net/forum?id=IMPnRXEWpvr. Difference: those of `imtlL` and `imtlG`; the direction is the one of `imtlG` alone but
 * for its length, since projections are taken on unit gradients.
 *
 * @throws OutriggerError `bad-option` for a step size below 0.
 */
export const imtl = (
  options: ImtlLOptions & ImtlGOptions = {},
): Weighting<ComposeState<ImtlLState, null>> => ({
  ...compose(imtlL(options), imtlG(options)),
  name: "imtl",
  verified: "torchjd",
});

import type { Weighting } from "../weighting.ts";
import { placed } from "./shared/places.ts";

/**
 * Asks a rule once a layer of the trunk, with the products of that layer's gradients: layer l moves along Σ_k w_lk g_lk.
 *
 * Every layer has a state of its own; a rule that draws does so layer after layer. Layers are the entries of the trunk's outermost list or
 * record that hold parameters, so a trunk of one entry has one. Heads, and the history, get the mean weight over the trunk's parameters,
 * w_k = Σ_l P_l w_lk / P. Combine rules first and wrap the combination. Cost: that of the rule, L times on the host; the update takes T
 * backward passes instead of one.
 *
 * GradVac is published for groups of parameters: the whole model, a layer, or a matrix (Wang, Tsvetkov, Firat and Cao, "Gradient Vaccine:
 * Investigating and Improving Multi-task Optimization in Massively Multilingual Models", ICLR 2021, https://arxiv.org/abs/2010.05874).
 *
 * @throws OutriggerError `bad-option` for a rule that looks elsewhere already.
 *
 * @example
 * perLayer(gradvac())
 */
export const perLayer = <S>(rule: Weighting<S>): Weighting<S> => placed(rule, "layers", "perLayer");

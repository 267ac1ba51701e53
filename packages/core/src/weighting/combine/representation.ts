import { OutriggerError } from "../../error.ts";
import type { Weighting } from "../weighting.ts";
import { placed } from "./shared/places.ts";

/**
 * Shows a rule the gradients with respect to the shared representation z instead of those of the trunk's parameters: G_ij = ⟨∂L_i/∂z,
 * ∂L_j/∂z⟩ over the whole batch.
 *
 * With g_k = Jᵀ ∂L_k/∂z, J = ∂z/∂θ, the combined gradient is bounded by ‖Σ_k w_k g_k‖ ≤ ‖J‖ ‖Σ_k w_k ∂L_k/∂z‖, so what is least on the
 * right is small on the left, and the trunk needs no backward pass of every task. Products and angles at z are not those of the parameters:
 * a rule that is about these is refused; what a rule says of itself is its `atRepresentation`. Combine rules first and wrap the
 * combination. The model is one of `splitModel`. Cost: a forward pass and T backward passes through the heads on a step that needs a Gram
 * matrix, where the rule alone takes T passes through heads and trunk.
 *
 * Paper: Sener and Koltun, "Multi-Task Learning as Multi-Objective Optimization", NeurIPS 2018, https://arxiv.org/abs/1810.04650 (MGDA-UB).
 * LibMTL adds the gradients of a batch's samples up before it compares tasks, for which the bound does not hold.
 *
 * @throws OutriggerError `unsupported` for a rule that is defined on parameters, `bad-option` for one that looks elsewhere already; when
 * training starts, `bad-model` for a model that does not say where its representation is.
 *
 * @example
 * representation(mgda())
 */
export const representation = <S>(rule: Weighting<S>): Weighting<S> => {
  const made = placed(rule, "representation", "representation");
  if (rule.atRepresentation === undefined) {
    const reason =
      "is defined by the gradients of the shared parameters, and those at the representation only bound them";
    throw new OutriggerError(
      "unsupported",
      `The rule "${rule.name}" ${reason}. Use it without \`representation\`, or a rule that declares \`atRepresentation\`.`,
      { method: rule.name },
    );
  }
  return made;
};

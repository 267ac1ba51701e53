import { checkOptions } from "./check.ts";
import { type LearningRate, type Optimizer, rateAt } from "./optimizer.ts";

export interface SgdOptions {
  learningRate: LearningRate;
  /** μ in [0, 1). Default 0. */
  momentum?: number;
  /** Nesterov's form, which needs momentum. Default false. */
  nesterov?: boolean;
  /** λ of an L2 penalty, added to the gradient. Default 0. */
  weightDecay?: number;
}

/**
 * Stochastic gradient descent: g ← g + λθ; b ← μb + g; θ ← θ − η b, or with `nesterov` θ ← θ − η (g + μb). θ: parameter, g: gradient,
 * b: slot `momentum` (none if μ = 0), η: learning rate. The conventions are PyTorch's, without dampening.
 *
 * Paper: Sutskever, Martens, Dahl and Hinton, "On the importance of initialization and momentum in deep learning", ICML 2013,
 * https://proceedings.mlr.press/v28/sutskever13.html; there η is inside b.
 *
 * @throws OutriggerError `bad-option` for a negative number or momentum of 1 or more.
 */
export const sgd = ({
  learningRate,
  momentum = 0,
  nesterov = false,
  weightDecay = 0,
}: SgdOptions): Optimizer => {
  checkOptions({ learningRate, momentum, weightDecay }, ["momentum"]);
  return {
    name: "sgd",
    slots: momentum > 0 ? ["momentum"] : [],
    learningRate: (t) => rateAt(learningRate, t),
    scalars: (t) => ({ rate: rateAt(learningRate, t) }),
    formula(op, { param, gradient, slot, scalar }) {
      const step = (direction: typeof param) => op.subtract(param, op.multiply(scalar.rate!, direction));
      const decayed =
        weightDecay > 0 ? op.add(gradient, op.multiply(op.constant(weightDecay), param)) : gradient;
      const none: Record<string, typeof param> = {};
      if (momentum === 0) return { param: step(decayed), slot: none };
      const factor = op.constant(momentum);
      const buffer = op.add(op.multiply(factor, slot.momentum!), decayed);
      const direction = nesterov ? op.add(decayed, op.multiply(factor, buffer)) : buffer;
      return { param: step(direction), slot: { momentum: buffer } };
    },
  };
};

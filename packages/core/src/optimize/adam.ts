import { checkOptions } from "./check.ts";
import { type LearningRate, type Optimizer, rateAt } from "./optimizer.ts";

export interface AdamOptions {
  learningRate?: LearningRate;
  /** Decay of the running mean of gradients. */
  beta1?: number;
  /** Decay of the running mean of squared gradients. */
  beta2?: number;
  /** Added to the root of the second moment. */
  epsilon?: number;
  /** λ. `adam`: an L2 penalty, added to the gradient. `adamw`: decoupled, θ shrinks by ηλθ. */
  weightDecay?: number;
}

/**
 * Adam: m ← β1 m + (1 − β1) g; v ← β2 v + (1 − β2) g²; θ ← θ − η m̂ / (√v̂ + ε), m̂ = m/(1 − β1^t), v̂ = v/(1 − β2^t), after g ← g + λθ.
 * θ: parameter, g: gradient, m, v: slots, η: learning rate, t = 1, 2, … the step.
 *
 * Paper: Kingma and Ba, "Adam: A Method for Stochastic Optimization", ICLR 2015, https://arxiv.org/abs/1412.6980, whose defaults these
 * are: η = 0.001, β1 = 0.9, β2 = 0.999, ε = 1e-8, no decay. ε stands as in the paper and in PyTorch, outside the root.
 *
 * @throws OutriggerError `bad-option` for a negative number or a β of 1 or more.
 */
export const adam = (options: AdamOptions = {}): Optimizer => {
  const { learningRate = 0.001, beta1 = 0.9, beta2 = 0.999, epsilon = 1e-8, weightDecay = 0 } = options;
  checkOptions({ learningRate, beta1, beta2, epsilon, weightDecay }, ["beta1", "beta2"]);
  return {
    name: "adam",
    slots: ["m", "v"],
    learningRate: (t) => rateAt(learningRate, t),
    scalars: (t) => ({
      rate: rateAt(learningRate, t) / (1 - beta1 ** t),
      rootScale: 1 / Math.sqrt(1 - beta2 ** t),
    }),
    formula(op, { param, gradient, slot, scalar }) {
      const g = weightDecay > 0 ? op.add(gradient, op.multiply(op.constant(weightDecay), param)) : gradient;
      const mean = (decay: number, old: typeof g, value: typeof g) =>
        op.add(op.multiply(op.constant(decay), old), op.multiply(op.constant(1 - decay), value));
      const m = mean(beta1, slot.m!, g);
      const v = mean(beta2, slot.v!, op.multiply(g, g));
      const root = op.add(op.multiply(op.squareRoot(v), scalar.rootScale!), op.constant(epsilon));
      return { param: op.subtract(param, op.divide(op.multiply(scalar.rate!, m), root)), slot: { m, v } };
    },
  };
};

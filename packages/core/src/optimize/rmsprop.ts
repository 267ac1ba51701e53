import { checkOptions } from "./check.ts";
import { type LearningRate, type Optimizer, rateAt } from "./optimizer.ts";

export interface RmspropOptions {
  learningRate?: LearningRate;
  /** Decay of the running mean of squared gradients. */
  decay?: number;
  /** Added to the root of the running mean. */
  epsilon?: number;
  momentum?: number;
  /** λ of an L2 penalty, added to the gradient. */
  weightDecay?: number;
}

/**
 * RMSprop: v ← ρ v + (1 − ρ) g²; d = g / (√v + ε); θ ← θ − η d, or with momentum b ← μ b + d; θ ← θ − η b, after g ← g + λθ.
 * θ: parameter, g: gradient, v, b: slots `square` and `momentum` (none if μ = 0), η: learning rate, ρ: decay.
 *
 * Paper: Tieleman and Hinton, "Lecture 6.5: rmsprop", Coursera "Neural Networks for Machine Learning", 2012,
 * https://www.cs.toronto.edu/~tijmen/csc321/slides/lecture_slides_lec6.pdf, which has ρ = 0.9 and no ε. The defaults are PyTorch's:
 * η = 0.01, ρ = 0.99, ε = 1e-8, no momentum, no decay; ε stands outside the root, as there. There is no centred form: in single precision
 * the variance that it takes the root of can come out negative.
 *
 * @throws OutriggerError `bad-option` for a negative number, or a decay or momentum of 1 or more.
 */
export const rmsprop = (options: RmspropOptions = {}): Optimizer => {
  const { learningRate = 0.01, decay = 0.99, epsilon = 1e-8, momentum = 0, weightDecay = 0 } = options;
  checkOptions({ learningRate, decay, epsilon, momentum, weightDecay }, ["decay", "momentum"]);
  return {
    name: "rmsprop",
    slots: momentum > 0 ? ["square", "momentum"] : ["square"],
    learningRate: (t) => rateAt(learningRate, t),
    scalars: (t) => ({ rate: rateAt(learningRate, t) }),
    formula(op, { param, gradient, slot, scalar }) {
      const g = weightDecay > 0 ? op.add(gradient, op.multiply(op.constant(weightDecay), param)) : gradient;
      const old = op.multiply(op.constant(decay), slot.square!);
      const square = op.add(old, op.multiply(op.constant(1 - decay), op.multiply(g, g)));
      const direction = op.divide(g, op.add(op.squareRoot(square), op.constant(epsilon)));
      const step = (d: typeof g) => op.subtract(param, op.multiply(scalar.rate!, d));
      const slots: Record<string, typeof g> = { square };
      if (momentum === 0) return { param: step(direction), slot: slots };
      const buffer = op.add(op.multiply(op.constant(momentum), slot.momentum!), direction);
      return { param: step(buffer), slot: { ...slots, momentum: buffer } };
    },
  };
};

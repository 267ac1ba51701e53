import type { Optimizer } from "@outrigger/core/optimize/optimizer";

export interface InnerEpsilonOptions {
  /** η. */
  readonly learningRate: number;
  /** ρ: decay of the running mean of squared gradients. Default 0.99. */
  readonly decay?: number;
  /** ε. Default 1e-5. */
  readonly epsilon?: number;
}

/**
 * RMSProp with ε inside the root: v ← ρ v + (1 − ρ) g²; θ ← θ − η g / √(v + ε), v = 0 at first, no correction of the first steps.
 * θ: parameter, g: gradient, v: slot `square`.
 *
 * The form of optax of 2021, which the code of Zheng et al., NeurIPS 2021, https://arxiv.org/abs/2102.04897 trains actor and critic with
 * (η = 7e-4, ρ = 0.99, ε = 1e-5); `rmsprop` of @outrigger/core has ε outside.
 */
export const innerRmsprop = ({
  learningRate,
  decay = 0.99,
  epsilon = 1e-5,
}: InnerEpsilonOptions): Optimizer => ({
  name: "rmsprop, inner epsilon",
  slots: ["square"],
  learningRate: () => learningRate,
  scalars: () => ({ rate: learningRate }),
  formula(op, { param, gradient, slot, scalar }) {
    const old = op.multiply(op.constant(decay), slot["square"]!);
    const square = op.add(old, op.multiply(op.constant(1 - decay), op.multiply(gradient, gradient)));
    const root = op.squareRoot(op.add(square, op.constant(epsilon)));
    return {
      param: op.subtract(param, op.divide(op.multiply(scalar["rate"]!, gradient), root)),
      slot: { square },
    };
  },
});

/**
 * Adam without momentum and with a second ε inside the root: v ← ρ v + (1 − ρ) g²; θ ← θ − η g / (√(v̂ + ε) + 1e-8),
 * v̂ = v / (1 − ρ^t), t = 1, 2, … the step. Symbols as in {@link innerRmsprop}.
 *
 * optax's Adam with b1 = 0 and eps_root = ε, which the code of Zheng et al. trains the answers with (η = 7e-4, ρ = 0.99, ε = 1e-5).
 */
export const innerAdam = ({
  learningRate,
  decay = 0.99,
  epsilon = 1e-5,
}: InnerEpsilonOptions): Optimizer => ({
  name: "adam, no momentum, inner epsilon",
  slots: ["square"],
  learningRate: () => learningRate,
  scalars: (t) => ({ rate: learningRate, correction: 1 / (1 - decay ** t) }),
  formula(op, { param, gradient, slot, scalar }) {
    const old = op.multiply(op.constant(decay), slot["square"]!);
    const square = op.add(old, op.multiply(op.constant(1 - decay), op.multiply(gradient, gradient)));
    const corrected = op.multiply(square, scalar["correction"]!);
    const root = op.add(op.squareRoot(op.add(corrected, op.constant(epsilon))), op.constant(1e-8));
    return {
      param: op.subtract(param, op.divide(op.multiply(scalar["rate"]!, gradient), root)),
      slot: { square },
    };
  },
});

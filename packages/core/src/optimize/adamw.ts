import { type AdamOptions, adam } from "./adam.ts";
import { checkOptions } from "./check.ts";
import { type Optimizer, rateAt } from "./optimizer.ts";

/**
 * Adam with decoupled weight decay: θ ← (1 − ηλ) θ, then Adam's step. Symbols and the other options as in `adam`.
 *
 * Paper: Loshchilov and Hutter, "Decoupled Weight Decay Regularization", ICLR 2019, https://arxiv.org/abs/1711.05101. The decay is
 * multiplied by the learning rate, and λ is 0.01 by default, both as in PyTorch; the paper's own decay follows the schedule only.
 *
 * @throws OutriggerError `bad-option` for a negative number or a β of 1 or more.
 */
export const adamw = ({ weightDecay = 0.01, learningRate = 0.001, ...rest }: AdamOptions = {}): Optimizer => {
  checkOptions({ weightDecay });
  const inner = adam({ ...rest, learningRate });
  return {
    ...inner,
    name: "adamw",
    scalars: (t) => ({ ...inner.scalars(t), shrink: 1 - rateAt(learningRate, t) * weightDecay }),
    formula: (op, x) => inner.formula(op, { ...x, param: op.multiply(x.param, x.scalar.shrink!) }),
  };
};

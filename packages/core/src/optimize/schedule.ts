import { OutriggerError } from "../error.ts";

export interface CosineDecayOptions {
  /** Learning rate at its highest. */
  peak: number;
  /** Steps until the end, warm-up included. */
  steps: number;
  /** Steps over which the rate rises linearly from peak/warmup. Default 0. */
  warmup?: number;
  /** Learning rate at the end and after it. Default 0. */
  end?: number;
}

/**
 * Learning rate that rises linearly and then falls along half a cosine: η_t = peak · t/warmup for t < warmup, else
 * end + (peak − end)(1 + cos(π x))/2 with x = (t − warmup)/(steps − warmup), at most 1.
 *
 * Paper: Loshchilov and Hutter, "SGDR: Stochastic Gradient Descent with Warm Restarts", ICLR 2017, https://arxiv.org/abs/1608.03983,
 * without restarts.
 *
 * @throws OutriggerError `bad-option` unless 0 ≤ warmup < steps.
 */
export function cosineDecay({ peak, steps, warmup = 0, end = 0 }: CosineDecayOptions): (t: number) => number {
  if (!(warmup >= 0 && warmup < steps)) {
    throw new OutriggerError("bad-option", `warmup must be in [0, steps), not ${warmup} of ${steps} steps.`);
  }
  return (t) => {
    if (t < warmup) return (peak * t) / warmup;
    const progress = Math.min(1, (t - warmup) / (steps - warmup));
    return end + ((peak - end) * (1 + Math.cos(Math.PI * progress))) / 2;
  };
}

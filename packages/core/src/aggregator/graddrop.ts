import { inRange } from "../weighting/gram/check.ts";
import type { Aggregator } from "./aggregator.ts";

export interface GraddropOptions {
  /** What passes of the entries that are dropped, in [0, 1]. Default 0, as in the paper. */
  leak?: number;
}

/**
 * Gradient sign dropout: every coordinate keeps the gradients of one sign. With the purity P = ½ (1 + Σ_k g_k / Σ_k |g_k|) of a
 * coordinate and U uniform in [0, 1), the positive entries are kept where P > U and the negative ones where P < U; the others are
 * multiplied by `leak`; d is the sum of what is left.
 *
 * A coordinate on which all signs agree draws nothing: its outcome is certain. Heads get their own gradients. Cost: T backward passes, T × P
 * numbers on the host, one pass over them.
 *
 * Paper: Chen et al., "Just Pick a Sign: Optimizing Deep Multitask Models with Gradient Sign Dropout", NeurIPS 2020,
 * https://arxiv.org/abs/2010.06808. Difference: works on parameters, as TorchJD's, one draw a parameter; the paper and LibMTL drop at
 * the shared representation, where they multiply by the sign of the activation and sum over the batch before they compare signs.
 *
 * @throws OutriggerError `bad-option` for a leak outside [0, 1].
 */
export const graddrop = ({ leak = 0 }: GraddropOptions = {}): Aggregator<null> => {
  inRange(leak, "leak", 0, 1);
  return {
    name: leak === 0 ? "graddrop" : `graddrop (leak ${leak})`,
    paper: {
      title: "Just Pick a Sign: Optimizing Deep Multitask Models with Gradient Sign Dropout",
      venue: "NeurIPS",
      year: 2020,
      url: "https://arxiv.org/abs/2010.06808",
    },
    verified: "torchjd",
    init: () => null,
    aggregate({ gradients, direction }, state, random) {
      for (let i = 0; i < direction.length; i++) {
        let [positive, negative] = [0, 0];
        for (const row of gradients) {
          if (row[i]! > 0) positive += row[i]!;
          else negative += row[i]!;
        }
        if (positive === 0 || negative === 0) {
          direction[i] = positive + negative;
          continue;
        }
        const purity = 0.5 * (1 + (positive + negative) / (positive - negative));
        const draw = random.uniform();
        direction[i] = (purity > draw ? 1 : leak) * positive + (purity < draw ? 1 : leak) * negative;
      }
      return { state };
    },
  };
};

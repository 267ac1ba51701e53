import { positive, readLosses } from "./loss/read.ts";
import type { Weighting } from "./weighting.ts";

/**
 * The geometric loss strategy: lowers the geometric mean of the losses, M = (Π_k L_k)^(1/T), so w_k = ∂M/∂L_k = M / (T L_k).
 *
 * Every weighted loss w_k L_k is the same. The weights sum to no fixed number. Losses below 1e-8 count as 1e-8. Cost: one backward
 * pass and a forward pass before it.
 *
 * Paper: Chennupati, Sistu, Yogamani and Rawashdeh, "MultiNet++: Multi-Stream Feature Aggregation and Geometric Loss Strategy for
 * Multi-Task Learning", CVPR Workshops 2019, https://arxiv.org/abs/1904.08492. Difference: the floor of the losses.
 */
export const gls = (): Weighting<null> => ({
  name: "gls",
  paper: {
    title: "MultiNet++: Multi-Stream Feature Aggregation and Geometric Loss Strategy for Multi-Task Learning",
    venue: "CVPR Workshops",
    year: 2019,
    url: "https://arxiv.org/abs/1904.08492",
  },
  verified: "torchjd",
  atRepresentation: true,
  needs: () => "losses",
  init: () => null,
  weigh(view, state) {
    const losses = positive(readLosses(view, "gls"));
    const logarithm = losses.reduce((total, loss) => total + Math.log(loss), 0) / losses.length;
    return { weights: losses.map((loss) => Math.exp(logarithm - Math.log(loss)) / losses.length), state };
  },
});

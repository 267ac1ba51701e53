/**
 * Trusts an auxiliary as far as its gradient has agreed with the primary's: w_k is the running mean of max(0, cos(g_k, g_p)), and the
 * primary p keeps weight 1.
 *
 * @param {{ decay?: number }} [options] decay: share of the mean that stays at every step
 * @returns {import("@outrigger/core").Weighting<{ trust: number[] }>}
 */
export const trust = ({ decay = 0.9 } = {}) => ({
  name: "trust",
  paper: null,
  needs: () => "gram",
  init: (tasks) => ({ trust: Array.from({ length: tasks }, () => 0) }),
  weigh({ gram, primary }, state) {
    const norm = gram.map((row, k) => Math.sqrt(row[k]));
    const cosine = gram.map((row, k) =>
      norm[k] * norm[primary] > 0 ? row[primary] / norm[k] / norm[primary] : 0,
    );
    const mean = state.trust.map((value, k) => decay * value + (1 - decay) * Math.max(0, cosine[k]));
    return { weights: mean.map((value, k) => (k === primary ? 1 : value)), state: { trust: mean } };
  },
});

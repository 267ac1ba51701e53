import { softmax } from "../solve/algebra.ts";
import { inRange, oneOf } from "./gram/check.ts";
import { positive, readLosses } from "./loss/read.ts";
import type { Weighting } from "./weighting.ts";

export interface StchOptions {
  /** "log": of the logarithms of losses over their means, after a warm-up, as the authors and LibMTL train. "plain": of the losses themselves. */
  form?: "log" | "plain";
  /** μ > 0: the smaller, the nearer to the greatest loss alone. Default 1, LibMTL's. */
  mu?: number;
  /** Epochs before the one whose mean losses become the unit of every task; "log" only. Default 4, LibMTL's. */
  warmupEpochs?: number;
}

/** sum, count: of the losses of the epoch that gives the units. */
export interface StchState {
  sum: number[];
  count: number;
}

/**
 * Smooth Tchebycheff scalarization: lowers a smooth maximum of the tasks. With u_k = log(L_k / n_k), n_k the mean loss of the epoch after
 * the warm-up: M = T μ log Σ_k exp(u_k/μ), so w_k = T softmax(u/μ)_k / L_k; up to the end of that epoch w_k = 1/L_k. With `form: "plain"`
 * w = T · softmax(L/μ) from the first step on.
 *
 * The weights of "plain" sum to T, those of "log" to no fixed number. For "log", losses below 1e-8 count as 1e-8. A run that skips the
 * epoch of the means takes n_k = 1. Cost: one backward pass and a forward pass before it.
 *
 * Paper: Lin, Zhang, Yang, Liu, Wang and Zhang, "Smooth Tchebycheff Scalarization for Multi-Objective Optimization", ICML 2024,
 * https://arxiv.org/abs/2402.19078. The preferences are equal and the ideal point is 0; the paper's preferences sum to 1 where ours sum to
 * T. The floor of the losses is ours, LibMTL adds 1e-20.
 *
 * @throws OutriggerError `bad-option` for a word that is none of those listed, μ below 1e-6 or a negative number of
 * epochs; `non-finite` for a loss that is NaN or infinite.
 */
export const stch = ({ form = "log", mu = 1, warmupEpochs = 4 }: StchOptions = {}): Weighting<StchState> => {
  oneOf(form, "form", ["log", "plain"]);
  inRange(mu, "mu", 1e-6);
  inRange(warmupEpochs, "warmupEpochs", 0);
  return {
    name: form === "log" ? "stch" : "stch (plain)",
    paper: {
      title: "Smooth Tchebycheff Scalarization for Multi-Objective Optimization",
      venue: "ICML",
      year: 2024,
      url: "https://arxiv.org/abs/2402.19078",
    },
    verified: "torchjd",
    atRepresentation: true,
    needs: () => "losses",
    init: (tasks) => ({ sum: Array.from({ length: tasks }, () => 0), count: 0 }),
    weigh(view, state) {
      const read = readLosses(view, "stch");
      const tasks = read.length;
      if (form === "plain") {
        return { weights: softmax(read.map((loss) => loss / mu)).map((share) => tasks * share), state };
      }
      const losses = positive(read);
      if (view.epoch <= warmupEpochs) {
        const measured = view.epoch === warmupEpochs;
        const sum = state.sum.map((value, k) => value + losses[k]!);
        return {
          weights: losses.map((loss) => 1 / loss),
          state: measured ? { sum, count: state.count + 1 } : state,
        };
      }
      const units = state.sum.map((value) => (state.count === 0 ? 1 : value / state.count));
      const shares = softmax(losses.map((loss, k) => (Math.log(loss) - Math.log(units[k]!)) / mu));
      return { weights: shares.map((share, k) => (tasks * share) / losses[k]!), state };
    },
  };
};

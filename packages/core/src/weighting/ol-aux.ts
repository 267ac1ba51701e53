import { inRange, oneOf, positiveInteger } from "./gram/check.ts";
import { cosine, readGram } from "./gram/read.ts";
import type { Weighting } from "./weighting.ts";

export interface OlAuxOptions {
  /** Steps whose products are added up before the weights move, N. Default 5, the paper's. */
  interval?: number;
  /** β, step size of the weights. Default 1e-4, the ForkMerge authors' with "cosine". */
  learningRate?: number;
  /** What is added up: inner products as in the paper, or cosines, which do not depend on scale. Default "cosine". */
  similarity?: "dot" | "cosine";
  /** Smallest weight. Default 0; the sources have no bound. */
  minimum?: number;
}

/** alpha: one weight an auxiliary; sum: of the products since they last moved. */
export interface OlAuxState {
  alpha: number[];
  sum: number[];
  calls: number;
}

/**
 * Learns auxiliary weights online by how far a step on an auxiliary lowers the primary's loss: every N steps
 * w_k ← w_k + β Σ_{i<N} ⟨g_p, g_k⟩_i, from 1. The primary has weight 1.
 *
 * The weights sum to no fixed number. Cost: T backward passes.
 *
 * Paper: Lin, Baweja, Kantor and Held, "Adaptive Auxiliary Task Weighting for Reinforcement Learning", NeurIPS 2019,
 * https://papers.nips.cc/paper/2019/hash/0e900ad84f63618452210ab8baae0218-Abstract.html. The authors' code is lost, as their
 * repository says; β depends on the task there. The lower bound is ours, and no weight exceeds 1e6.
 *
 * @throws OutriggerError `bad-option` for a word that is none of those listed, an interval that is no positive integer or
 * a negative learning rate.
 */
export const olAux = ({
  interval = 5,
  learningRate = 1e-4,
  similarity = "cosine",
  minimum = 0,
}: OlAuxOptions = {}): Weighting<OlAuxState> => {
  oneOf(similarity, "similarity", ["dot", "cosine"]);
  positiveInteger(interval, "interval");
  inRange(learningRate, "learningRate", 0, Number.MAX_VALUE);
  inRange(minimum, "minimum", -1e6, 1);
  return {
    name: similarity === "dot" ? "ol-aux (dot)" : "ol-aux",
    paper: {
      title: "Adaptive Auxiliary Task Weighting for Reinforcement Learning",
      venue: "NeurIPS",
      year: 2019,
      url: "https://papers.nips.cc/paper/2019/hash/0e900ad84f63618452210ab8baae0218-Abstract.html",
    },
    verified: "reference",
    needs: () => "gram",
    init(tasks, primary) {
      const start = (value: number) => Array.from({ length: tasks }, (_, k) => (k === primary ? 1 : value));
      return { alpha: start(1), sum: start(0), calls: 0 };
    },
    weigh(view, { alpha, sum, calls }) {
      const gram = readGram(view, "ol-aux");
      const added = sum.map(
        (value, k) =>
          value + (similarity === "dot" ? gram[view.primary]![k]! : cosine(gram, view.primary, k)),
      );
      const moves = (calls + 1) % interval === 0;
      const next = alpha.map((weight, k) =>
        k === view.primary || !moves
          ? weight
          : Math.min(1e6, Math.max(minimum, weight + learningRate * added[k]!)),
      );
      return {
        weights: [...alpha],
        state: { alpha: next, sum: moves ? added.map(() => 0) : added, calls: calls + 1 },
      };
    },
  };
};

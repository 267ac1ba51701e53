import { sum } from "../solve/algebra.ts";
import { inRange, oneOf, positiveInteger } from "./gram/check.ts";
import { overNonzero } from "./gram/nonzero.ts";
import { type Gram, readGram } from "./gram/read.ts";
import { type Scale, scales, toScale } from "./gram/scale.ts";
import type { Weighting } from "./weighting.ts";

export interface KrumOptions {
  /** f ≥ 0: how many tasks may be adversaries. Default 1, ours. */
  byzantine?: number;
  /** m: how many gradients are averaged (Multi-Krum). Default 1, the paper's. */
  selected?: number;
  /** What a score adds up: squared distances ("square", the paper's and the default) or distances ("length", TorchJD's). */
  distance?: "square" | "length";
  /** "mean": the mean of the selected gradients, as in the paper. Default "sum": times T. */
  scale?: Scale;
}

/**
 * Krum: trains with the gradients that lie nearest to their neighbours, so that outliers have no say. The score of task i is the sum of
 * ‖g_i − g_j‖² over its T − f − 2 nearest j ≠ i; the m tasks of least score share the weight.
 *
 * Weights sum to the number of tasks that have a gradient; the others are left out and get 0. Tasks of equal score at the border share what is
 * left. With fewer than f + 3 tasks the nearest neighbour alone counts. Nothing singles out the primary: it may get 0. Cost: T backward passes.
 *
 * Paper: Blanchard, El Mhamdi, Guerraoui and Stainer, "Machine Learning with Adversaries: Byzantine Tolerant Gradient Descent", NeurIPS 2017,
 * https://papers.nips.cc/paper/2017/hash/f4b9ec30ad9f68f89b29639786cb62ef-Abstract.html. Equal scores share, where the paper takes the first
 * task, and small T is allowed, where the proof needs T > 2f + 2.
 *
 * @throws OutriggerError `bad-option` for a word that is none of those listed, a negative f or an m that is not a positive integer.
 */
export const krum = ({
  byzantine = 1,
  selected = 1,
  distance = "square",
  scale = "sum",
}: KrumOptions = {}): Weighting<null> => {
  oneOf(distance, "distance", ["square", "length"]);
  oneOf(scale, "scale", scales);
  inRange(byzantine, "byzantine", 0);
  positiveInteger(selected, "selected");
  return {
    name: "krum",
    paper: {
      title: "Machine Learning with Adversaries: Byzantine Tolerant Gradient Descent",
      venue: "NeurIPS",
      year: 2017,
      url: "https://papers.nips.cc/paper/2017/hash/f4b9ec30ad9f68f89b29639786cb62ef-Abstract.html",
    },
    verified: "torchjd",
    needs: () => "gram",
    init: () => null,
    weigh(view, state) {
      const weights = overNonzero(readGram(view, "krum"), (gram) =>
        toScale(nearest(scores(gram, byzantine, distance), selected), scale),
      );
      return { weights, state };
    },
  };
};

function scores(gram: Gram, byzantine: number, distance: "square" | "length"): number[] {
  const neighbours = Math.max(1, gram.length - byzantine - 2);
  return gram.map((row, i) => {
    const squares = row.flatMap((value, j) =>
      j === i ? [] : [Math.max(0, row[i]! + gram[j]![j]! - 2 * value)],
    );
    const far = distance === "square" ? squares : squares.map(Math.sqrt);
    return sum(far.sort((a, b) => a - b).slice(0, neighbours));
  });
}

/** 1/m for the m least scores; those that equal the last of them, but for rounding, share. */
function nearest(score: readonly number[], selected: number): number[] {
  const places = Math.min(selected, score.length);
  const border = [...score].sort((a, b) => a - b)[places - 1]!;
  const place = score.map((value) =>
    Math.abs(value - border) <= 1e-9 * border ? 0 : Math.sign(value - border),
  );
  const inside = place.filter((side) => side < 0).length;
  const ties = place.filter((side) => side === 0).length;
  const shares = new Map([
    [-1, 1 / places],
    [0, (places - inside) / ties / places],
  ]);
  return place.map((side) => shares.get(side) ?? 0);
}

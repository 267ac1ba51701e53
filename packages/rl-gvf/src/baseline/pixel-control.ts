import { array } from "@outrigger/core";
import type { Tensor, Tensor1D } from "@tensorflow/tfjs";
import * as tf from "@tensorflow/tfjs";
import type { MakeAuxiliary } from "../agent/auxiliary.ts";
import { bootstrapped, type ReturnTensors } from "../agent/control-loss.ts";
import { twoLayers } from "../agent/network.ts";
import { createReturns, nStepReturns } from "../agent/returns.ts";
import type { ObservationSpace } from "../environment.ts";
import { observationSize } from "../environment.ts";
import { RlGvfError } from "../error.ts";

export interface PixelControlOptions {
  /** Side of a cell. Default 2: 5 × 5 cells on the 10 × 10 boards. */
  readonly cell?: number;
  /** γ_pc. Default 0.9, the paper's. */
  readonly discount?: number;
  /** λ_pc. Default 0.05. */
  readonly weight?: number;
  /** Width of the hidden layer. Default 128. */
  readonly hidden?: number;
}

/**
 * Learns, off to the side, to change the picture: for every cell c an action value Q^c whose reward is the mean |o_{t+1} - o_t| in it,
 * observations scaled to [0, 1],
 *
 *     L_n = m λ_pc Σ_c 1/2 (Q^c(s_t, a_t) - sg y^c)², y^c the n-step return to the end of the rollout, ended by max_a Q^c.
 *
 * Q = V + A - mean_a A (dueling). Nobody acts on these values.
 *
 * Jaderberg et al., "Reinforcement Learning with Unsupervised Auxiliary Tasks", ICLR 2017, https://arxiv.org/abs/1611.05397. Differences: V
 * and A come from a dense layer where the paper has a deconvolution to 20 × 20 cells; learnt from the rollout, not from a
 * replay. The cell of 2 is ours.
 *
 * @throws RlGvfError `bad-option` unless the observation is an image and a cell fits into it.
 */
export const pixelControl =
  ({ cell = 2, discount = 0.9, weight = 0.05, hidden = 128 }: PixelControlOptions = {}): MakeAuxiliary =>
  ({ observation, actions, features, steps, count }) => {
    const cells = cellsOf(observation, cell);
    const layers = twoLayers(features, hidden, cells * (1 + actions));
    const learnt = steps * count;
    const returns = createReturns({ steps, count }, cells);
    const rewards = new Float32Array(learnt * cells);
    const discounts = Array.from({ length: cells }, () => discount);
    const feed = {
      sums: array(returns.sums, [learnt, cells]),
      discounts: array(returns.discounts, [learnt, cells]),
      rows: array(returns.rows, [learnt]),
    };
    return {
      name: "pixel-control",
      init: (random) => layers.init(random),
      feed(rollout) {
        cellChanges(observation, cell, rollout.observations, count, rewards);
        nStepReturns(rollout, rewards, discounts, returns);
        return feed;
      },
      values(head, scene, given) {
        const out = layers.output(head, layers.hidden(head, scene.features));
        const [value, advantage] = tf.split(tf.reshape(out, [-1, cells, 1 + actions]), [1, actions], 2) as [
          Tensor,
          Tensor,
        ];
        const q = tf.add(value, tf.sub(advantage, tf.mean(advantage, 2, true)));
        const target = bootstrapped(given as ReturnTensors, tf.max(q, 2));
        const learntQ = tf.slice(q, [0, 0, 0], [learnt, cells, actions]);
        const taken = tf.sum(tf.mul(learntQ, tf.expandDims(scene.taken, 1)), 2);
        const error = tf.mul(tf.sub(taken, target), tf.expandDims(scene.alive, 1));
        return tf.mul(weight / 2, tf.sum(tf.square(error), 1)) as Tensor1D;
      },
    };
  };

function cellsOf({ shape }: ObservationSpace, cell: number): number {
  const [height = 0, width = 0] = shape;
  if (shape.length === 3 && Number.isInteger(cell) && cell >= 1 && cell <= Math.min(height, width))
    return Math.floor(height / cell) * Math.floor(width / cell);
  throw new RlGvfError(
    "bad-option",
    `Pixel control needs an image with room for a cell of ${cell}; the observation is [${shape.join(", ")}].`,
  );
}

/**
 * The mean absolute change in every cell from row n to row n + count, in units of the largest value; what is left at the right and
 * below is not looked at.
 *
 * @param out [rows, cells]. Cost: O(rows · values).
 */
export function cellChanges(
  space: ObservationSpace,
  cell: number,
  observations: Float32Array,
  count: number,
  out: Float32Array,
): void {
  const [height, width, channels] = space.shape as [number, number, number];
  const size = observationSize(space);
  const across = Math.floor(width / cell);
  const down = Math.floor(height / cell);
  const unit = 1 / (space.high * cell * cell * channels);
  out.fill(0);
  for (let n = 0; n < out.length / (across * down); n++) {
    for (let y = 0; y < down * cell; y++) {
      const row = n * across * down + Math.floor(y / cell) * across;
      for (let x = 0; x < across * cell; x++) {
        const at = n * size + (y * width + x) * channels;
        let change = 0;
        for (let c = at; c < at + channels; c++)
          change += Math.abs(observations[c + count * size]! - observations[c]!);
        out[row + Math.floor(x / cell)]! += change * unit;
      }
    }
  }
}

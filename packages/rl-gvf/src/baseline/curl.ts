import { array, dense, leaves, mapTree, type NDArray, type TensorsOf, type Tree } from "@outrigger/core";
import type { Tensor, Tensor1D, Tensor2D } from "@tensorflow/tfjs";
import * as tf from "@tensorflow/tfjs";
import type { MakeAuxiliary } from "../agent/auxiliary.ts";
import { observationSize, type RandomSource } from "../environment.ts";
import { RlGvfError } from "../error.ts";

export interface CurlOptions {
  /** Observations of the rollout that are contrasted with each other. Default 64. */
  readonly samples?: number;
  /** Width of what is compared. Default 50, as in the authors' code. */
  readonly latent?: number;
  /** Most cells by which an image is shifted each way. Default 1. */
  readonly shift?: number;
  /** τ: how fast the keys' network follows. Default 0.05, as in the authors' code. */
  readonly rate?: number;
}

/**
 * Contrastive learning: two random shifts of one observation are alike, those of others are not. With q = f(aug o), k = f̄(aug' o),
 * f = torso and projection, f̄ ← (1 - τ) f̄ + τ f,
 *
 *     L_i = -log softmax_j(q_i^T W k_j)_i, W learnt, no gradient through k.
 *
 * Laskin, Srinivas and Abbeel, "CURL: Contrastive Unsupervised Representations for Reinforcement Learning", ICML 2020,
 * https://arxiv.org/abs/2004.04136. The authors crop 84 of 100 pixels at random; for boards of 10 × 10 we shift by at most one cell and fill
 * up with zeros.
 *
 * @throws RlGvfError `bad-option` unless the observation is an image and the rollout has as many observations as are wanted.
 */
export const curl =
  ({ samples = 64, latent = 50, shift = 1, rate = 0.05 }: CurlOptions = {}): MakeAuxiliary =>
  ({ observation, encoded, steps, count, random: stream }) => {
    const learnt = steps * count;
    if (observation.shape.length !== 3 || samples > learnt || samples < 2) {
      throw new RlGvfError(
        "bad-option",
        `CURL needs images and 2 to ${learnt} samples a rollout, not [${observation.shape.join(", ")}] and ${samples}.`,
      );
    }
    const random = stream("shifts");
    const projection = dense({ inputs: encoded, outputs: latent });
    const bilinear = dense({ inputs: latent, outputs: latent });
    const size = observationSize(observation);
    const images = (): NDArray => array(new Float32Array(samples * size), [samples, ...observation.shape]);
    const [queries, keys] = [images(), images()];
    let key: { torso: Tree<NDArray>; projection: Tree<NDArray> } | undefined;
    type Head = TensorsOf<{ projection: ReturnType<typeof projection.init>; bilinear: NDArray }>;
    const mode = { training: true };
    const keyArrays = (): Record<string, Float32Array> =>
      Object.fromEntries(leaves<NDArray>(key ?? []).map(({ data }, i) => [`key/${i}`, data as Float32Array]));
    return {
      name: "curl",
      init: (init) => ({ projection: projection.init(init), bilinear: bilinear.init(init).kernel }),
      feed({ observations }) {
        for (let s = 0; s < samples; s++) {
          const row = random.integer(learnt);
          const image = observations.subarray(row * size, (row + 1) * size);
          for (const { data } of [queries, keys])
            shifted(
              image,
              observation.shape,
              shift,
              random,
              data.subarray(s * size, (s + 1) * size) as Float32Array,
            );
        }
        return { queries, keys, key: key! };
      },
      values(head, scene, given) {
        const own = head as Head;
        const {
          queries: x,
          keys: y,
          key: slow,
        } = given as {
          queries: Tensor;
          keys: Tensor;
          key: { torso: Tree<Tensor>; projection: Head["projection"] };
        };
        const q = projection.apply(own.projection, scene.encode(x), mode);
        const k = projection.apply(slow.projection, scene.encode(y, { torso: slow.torso }), mode);
        const logits = tf.matMul(
          tf.matMul(q as Tensor2D, own.bilinear as Tensor2D),
          k as Tensor2D,
          false,
          true,
        );
        return tf.neg(tf.sum(tf.mul(tf.logSoftmax(logits), tf.eye(samples)), 1)) as Tensor1D;
      },
      updated(trunk, head) {
        const { torso } = trunk as { torso: Tree<NDArray> };
        const now = { torso, projection: (head as { projection: Tree<NDArray> }).projection };
        if (key === undefined) {
          key = mapTree<NDArray, NDArray>(now, (leaf) => ({
            ...leaf,
            data: leaf.data.slice(),
          })) as typeof now;
          return;
        }
        const target = leaves<NDArray>(key);
        for (const [i, { data }] of leaves<NDArray>(now).entries()) {
          const slow = target[i]!.data;
          for (let j = 0; j < slow.length; j++) slow[j]! += rate * (data[j]! - slow[j]!);
        }
      },
      save: () => ({ arrays: keyArrays(), state: random.state }),
      load({ arrays, state }) {
        for (const [name, into] of Object.entries(keyArrays())) into.set(arrays[name]!);
        random.state = state as number[];
      },
    };
  };

/** A copy of an image, moved by up to `most` cells each way, zeros where nothing was. */
function shifted(
  image: Float32Array,
  [height = 0, width = 0, channels = 0]: readonly number[],
  most: number,
  random: RandomSource,
  out: Float32Array,
): void {
  const dy = random.integer(2 * most + 1) - most;
  const dx = random.integer(2 * most + 1) - most;
  out.fill(0);
  for (let y = Math.max(0, dy); y < Math.min(height, height + dy); y++) {
    for (let x = Math.max(0, dx); x < Math.min(width, width + dx); x++) {
      const from = ((y - dy) * width + x - dx) * channels;
      const to = (y * width + x) * channels;
      for (let c = 0; c < channels; c++) out[to + c] = image[from + c]!;
    }
  }
}

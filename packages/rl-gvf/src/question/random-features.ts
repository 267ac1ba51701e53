import type { ObservationSpace, RandomSource } from "../environment.ts";
import { RlGvfError } from "../error.ts";

type Numbers = ArrayLike<number>;

export interface RandomFeatureOptions {
  /** Height and width of a patch; patches do not overlap. */
  readonly patch: readonly [number, number];
  /** Features a patch, orthogonal to each other. Default 1. */
  readonly channels?: number;
  /** Length of each one's weight vector. Default 1. */
  readonly gain?: number;
  /** What observations are divided by. Default 1. */
  readonly divisor?: number;
  /** Look at the last channel alone, the newest frame of a stack. Default false. */
  readonly newestOnly?: boolean;
}

/**
 * The settings of Zheng et al.'s code for Atari and DeepMind Lab, each with 16 features (84 × 84 grey frames, 72 × 96 RGB), and ours for
 * the 10 × 10 boards, 16 too.
 */
export const randomFeatureSettings: Readonly<Record<"atari" | "maze" | "minatar", RandomFeatureOptions>> = {
  atari: { patch: [21, 21], gain: 8, divisor: 255, newestOnly: true },
  maze: { patch: [18, 24], divisor: 255 },
  minatar: { patch: [5, 5], channels: 4 },
};

/** A fixed random linear map of observations. Plain JSON. */
export interface RandomFeatures {
  /** Of the observation: height, width, channels. */
  readonly shape: readonly [number, number, number];
  readonly patch: readonly [number, number];
  readonly channels: number;
  /** F = patches · channels. */
  readonly count: number;
  /** [patch height, patch width, observation channels, channels], gain and divisor included; 0 for channels not looked at. */
  readonly weights: readonly number[];
}

/**
 * Draws the random features that questions are about: one convolution without overlap, whose weight vectors are Gaussian, made orthogonal
 * to each other by Gram and Schmidt's method, and never trained.
 *
 * @throws RlGvfError `bad-option` unless observations are images, at least one patch fits and there are no more channels than weights a patch.
 */
export function randomFeatures(
  { shape }: ObservationSpace,
  { patch, channels = 1, gain = 1, divisor = 1, newestOnly = false }: RandomFeatureOptions,
  random: RandomSource,
): RandomFeatures {
  const [height = 0, width = 0, depth = 0] = shape;
  const inputs = patch[0] * patch[1] * (newestOnly ? 1 : depth);
  const sound =
    [...patch, channels].every((value) => Number.isInteger(value) && value > 0) && gain > 0 && divisor > 0;
  if (shape.length !== 3 || !sound || patch[0] > height || patch[1] > width || channels > inputs) {
    throw new RlGvfError(
      "bad-option",
      `${channels} random features a patch of ${patch.join(" × ")} need an image at least as large, with at least as many values a ` +
        `patch, and positive numbers; the observation is [${shape.join(", ")}].`,
    );
  }
  const vectors: number[][] = [];
  for (let c = 0; c < channels; c++) vectors.push(nextDirection(vectors, inputs, random));
  const weights = Array.from({ length: patch[0] * patch[1] * depth * channels }, () => 0);
  for (const [c, vector] of vectors.entries()) {
    for (const [i, value] of vector.entries()) {
      const input = newestOnly ? i * depth + depth - 1 : i;
      weights[input * channels + c] = (gain * value) / divisor;
    }
  }
  const count = Math.floor(height / patch[0]) * Math.floor(width / patch[1]) * channels;
  return { shape: [height, width, depth], patch, channels, count, weights };
}

/** A random unit vector orthogonal to those before. */
function nextDirection(before: readonly number[][], length: number, random: RandomSource): number[] {
  let vector = Array.from({ length }, () => random.normal());
  // Twice: once leaves rounding errors along the others.
  for (let pass = 0; pass < 2; pass++) {
    for (const other of before) {
      const along = vector.reduce((sum, value, i) => sum + value * other[i]!, 0);
      vector = vector.map((value, i) => value - along * other[i]!);
    }
  }
  const norm = Math.hypot(...vector);
  return vector.map((value) => value / norm);
}

/**
 * Writes x_{t+1} = |φ(o_{t+1}) - φ(o_t)|, element by element, of N transitions: row-major [N, F], features ordered by patch row, patch
 * column, channel. Pixels outside the last whole patch are not looked at.
 *
 * Zheng et al., NeurIPS 2021, https://arxiv.org/abs/2102.04897 (the authors' code; a bias would cancel).
 *
 * @param before o_t, [N, height, width, channels].
 * @param after o_{t+1}, likewise.
 * @throws RlGvfError `shape` if a length does not fit. Cost: O(N · pixels that change · channels).
 */
export function transitionFeatures(
  { shape, patch, channels, count, weights }: RandomFeatures,
  before: Numbers,
  after: Numbers,
  out: Float32Array | Float64Array,
): void {
  const [height, width, depth] = shape;
  const size = height * width * depth;
  const transitions = out.length / count;
  if (
    !Number.isInteger(transitions) ||
    before.length !== transitions * size ||
    after.length !== before.length
  ) {
    throw new RlGvfError(
      "shape",
      `${out.length} features of ${count} a transition need ${size} values a transition, not ${before.length} and ${after.length} in all.`,
    );
  }
  const rows = Math.floor(height / patch[0]) * patch[0];
  const across = Math.floor(width / patch[1]);
  // A row of a patch lies in one piece.
  const piece = patch[1] * depth;
  out.fill(0);
  for (let n = 0; n < transitions; n++) {
    for (let y = 0; y < rows; y++) {
      const row = n * size + y * width * depth;
      const weight = (y % patch[0]) * piece;
      for (let p = 0; p < across; p++) {
        const from = row + p * piece;
        const first = n * count + (Math.floor(y / patch[0]) * across + p) * channels;
        for (let i = 0; i < piece; i++) {
          const change = after[from + i]! - before[from + i]!;
          if (change === 0) continue;
          for (let c = 0; c < channels; c++)
            out[first + c]! += change * weights[(weight + i) * channels + c]!;
        }
      }
    }
  }
  for (let i = 0; i < out.length; i++) out[i] = Math.abs(out[i]!);
}

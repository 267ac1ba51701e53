import type { Priors } from "./prior-boxes.ts";

/** A box by centre and size, in shares of the picture's sides. */
export type CentredBox = readonly [cx: number, cy: number, width: number, height: number];

/** What offsets are divided by, so that those of centres and of sizes have about unit variance. */
export const CENTRE_VARIANCE = 0.1;
export const SIZE_VARIANCE = 0.2;

/** No decoded side is longer than 62.5 times its prior's: exp never overflows, whatever an untrained network says. */
const LARGEST_GROWTH = Math.log(1000 / 16);

/**
 * Writes the offsets of a box from prior p to out[4p … 4p + 3]: t_x = (x − x_p)/(0.1 w_p), t_y = (y − y_p)/(0.1 h_p), t_w = ln(w/w_p)/0.2,
 * t_h = ln(h/h_p)/0.2, with (x, y, w, h) the box and (x_p, y_p, w_p, h_p) the prior.
 *
 * Liu et al., "SSD: Single Shot MultiBox Detector", ECCV 2016, https://arxiv.org/abs/1512.02325; the factors 0.1 and 0.2 are those of its
 * code. Cost: two logarithms.
 */
export function encode(
  { boxes }: Priors,
  p: number,
  [x, y, width, height]: CentredBox,
  out: Float32Array,
): void {
  const at = 4 * p;
  out[at] = (x - boxes[at]!) / (CENTRE_VARIANCE * boxes[at + 2]!);
  out[at + 1] = (y - boxes[at + 1]!) / (CENTRE_VARIANCE * boxes[at + 3]!);
  out[at + 2] = Math.log(width / boxes[at + 2]!) / SIZE_VARIANCE;
  out[at + 3] = Math.log(height / boxes[at + 3]!) / SIZE_VARIANCE;
}

/**
 * The box whose offsets from prior p are offsets[at … at + 3]: the inverse of {@link encode}, but that no side grows beyond 62.5 times the
 * prior's. Cost: two exponentials.
 */
export function decode({ boxes }: Priors, p: number, offsets: ArrayLike<number>, at: number): CentredBox {
  const prior = 4 * p;
  const width = boxes[prior + 2]!;
  const height = boxes[prior + 3]!;
  return [
    boxes[prior]! + CENTRE_VARIANCE * offsets[at]! * width,
    boxes[prior + 1]! + CENTRE_VARIANCE * offsets[at + 1]! * height,
    width * Math.exp(Math.min(SIZE_VARIANCE * offsets[at + 2]!, LARGEST_GROWTH)),
    height * Math.exp(Math.min(SIZE_VARIANCE * offsets[at + 3]!, LARGEST_GROWTH)),
  ];
}

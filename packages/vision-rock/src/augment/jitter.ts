import type { Random } from "@outrigger/core/random";
import type { Sample } from "../sample.ts";

/** How far each property may go: a factor between 1 − x and 1 + x, for the hue a share of a full turn between −x and x. */
export interface JitterOptions {
  readonly brightness?: number;
  readonly contrast?: number;
  readonly saturation?: number;
  readonly hue?: number;
}

/**
 * A change of colours: channel k of a pixel becomes own · x_k + next · x_{k+1} + last · x_{k+2} + lift · m, with m the mean of all channels of the
 * picture and channels counted round.
 */
export interface Colours {
  readonly own: number;
  readonly next: number;
  readonly last: number;
  readonly lift: number;
}

/** Draws a change of colours; see {@link jitter}. */
export function drawColours(
  random: Random,
  { brightness = 0.15, contrast = 0.25, saturation = 0.25, hue = 0.05 }: JitterOptions = {},
): Colours {
  const factor = (range: number): number => 1 + range * (2 * random.uniform() - 1);
  const b = factor(brightness);
  const c = factor(contrast);
  const s = factor(saturation);
  const angle = 2 * Math.PI * hue * (2 * random.uniform() - 1);
  // Rodrigues' rotation about (1, 1, 1) / √3, mixed with the mean of the channels.
  const cos = Math.cos(angle);
  const sin = Math.sin(angle) / Math.sqrt(3);
  const grey = (1 - s * cos) / 3;
  return {
    own: b * c * (s * cos + grey),
    next: b * c * (grey - s * sin),
    last: b * c * (grey + s * sin),
    lift: b * (1 - c),
  };
}

/**
 * Other colours, the same geometry. With factors b, c, s and the angle h: the picture is multiplied by b, drawn away from its mean grey by c,
 * each pixel away from its own grey by s, and turned about the grey axis by h. All four are linear, so each pixel is multiplied by one
 * 3 × 3 matrix. Defaults are those of rock-pytorch (0.15, 0.25, 0.25, 0.05), which turns the hue in HSV instead.
 *
 * Cost: two passes over the picture.
 */
export const jitter = (sample: Sample, random: Random, options: JitterOptions = {}): Sample =>
  recolour(sample, drawColours(random, options));

/** The sample in other colours. */
export function recolour(sample: Sample, { own, next, last, lift }: Colours): Sample {
  let sum = 0;
  for (const value of sample.rgb) sum += value;
  const lifted = (lift * sum) / sample.rgb.length;
  const rgb = new Uint8Array(sample.rgb.length);
  for (let i = 0; i < rgb.length; i += 3) {
    for (let k = 0; k < 3; k++) {
      const value =
        own * sample.rgb[i + k]! +
        next * sample.rgb[i + ((k + 1) % 3)]! +
        last * sample.rgb[i + ((k + 2) % 3)]! +
        lifted;
      rgb[i + k] = Math.max(0, Math.min(255, Math.round(value)));
    }
  }
  return { ...sample, rgb };
}

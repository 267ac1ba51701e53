import type { Random } from "@outrigger/core/random";
import { type Box, boxIou } from "../box.ts";
import type { Sample } from "../sample.ts";
import { flip } from "./flip.ts";
import { type Colours, drawColours, type JitterOptions, recolour } from "./jitter.ts";
import { type ZoomCropOptions, zoomCrop } from "./zoom-crop.ts";

export interface AugmentOptions extends ZoomCropOptions {
  /** Probability of a flip; default 0.5. */
  readonly flip?: number;
  /** Probability that a window is looked for; default 7/8. */
  readonly crop?: number;
  /** Smallest share of the picture's area that a window may have; default 0.1. */
  readonly minArea?: number;
  /** Colours; false for none. */
  readonly jitter?: JitterOptions | false;
}

/** How a picture is to be looked at: which part of it, in a mirror or not, in which colours. */
export interface View {
  /** Undefined: the whole. */
  readonly window: Box | undefined;
  readonly flipped: boolean;
  /** Undefined: its own. */
  readonly colours: Colours | undefined;
}

const OVERLAPS = [0.1, 0.3, 0.5, 0.7, 0.9, 0] as const;
const TRIES = 50;

/** Draws a view; see {@link augment}. */
export function drawView(
  picture: Pick<Sample, "width" | "height" | "objects">,
  random: Random,
  { flip: flips = 0.5, crop = 7 / 8, minArea = 0.1, jitter: colours = {} }: AugmentOptions = {},
): View {
  return {
    window: random.uniform() < crop ? drawWindow(picture, random, minArea) : undefined,
    flipped: random.uniform() < flips,
    colours: colours === false ? undefined : drawColours(random, colours),
  };
}

/**
 * SSD's augmentation with targets that follow: a window of the picture's aspect ratio, a flip, other colours (`zoomCrop`, `flip`, `jitter`).
 *
 * The window's area is uniform from `minArea` to 1; it is taken if its IoU with some box reaches a number drawn from 0.1, 0.3, 0.5, 0.7, 0.9 and 0, and
 * the whole picture if 50 windows do not. A picture without boxes takes any window in half of the cases, about as often as one with boxes finds one.
 * Liu et al., "SSD: Single Shot MultiBox Detector", ECCV 2016, https://arxiv.org/abs/1512.02325; its authors also draw the aspect ratio, rock-pytorch keeps it, as does this.
 *
 * @param random decides everything: the same state gives the same sample.
 */
export function augment(sample: Sample, random: Random, options: AugmentOptions = {}): Sample {
  const { window, flipped, colours } = drawView(sample, random, options);
  const cut = window === undefined ? sample : zoomCrop(sample, window, options);
  const turned = flipped ? flip(cut) : cut;
  return colours === undefined ? turned : recolour(turned, colours);
}

function drawWindow(
  { width, height, objects }: Pick<Sample, "width" | "height" | "objects">,
  random: Random,
  minArea: number,
): Box | undefined {
  const overlap = OVERLAPS[random.integer(OVERLAPS.length)]!;
  const any = overlap === 0 || (objects.length === 0 && overlap <= 0.3);
  for (let attempt = 0; attempt < TRIES; attempt++) {
    const side = Math.sqrt(minArea + (1 - minArea) * random.uniform());
    const [w, h] = [side * width, side * height];
    const window: Box = [(width - w) * random.uniform(), (height - h) * random.uniform(), w, h];
    if (any || objects.some(({ box }) => boxIou(box, window) >= overlap)) return window;
  }
  return undefined;
}

import type { ObservationBuffer, ObservationSpace } from "../environment.ts";

/** An image: width · height pixels of red, green, blue, opacity, row-major. */
export interface Picture {
  readonly width: number;
  readonly height: number;
  readonly rgba: Uint8Array;
}

/** The shorter side of a picture is at least about this long, in pixels. */
const WANTED = 160;

/**
 * An observation as a picture, every cell `scale` pixels a side: RGB images as they are; other images by their last channel, the newest
 * frame of a stack, in grey; boards of zeros and ones in one colour a channel, later channels over earlier ones; anything else as a
 * row of grey cells, black at `low` and white at `high`.
 *
 * @param offset where the observation starts. Default scale: the shorter side becomes about 160 pixels, or stays if it is longer.
 * Cost: O(pixels).
 */
export function picture(
  space: ObservationSpace,
  values: ObservationBuffer,
  { offset = 0, scale }: { readonly offset?: number; readonly scale?: number } = {},
): Picture {
  const [height, width, channels] = layout(space);
  const side = scale ?? Math.max(1, Math.floor(WANTED / Math.max(Math.min(height, width), 8)));
  const color = colorOf(space, values, channels);
  const rgba = new Uint8Array(4 * height * width * side * side).fill(255);
  for (let y = 0; y < height * side; y++) {
    for (let x = 0; x < width * side; x++) {
      const cell = Math.floor(y / side) * width + Math.floor(x / side);
      rgba.set(color(offset + cell * channels), 4 * (y * width * side + x));
    }
  }
  return { width: width * side, height: height * side, rgba };
}

function layout({ shape }: ObservationSpace): [height: number, width: number, channels: number] {
  if (shape.length === 3) return [shape[0]!, shape[1]!, shape[2]!];
  const size = shape.reduce((a, b) => a * b, 1);
  return shape.length === 2 ? [shape[0]!, shape[1]!, 1] : [1, size, 1];
}

type Color = readonly [number, number, number];
const BLACK: Color = [0, 0, 0];

function colorOf(
  { shape, dtype, low, high }: ObservationSpace,
  values: ObservationBuffer,
  channels: number,
): (first: number) => Color {
  const isImage = dtype === "uint8" && high > 1;
  if (isImage && channels === 3) return (first) => [values[first]!, values[first + 1]!, values[first + 2]!];
  if (shape.length !== 3 || isImage) {
    return (first) => {
      const value = values[first + channels - 1]!;
      const grey = isImage ? value : Math.round((255 * (value - low)) / (high - low || 1));
      return [grey, grey, grey];
    };
  }
  const colors = Array.from({ length: channels }, (_, c) => hue(c / channels));
  return (first) => {
    for (let c = channels - 1; c >= 0; c--) if (values[first + c] !== 0) return colors[c]!;
    return BLACK;
  };
}

/** A light colour around the circle of hues, 0 to 1. */
function hue(turn: number): Color {
  const channel = (shift: number): number =>
    Math.round(255 * (0.6 + 0.4 * Math.cos(2 * Math.PI * (turn - shift))));
  return [channel(0), channel(1 / 3), channel(2 / 3)];
}

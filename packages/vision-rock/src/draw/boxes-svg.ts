import type { Box } from "../box.ts";
import { classColour, viridis } from "./colours.ts";
import { escape } from "./escape.ts";
import type { DepthRange } from "./geometry-pixels.ts";

/** A box with what is to be written at it. */
export interface LabelledBox {
  /** Decides the colour. */
  readonly category: number;
  /** Pixels of the picture. */
  readonly box: Box;
  /** 0 to 1; absent for a true box. */
  readonly score?: number;
}

export interface BoxesOptions {
  /** Of the picture that boxes are measured in. */
  readonly width: number;
  readonly height: number;
  /** Names by `category`. */
  readonly classes: readonly string[];
  /** Pixels of the drawing for one of the picture; default 1. */
  readonly scale?: number;
}

const FONT = 'font-family="DejaVu Sans, Arial, sans-serif"';
/** Advance of a letter in parts of the font size; an estimate on the wide side, for the letters' own sizes are not known here. */
const ADVANCE = 0.62;

const opening = (width: number, height: number): string =>
  `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}">`;

const shown = (value: number): string => value.toFixed(1);

function mark(
  { category, box, score }: LabelledBox,
  { classes, width, height, scale }: Required<BoxesOptions>,
  size: number,
): string {
  const [x, y, w, h] = box.map((value) => value * scale) as [number, number, number, number];
  const colour = classColour(category);
  const name = classes[category] ?? `class ${category}`;
  const text = score === undefined ? name : `${name} ${score.toFixed(2)}`;
  const [wide, high] = [text.length * size * ADVANCE + 0.4 * size, 1.3 * size];
  // Above the box; inside it where there is no room above, and never beyond the right border.
  const left = Math.max(0, Math.min(x, width * scale - wide));
  const top = y >= high ? y - high : Math.min(y, height * scale - high);
  const stroke = Math.max(2, size / 6);
  const outline = `<rect x="${shown(x)}" y="${shown(y)}" width="${shown(w)}" height="${shown(h)}" fill="none"`;
  // A dark edge beside the colour, which a picture may have as well.
  return `${outline} stroke="#000" stroke-opacity="0.55" stroke-width="${shown(2 * stroke)}"/>
${outline} stroke="${colour}" stroke-width="${shown(stroke)}"/>
<rect x="${shown(left)}" y="${shown(top)}" width="${shown(wide)}" height="${shown(high)}" fill="${colour}"/>
<text x="${shown(left + 0.2 * size)}" y="${shown(top + 0.98 * size)}" font-size="${shown(size)}" ${FONT} fill="#fff">${escape(text)}</text>`;
}

/** Boxes with their names and scores as SVG, to be laid over the picture; the surest lies on top. */
export function boxesSvg(boxes: readonly LabelledBox[], options: BoxesOptions): string {
  const all = { scale: 1, ...options };
  const { width, height, scale } = all;
  const size = Math.max(9, Math.min(28, (width * scale) / 45));
  const ordered = [...boxes].sort((a, b) => (a.score ?? 1) - (b.score ?? 1));
  return `${opening(width * scale, height * scale)}${ordered.map((box) => mark(box, all, size)).join("\n")}</svg>`;
}

/** A scale of depths as SVG: from near (yellow) to far (blue), with their metres. */
export function depthScaleSvg({
  width,
  height,
  near,
  far,
}: DepthRange & { readonly width: number; readonly height: number }): string {
  const stops = Array.from({ length: 10 }, (_, i) => {
    const [r, g, b] = viridis(1 - i / 9);
    return `<stop offset="${((100 * i) / 9).toFixed(0)}%" stop-color="rgb(${r},${g},${b})"/>`;
  });
  const size = height * 0.62;
  const text = (x: number, anchor: string, metres: number): string =>
    `<text x="${shown(x)}" y="${shown(0.72 * height)}" text-anchor="${anchor}" font-size="${shown(size)}" ${FONT} fill="#20242b">${metres.toFixed(metres < 10 ? 2 : 1)} m</text>`;
  const [from, to] = [5 * size, width - 5 * size];
  return `${opening(width, height)}<defs><linearGradient id="depth-colours">${stops.join("")}</linearGradient></defs>
<rect x="${shown(from)}" y="${shown(0.2 * height)}" width="${shown(Math.max(1, to - from))}" height="${shown(0.6 * height)}" fill="url(#depth-colours)"/>
${text(from - 0.4 * size, "end", near)}${text(to + 0.4 * size, "start", far)}</svg>`;
}

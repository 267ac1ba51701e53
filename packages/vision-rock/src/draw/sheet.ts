import sharp, { type Sharp } from "sharp";
import { boxesSvg, depthScaleSvg, type LabelledBox } from "./boxes-svg.ts";
import { escape } from "./escape.ts";
import { depthPixels, depthRange, type GeometryMap, normalPixels } from "./geometry-pixels.ts";

export interface SheetOptions {
  readonly width: number;
  readonly height: number;
  /** [height, width, 3], sRGB bytes. */
  readonly rgb: Uint8Array;
  readonly classes: readonly string[];
  readonly boxes: readonly LabelledBox[];
  /** Metres; 0 where unknown. */
  readonly depth?: GeometryMap;
  /** Unit vectors, x right, y down, z forward. */
  readonly normals?: GeometryMap;
  /** Written below the picture, such as the scene. */
  readonly caption?: string;
}

const FOOT = 28;
const GAP = 8;
/** Pictures are enlarged to this width before boxes are drawn, in whole steps, so that names can be read. */
const READABLE = 480;

interface Panel {
  readonly picture: Buffer;
  readonly foot?: string;
}

const caption = (text: string, width: number): string =>
  `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${FOOT}"><text x="4" y="${0.68 * FOOT}" font-size="${0.55 * FOOT}" font-family="DejaVu Sans, Arial, sans-serif" fill="#20242b">${escape(text)}</text></svg>`;

/**
 * A picture with its boxes, and beside it depth with a scale and normals where they are given, as a PNG.
 *
 * Small pictures are enlarged so that names can be read. Maps are stretched to the picture without smoothing: a square is what the network decided as one.
 */
export async function drawSheet(options: SheetOptions): Promise<Uint8Array<ArrayBuffer>> {
  const { width, height, rgb, boxes, classes, depth, normals } = options;
  const scale = Math.max(1, Math.ceil(READABLE / width));
  const [wide, high] = [width * scale, height * scale];
  const panel = (pixels: Uint8Array, size: { width: number; height: number }): Sharp =>
    sharp(pixels, { raw: { width: size.width, height: size.height, channels: 3 } }).resize(wide, high, {
      kernel: "nearest",
      fit: "fill",
    });
  const svg = boxesSvg(boxes, { width, height, classes, scale });
  const panels: Panel[] = [
    {
      picture: await panel(rgb, options)
        .composite([{ input: Buffer.from(svg) }])
        .png()
        .toBuffer(),
      ...(options.caption !== undefined && { foot: caption(options.caption, wide) }),
    },
  ];
  if (depth !== undefined) {
    const range = depthRange(depth.values);
    const picture = await panel(depthPixels(depth.values, range), depth).png().toBuffer();
    panels.push({ picture, foot: depthScaleSvg({ width: wide, height: FOOT, ...range }) });
  }
  if (normals !== undefined) {
    const picture = await panel(normalPixels(normals.values), normals).png().toBuffer();
    panels.push({ picture, foot: caption("normals: red right, green up, blue towards the camera", wide) });
  }
  const feet = panels.some(({ foot }) => foot !== undefined);
  const tiles = panels.flatMap(({ picture, foot }, i) => {
    const left = i * (wide + GAP);
    return [
      { input: picture, left, top: 0 },
      ...(foot === undefined ? [] : [{ input: Buffer.from(foot), left, top: high }]),
    ];
  });
  const png = await sharp({
    create: {
      width: panels.length * (wide + GAP) - GAP,
      height: high + (feet ? FOOT : 0),
      channels: 3,
      background: "#fff",
    },
  })
    .composite(tiles)
    .png()
    .toBuffer();
  return new Uint8Array(png);
}

import type { ObservationBuffer } from "../environment.ts";
import { HEADINGS, type MazeObject } from "./tasks.ts";
import { LOOKS, paletteOf, TEXTURE, WALL_TEXTURES } from "./textures.ts";

/** What is seen, and from where. */
export interface View {
  readonly size: number;
  readonly walls: readonly number[];
  readonly objects: readonly MazeObject[];
  readonly x: number;
  readonly y: number;
  readonly heading: number;
}

interface Frame {
  readonly width: number;
  readonly height: number;
}

/** The horizontal field of view is 90 degrees: the image plane at distance 1 is 2 wide. */
const HALF_PLANE = 1;
/** Objects are this wide and high, in cells, and stand on the floor. */
const OBJECT_SIZE = 0.5;
const CEILING = [70, 80, 110] as const;
const FLOOR = [90, 80, 65] as const;

/** Distances by column; grown when a wider frame is asked for. */
let depths = new Float64Array(0);

/**
 * Draws the view as RGB bytes, row-major [height, width, 3]: walls by one ray a column (the digital differential analyser of Amanatides
 * and Woo, "A Fast Voxel Traversal Algorithm for Ray Tracing", Eurographics 1987), then objects from far to near behind no nearer wall.
 *
 * Cost: O(width · (height + cells a ray crosses)).
 */
export function renderView(view: View, frame: Frame, out: ObservationBuffer, offset: number): void {
  const { width } = frame;
  if (depths.length < width) depths = new Float64Array(width);
  const angle = (2 * Math.PI * view.heading) / HEADINGS;
  const cos = Math.cos(angle);
  const sin = Math.sin(angle);
  for (let column = 0; column < width; column++) {
    const across = HALF_PLANE * ((2 * (column + 0.5)) / width - 1);
    depths[column] = drawColumn(view, frame, column, cos - across * sin, sin + across * cos, out, offset);
  }
  drawObjects(view, frame, cos, sin, out, offset);
}

/** Casts a ray in a direction, draws what it meets, and returns the distance along the view's direction. */
function drawColumn(
  { size, walls, x, y }: View,
  { width, height }: Frame,
  column: number,
  rayX: number,
  rayY: number,
  out: ObservationBuffer,
  offset: number,
): number {
  let cellX = Math.floor(x);
  let cellY = Math.floor(y);
  const stepX = rayX < 0 ? -1 : 1;
  const stepY = rayY < 0 ? -1 : 1;
  // A direction of 0 never meets a line of that axis.
  const acrossX = rayX === 0 ? Number.POSITIVE_INFINITY : Math.abs(1 / rayX);
  const acrossY = rayY === 0 ? Number.POSITIVE_INFINITY : Math.abs(1 / rayY);
  let nextX = (rayX < 0 ? x - cellX : cellX + 1 - x) * acrossX;
  let nextY = (rayY < 0 ? y - cellY : cellY + 1 - y) * acrossY;
  if (rayX === 0) nextX = Number.POSITIVE_INFINITY;
  if (rayY === 0) nextY = Number.POSITIVE_INFINITY;
  let distance = 0;
  let alongX = false;
  let kind = 0;
  while (kind === 0) {
    alongX = nextX < nextY;
    if (alongX) {
      distance = nextX;
      nextX += acrossX;
      cellX += stepX;
    } else {
      distance = nextY;
      nextY += acrossY;
      cellY += stepY;
    }
    kind = walls[cellY * size + cellX]!;
  }
  const place = alongX ? y + distance * rayY : x + distance * rayX;
  const textureColumn = Math.floor((place - Math.floor(place)) * TEXTURE) % TEXTURE;
  const texture = WALL_TEXTURES[kind]!;
  // Walls further away and those along one axis are darker.
  const light = (alongX ? 1 : 0.75) / (1 + 0.12 * distance);
  const tall = width / (2 * HALF_PLANE) / Math.max(distance, 1e-6);
  const top = (height - tall) / 2;
  // A pixel shows what is at its middle.
  const first = Math.max(0, Math.ceil(top - 0.5));
  const last = Math.min(height, Math.ceil(top + tall - 0.5));
  const perRow = TEXTURE / tall;
  const stride = 3 * width;
  let at = offset + 3 * column;
  for (let row = 0; row < first; row++, at += stride) {
    out[at] = CEILING[0];
    out[at + 1] = CEILING[1];
    out[at + 2] = CEILING[2];
  }
  for (let row = first; row < last; row++, at += stride) {
    const texel =
      3 * (Math.min(TEXTURE - 1, Math.floor((row + 0.5 - top) * perRow)) * TEXTURE + textureColumn);
    out[at] = (texture[texel]! * light) | 0;
    out[at + 1] = (texture[texel + 1]! * light) | 0;
    out[at + 2] = (texture[texel + 2]! * light) | 0;
  }
  for (let row = last; row < height; row++, at += stride) {
    out[at] = FLOOR[0];
    out[at + 1] = FLOOR[1];
    out[at + 2] = FLOOR[2];
  }
  return distance;
}

function drawObjects(
  { size, objects, x, y }: View,
  { width, height }: Frame,
  cos: number,
  sin: number,
  out: ObservationBuffer,
  offset: number,
): void {
  const seen = objects
    .map(({ cell, look }) => {
      const dx = (cell % size) + 0.5 - x;
      const dy = Math.floor(cell / size) + 0.5 - y;
      return { look, depth: dx * cos + dy * sin, side: dy * cos - dx * sin };
    })
    .filter(({ depth }) => depth > 0.1)
    .toSorted((a, b) => b.depth - a.depth);
  const focal = width / (2 * HALF_PLANE);
  for (const { look, depth, side } of seen) {
    const extent = (OBJECT_SIZE * focal) / depth;
    const left = width / 2 + (side / depth) * focal - extent / 2;
    const top = height / 2 + focal / (2 * depth) - extent;
    const color = paletteOf(look);
    const shape = LOOKS[look]!;
    const right = Math.min(width, Math.ceil(left + extent - 0.5));
    const bottom = Math.min(height, Math.ceil(top + extent - 0.5));
    for (let column = Math.max(0, Math.ceil(left - 0.5)); column < right; column++) {
      if (depths[column]! < depth) continue;
      const u = (2 * (column + 0.5 - left)) / extent - 1;
      for (let row = Math.max(0, Math.ceil(top - 0.5)); row < bottom; row++) {
        if (!shape(u, (2 * (row + 0.5 - top)) / extent - 1)) continue;
        const at = offset + 3 * (row * width + column);
        out[at] = color[0];
        out[at + 1] = color[1];
        out[at + 2] = color[2];
      }
    }
  }
}

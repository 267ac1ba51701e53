/** Pixels a side of a wall's texture. */
export const TEXTURE = 16;

type Rgb = readonly [number, number, number];

/** The last one is that of doors. */
const WALL_COLORS: readonly Rgb[] = [
  [190, 120, 90],
  [110, 160, 120],
  [120, 130, 190],
  [180, 170, 110],
  [160, 110, 170],
  [120, 170, 180],
  [200, 200, 205],
];

/** How bright a texel is: bricks, stripes, checks … one pattern a kind. */
const PATTERNS: readonly ((x: number, y: number) => number)[] = [
  (x, y) => (y % 4 === 3 || (x + (y & 4 ? 4 : 0)) % 8 === 7 ? 0.55 : 1),
  (x) => (x % 4 === 0 ? 0.6 : 1),
  (x, y) => (((x >> 2) + (y >> 2)) % 2 === 0 ? 0.7 : 1),
  (_x, y) => (y % 4 === 0 ? 0.6 : 1),
  (x, y) => ((x + y) % 8 < 2 ? 0.55 : 1),
  (x, y) => (Math.abs(x - 7.5) + Math.abs(y - 7.5) < 5 ? 0.6 : 1),
  (x, y) => (x === 0 || y === 0 || x === 15 || y === 15 || (x === 12 && y === 8) ? 0.3 : 1),
];

/** RGB texels by kind of wall, from 1 on. */
export const WALL_TEXTURES: readonly Uint8Array[] = [
  new Uint8Array(0),
  ...WALL_COLORS.map((color, kind) =>
    Uint8Array.from({ length: 3 * TEXTURE * TEXTURE }, (_, i) => {
      const texel = Math.floor(i / 3);
      return color[i % 3]! * PATTERNS[kind]!(texel % TEXTURE, Math.floor(texel / TEXTURE));
    }),
  ),
];

const OBJECT_COLORS: readonly Rgb[] = [
  [255, 220, 40],
  [220, 40, 40],
  [40, 90, 230],
  [240, 130, 30],
  [40, 200, 90],
  [210, 60, 200],
  [60, 210, 220],
  [240, 240, 240],
  [150, 90, 40],
  [30, 30, 30],
];

export const paletteOf = (look: number): Rgb => OBJECT_COLORS[look]!;

const disc = (u: number, v: number): boolean => u * u + v * v <= 1;
const box = (): boolean => true;
const diamond = (u: number, v: number): boolean => Math.abs(u) + Math.abs(v) <= 1;
const ring = (u: number, v: number): boolean => disc(u, v) && u * u + v * v >= 0.3;
const triangle = (u: number, v: number): boolean => 2 * Math.abs(u) <= v + 1;

/** Whether (u, v), both from -1 to 1, is part of an object: the goal, apples, then the categories. */
export const LOOKS: readonly ((u: number, v: number) => boolean)[] = [
  triangle,
  disc,
  box,
  diamond,
  ring,
  triangle,
  disc,
  box,
  diamond,
  ring,
];

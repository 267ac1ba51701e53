import type { Random } from "@outrigger/core/random";
import { between, chance, pick } from "./draw.ts";
import { type Material, type Palette, plain, toned } from "./material.ts";
import { block, type Colour, drum, type Part, type Vector } from "./part.ts";
import type { Decal, PlacedObject, Surface } from "./plan.ts";
import type { Style } from "./scenes.ts";

const WALLS = ["left", "right", "near", "far"] as const;
const WHITE: Colour = [0.9, 0.9, 0.88];

/** Floor, walls and ceiling in a room's style. */
export function surfaces(random: Random, style: Style, colours: Palette): Record<Surface, Material> {
  const [wallPattern, wallSize] = pick(random, style.wall);
  const [floorPattern, floorSize] = pick(random, style.floor);
  const wall = toned(random, wallPattern, wallSize, colours.wall);
  const floor = toned(random, floorPattern, floorSize, colours.floor);
  return { left: wall, right: wall, near: wall, far: wall, floor, ceiling: plain(WHITE) };
}

/** Tiles, windows with or without curtains, pictures and a door on the walls that can be seen. */
export function decals(random: Random, style: Style, colours: Palette, size: Vector): Decal[] {
  const out: Decal[] = [];
  const length = (surface: Surface): number => (surface === "far" || surface === "near" ? size[0] : size[1]);
  if (style.tiles !== null) {
    const [low, high] = style.tiles.map((range) => between(random, ...range)) as [number, number];
    const colour: Colour = chance(random, 0.5) ? WHITE : colours.colour();
    const material = toned(random, "tiles", pick(random, [0.15, 0.2, 0.25]), colour);
    for (const surface of WALLS) out.push({ surface, from: 0, to: length(surface), low, high, material });
  }
  if (chance(random, 0.3)) {
    const surface = pick(random, ["left", "right", "far"] as const);
    const from = between(random, 0.1, length(surface) - 1);
    out.push({ surface, from, to: from + 0.85, low: 0, high: 2, material: plain(colours.colour()) });
  }
  const { count, width, low, height } = style.windows;
  const windows = count[0] + random.integer(count[1] - count[0] + 1);
  const surface = pick(random, ["far", "far", "left", "right"] as const);
  const pane = between(random, ...width);
  const sill = between(random, ...low);
  const head = Math.min(size[2] - 0.1, sill + between(random, ...height));
  const share = length(surface) / Math.max(1, windows);
  for (let i = 0; i < windows; i++) {
    const slack = Math.max(0, share - pane - 0.1) / 2;
    const middle = (i + 0.5) * share + between(random, -slack, slack);
    window(random, { surface, from: middle - pane / 2, to: middle + pane / 2, low: sill, high: head }, out);
    if (!style.curtains) continue;
    const cloth = toned(random, "stripes", 0.08, colours.colour());
    for (const side of [middle - pane / 2 - 0.2, middle + pane / 2 - 0.1]) {
      out.push({
        surface,
        from: side,
        to: side + 0.3,
        low: Math.max(0, sill - 0.5),
        high: head + 0.1,
        material: cloth,
      });
    }
  }
  if (chance(random, style.pictures)) {
    const wall = pick(random, ["far", "left", "right"] as const);
    const from = between(random, 0.2, Math.max(0.3, length(wall) - 1.2));
    const to = from + between(random, 0.4, 0.9);
    const low = between(random, 1.2, 1.5);
    const high = low + between(random, 0.3, 0.6);
    out.push({ surface: wall, from, to, low, high, material: plain(colours.colour()) });
    out.push({
      surface: wall,
      from: from + 0.05,
      to: to - 0.05,
      low: low + 0.05,
      high: high - 0.05,
      material: colours.material(colours.colour()),
    });
  }
  return out;
}

/** A bright pane in a light frame, with a bar in the middle. */
function window(random: Random, at: Omit<Decal, "material">, out: Decal[]): void {
  const blue = between(random, 0.85, 1);
  const day = between(random, 0.7, 1);
  const sky: Colour = [blue * 0.85, blue * 0.95, 1];
  const middle = (at.from + at.to) / 2;
  out.push({ ...at, material: plain(WHITE) });
  for (const [from, to] of [
    [at.from + 0.05, middle - 0.025],
    [middle + 0.025, at.to - 0.05],
  ] as const) {
    out.push({ ...at, from, to, low: at.low + 0.05, high: at.high - 0.05, material: plain(sky, day) });
  }
}

/** The lamp at the ceiling. It glows and casts no shadow. */
export function ceilingLamp(random: Random, style: Style, size: Vector): PlacedObject {
  const at: Vector = [size[0] * between(random, 0.4, 0.6), size[1] * between(random, 0.45, 0.75), 0];
  return {
    category: -1,
    at,
    yaw: 0,
    parts: lampParts[style.ceilingLamp](size[2]),
    material: plain([0.95, 0.93, 0.85], 1),
    casts: false,
  };
}

const panel = (top: number, x: number, y: number): Part =>
  block(x - 0.6, y - 0.15, top - 0.03, 1.2, 0.3, 0.025);

/** Below a ceiling at height `top`. */
const lampParts: Readonly<Record<Style["ceilingLamp"], (top: number) => Part[]>> = {
  disc: (top) => [drum(0, 0, top - 0.08, 0.25, 0.08)],
  globe: (top) => [
    drum(0, 0, top - 0.35, 0.015, 0.35, { tone: 0.3 }),
    { shape: "ellipsoid", centre: [0, 0, top - 0.45], half: [0.2, 0.2, 0.17] },
  ],
  panels: (top) => [-0.75, 0.75].flatMap((x) => [panel(top, x, -0.8), panel(top, x, 0.8)]),
  spots: (top) => [-0.5, 0, 0.5].map((x) => drum(x, 0, top - 0.05, 0.07, 0.05)),
  pendant: (top) => [
    drum(0, 0, top - 0.5, 0.012, 0.5, { tone: 0.3 }),
    drum(0, 0, top - 0.68, 0.2, 0.18, { tone: 0.9 }),
  ],
  tube: (top) => [block(-0.75, -0.05, top - 0.08, 1.5, 0.1, 0.06)],
};

/** A screen on its foot, as it stands on a cabinet; no object to be found. */
export const screen = (width: number): Part[] => [
  block(-0.1, -0.06, 0, 0.2, 0.14, 0.015, { tone: 0.8 }),
  block(-0.02, 0, 0, 0.04, 0.03, 0.14, { tone: 0.8 }),
  block(-width / 2, -0.025, 0.1, width, 0.03, width * 0.6),
];

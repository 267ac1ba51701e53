import type { Random } from "@outrigger/core/random";
import { between, chance, pick } from "./draw.ts";
import type { Colour } from "./part.ts";

export type Pattern = "plain" | "checker" | "waves" | "stripes" | "tiles" | "bricks" | "planks" | "grain";

/** What a surface looks like: a pattern mixes colour `a` with colour `b`. */
export interface Material {
  readonly pattern: Pattern;
  /** Period, metres. */
  readonly size: number;
  readonly a: Colour;
  readonly b: Colour;
  /** Light of its own, in units of white. */
  readonly glow: number;
}

export const plain = (a: Colour, glow = 0): Material => ({ pattern: "plain", size: 1, a, b: a, glow });

const shade = (colour: Colour, factor: number): Colour => [
  Math.min(1, colour[0] * factor),
  Math.min(1, colour[1] * factor),
  Math.min(1, colour[2] * factor),
];

const grey = ([r, g, b]: Colour): Colour => {
  const mean = (r + g + b) / 3;
  return [mean, mean, mean];
};

/** A pattern in a colour and a darker or lighter one of the same kind, as tiles and their joints, or planks. */
export function toned(random: Random, pattern: Pattern, size: number, a: Colour): Material {
  const lighter = a[0] + a[1] + a[2] < 0.9;
  return {
    pattern,
    size,
    a,
    b: shade(a, lighter ? between(random, 1.5, 2) : between(random, 0.45, 0.7)),
    glow: 0,
  };
}

/** The colours of a room: what walls, floor and furniture share, so that colour does not tell them apart. */
export interface Palette {
  readonly wall: Colour;
  readonly floor: Colour;
  /** A colour for furniture. */
  readonly colour: () => Colour;
  /** A pattern for furniture: half of it plain. */
  readonly material: (colour: Colour) => Material;
}

const any = (random: Random): Colour => [
  between(random, 0.08, 0.9),
  between(random, 0.08, 0.9),
  between(random, 0.08, 0.9),
];

/** Draws a room's colours. Of the furniture 15 % is in the colour of the wall and 15 % in that of the floor; the rest is uniform. */
export function palette(random: Random): Palette {
  const bright = any(random);
  const wall: Colour = chance(random, 0.75)
    ? [0.5 + bright[0] / 2, 0.5 + bright[1] / 2, 0.5 + bright[2] / 2]
    : bright;
  const floor = any(random);
  return {
    wall,
    floor,
    colour: () => {
      const draw = random.uniform();
      return draw < 0.15 ? wall : draw < 0.3 ? floor : any(random);
    },
    material: (a) => {
      if (chance(random, 0.5)) return plain(a);
      const pattern = pick(random, ["checker", "waves"] as const);
      return { pattern, size: between(random, 0.08, 0.4), a, b: any(random), glow: 0 };
    },
  };
}

/** Twelve colours that are told apart at a glance: hues 30° apart, alternately light and dark. */
export function classColour(category: number): Colour {
  const hue = category / 2;
  const level = category % 2 === 0 ? 0.9 : 0.5;
  const channel = (offset: number): number => {
    const place = (hue + offset) % 6;
    return level * Math.min(1, Math.max(0.06, Math.abs(place - 3) - 1));
  };
  return [channel(0), channel(4), channel(2)];
}

/** The palette of the control in which colour is class: everything that is no object is grey. */
export function greyPalette(random: Random): Palette {
  const { wall, floor, colour } = palette(random);
  return { wall: grey(wall), floor: grey(floor), colour: () => grey(colour()), material: (a) => plain(a) };
}

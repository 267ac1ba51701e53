import type { Random } from "@outrigger/core/random";
import { between, chance } from "./draw.ts";
import { block, drum, type Part } from "./part.ts";

/** The classes of objects, in the order of their numbers. */
export const ROOM_CLASSES = [
  "chair",
  "table",
  "desk",
  "bed",
  "sofa",
  "cabinet",
  "bookshelf",
  "lamp",
  "toilet",
  "bathtub",
  "bin",
  "box",
] as const;

export type RoomClass = (typeof ROOM_CLASSES)[number];

/** An object before it has a place and colours. */
export interface Furniture {
  readonly parts: readonly Part[];
  /** Metres along its x and y; the footprint that others keep off. */
  readonly width: number;
  readonly depth: number;
  /** Height of the surface on which something may stand; its highest point otherwise. */
  readonly height: number;
}

/** Four legs, inside the corners of a plate. */
const legs = (width: number, depth: number, height: number, thick: number): Part[] =>
  [-width / 2, width / 2 - thick].flatMap((x) =>
    [-depth / 2, depth / 2 - thick].map((y) => block(x, y, 0, thick, thick, height, { tone: 0.8 })),
  );

/** A plate on four legs: whether it is a table or a desk is decided by the room alone. */
function plateOnLegs(random: Random): Furniture {
  const width = between(random, 0.85, 1.6);
  const depth = between(random, 0.55, 0.9);
  const height = between(random, 0.68, 0.78);
  const top = block(-width / 2, -depth / 2, height - 0.04, width, depth, 0.04);
  return { parts: [top, ...legs(width, depth, height - 0.04, 0.05)], width, depth, height };
}

/** Sizes are those of real furniture, metres. */
export const furniture: Readonly<Record<RoomClass, (random: Random) => Furniture>> = {
  chair: (random) => {
    const width = between(random, 0.38, 0.5);
    const depth = between(random, 0.38, 0.48);
    const seat = between(random, 0.4, 0.48);
    const back = between(random, 0.35, 0.5);
    const parts = [
      block(-width / 2, -depth / 2, seat - 0.04, width, depth, 0.04),
      block(-width / 2, depth / 2 - 0.04, seat, width, 0.035, back, {
        tilt: between(random, 0, 0.2),
        tone: 0.9,
      }),
      ...legs(width, depth, seat - 0.04, 0.04),
    ];
    return { parts, width, depth, height: seat + back };
  },
  table: plateOnLegs,
  desk: plateOnLegs,
  bed: (random) => {
    const width = between(random, 0.9, 1.8);
    const depth = between(random, 1.85, 2.1);
    const height = between(random, 0.4, 0.55);
    const head = between(random, 0.35, 0.6);
    const pillows = width > 1.3 ? [-width / 4, width / 4] : [0];
    const parts: Part[] = [
      block(-width / 2, -depth / 2, 0.1, width, depth, height - 0.25, { tone: 0.75 }),
      block(-width / 2 + 0.02, -depth / 2 + 0.02, height - 0.15, width - 0.04, depth - 0.08, 0.15),
      block(-width / 2, depth / 2 - 0.06, 0, width, 0.06, height + head, { tone: 0.7 }),
      ...pillows.map(
        (x): Part => ({
          shape: "ellipsoid",
          centre: [x, depth / 2 - 0.3, height + 0.03],
          half: [Math.min(0.35, width / 2.4 / pillows.length), 0.2, 0.09],
          tone: 1.25,
        }),
      ),
    ];
    return { parts, width, depth, height };
  },
  sofa: (random) => {
    const width = between(random, 1.4, 2.2);
    const depth = between(random, 0.75, 0.95);
    const seat = between(random, 0.38, 0.45);
    const back = between(random, 0.75, 0.9);
    const arm = between(random, 0.55, 0.65);
    const thick = between(random, 0.12, 0.2);
    const tilt = between(random, 0, 0.15);
    const parts = [
      block(-width / 2, -depth / 2, 0.06, width, depth, seat - 0.06),
      block(-width / 2, depth / 2 - 0.26, seat - 0.05, width, 0.16, back - seat + 0.05, { tilt, tone: 0.9 }),
      block(-width / 2, -depth / 2, seat, thick, depth, arm - seat, { tone: 0.85 }),
      block(width / 2 - thick, -depth / 2, seat, thick, depth, arm - seat, { tone: 0.85 }),
    ];
    return { parts, width, depth, height: back };
  },
  cabinet: (random) => {
    const width = between(random, 0.5, 1.1);
    const depth = between(random, 0.35, 0.6);
    const height = between(random, 0.7, 1.1);
    const doors = width > 0.7 ? 2 : 1;
    const parts = [
      block(-width / 2, -depth / 2, 0, width, depth, height),
      ...Array.from({ length: doors }, (_, i) =>
        block(
          -width / 2 + (i * width) / doors + 0.02,
          -depth / 2 - 0.015,
          0.08,
          width / doors - 0.04,
          0.015,
          height - 0.12,
          { tone: 0.85 },
        ),
      ),
    ];
    return { parts, width, depth: depth + 0.03, height };
  },
  bookshelf: (random) => {
    const width = between(random, 0.6, 1);
    const depth = between(random, 0.25, 0.35);
    const height = between(random, 1.2, 1.95);
    const shelves = 3 + Math.round((height - 1.2) / 0.4);
    const step = (height - 0.03) / shelves;
    const books = Array.from({ length: shelves }, (_, i) => i).filter(() => chance(random, 0.5));
    const parts = [
      block(-width / 2, -depth / 2, 0, 0.03, depth, height),
      block(width / 2 - 0.03, -depth / 2, 0, 0.03, depth, height),
      block(-width / 2, depth / 2 - 0.02, 0, width, 0.02, height, { tone: 0.6 }),
      ...Array.from({ length: shelves + 1 }, (_, i) =>
        block(-width / 2, -depth / 2, i * step, width, depth, 0.03, { tone: 0.95 }),
      ),
      ...books.map((i) => {
        const row = between(random, 0.3, 0.9) * (width - 0.06);
        const tall = step * between(random, 0.6, 0.85);
        return block(-width / 2 + 0.03, -depth / 2 + 0.04, i * step + 0.03, row, depth - 0.08, tall, {
          tone: between(random, 0.5, 1.5),
        });
      }),
    ];
    return { parts, width, depth, height };
  },
  lamp: (random) => {
    const standing = chance(random, 0.65);
    const height = standing ? between(random, 1.3, 1.7) : between(random, 0.4, 0.55);
    const shade = standing ? between(random, 0.16, 0.24) : between(random, 0.12, 0.17);
    const tall = standing ? between(random, 0.22, 0.32) : between(random, 0.16, 0.22);
    const base = between(random, 0.7, 0.9) * shade;
    const parts = [
      drum(0, 0, 0, base, 0.03, { tone: 0.7 }),
      drum(0, 0, 0.03, standing ? 0.022 : 0.03, height - tall, { tone: 0.6 }),
      drum(0, 0, height - tall, shade, tall, { tone: 1.4 }),
    ];
    return { parts, width: 2 * shade, depth: 2 * shade, height };
  },
  toilet: (random) => {
    const width = between(random, 0.36, 0.42);
    const depth = between(random, 0.62, 0.72);
    const seat = between(random, 0.38, 0.44);
    const bowl = (depth - 0.18) / 2;
    const parts = [
      drum(0, -0.09, 0, width * 0.36, seat - 0.05, { deep: bowl * 0.75, tone: 0.9 }),
      drum(0, -0.09, seat - 0.12, width / 2, 0.12, { deep: bowl }),
      drum(0, -0.09, seat, width * 0.34, 0.005, { deep: bowl * 0.7, tone: 0.5 }),
      block(-width / 2, depth / 2 - 0.18, seat - 0.08, width, 0.18, between(random, 0.38, 0.45)),
    ];
    return { parts, width, depth, height: 0.8 };
  },
  bathtub: (random) => {
    const width = between(random, 1.4, 1.75);
    const depth = between(random, 0.68, 0.8);
    const height = between(random, 0.5, 0.6);
    const rim = between(random, 0.06, 0.09);
    const parts = [
      block(-width / 2, -depth / 2, 0, width, rim, height),
      block(-width / 2, depth / 2 - rim, 0, width, rim, height),
      block(-width / 2, -depth / 2, 0, rim, depth, height),
      block(width / 2 - rim, -depth / 2, 0, rim, depth, height),
      block(-width / 2, -depth / 2, 0, width, depth, 0.12, { tone: 0.9 }),
    ];
    return { parts, width, depth, height };
  },
  bin: (random) => {
    const radius = between(random, 0.12, 0.2);
    const height = between(random, 0.28, 0.5);
    const parts = [drum(0, 0, 0, radius, height), drum(0, 0, height, radius * 0.85, 0.004, { tone: 0.35 })];
    return { parts, width: 2 * radius, depth: 2 * radius, height };
  },
  box: (random) => {
    const width = between(random, 0.22, 0.48);
    const depth = between(random, 0.22, 0.45);
    const height = between(random, 0.18, 0.42);
    return { parts: [block(-width / 2, -depth / 2, 0, width, depth, height)], width, depth, height };
  },
};

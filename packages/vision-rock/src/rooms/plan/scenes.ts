import type { RoomClass } from "./furniture.ts";
import type { Pattern } from "./material.ts";

/** The scene classes, in the order of their numbers. */
export const ROOM_SCENES = ["bedroom", "living room", "office", "bathroom", "kitchen", "storage"] as const;
export type RoomScene = (typeof ROOM_SCENES)[number];

type Range = readonly [low: number, high: number];

/** What the surfaces of a kind of room look like. */
export interface Style {
  readonly floor: readonly (readonly [Pattern, size: number])[];
  readonly wall: readonly (readonly [Pattern, size: number])[];
  /** A band of tiles around the room, from and to these heights; null for none. */
  readonly tiles: readonly [low: Range, high: Range] | null;
  readonly windows: {
    readonly count: Range;
    readonly width: Range;
    readonly low: Range;
    readonly height: Range;
  };
  readonly curtains: boolean;
  /** Chance of a picture on a wall. */
  readonly pictures: number;
  readonly ceilingLamp: "disc" | "globe" | "panels" | "spots" | "pendant" | "tube";
}

/** A kind of room: its size in metres, what stands in it, and how it looks. */
export interface SceneKind {
  readonly width: Range;
  readonly depth: Range;
  readonly height: Range;
  /** What such a room has nine times in ten. */
  readonly first: readonly RoomClass[];
  /** How often the rest is drawn. A desk and a table have the same shapes: the room alone decides which it is. */
  readonly weights: Readonly<Partial<Record<RoomClass, number>>>;
  readonly style: Style;
}

export const sceneKinds: Readonly<Record<RoomScene, SceneKind>> = {
  bedroom: {
    width: [3, 4.2],
    depth: [3.4, 4.6],
    height: [2.4, 2.7],
    first: ["bed"],
    weights: { cabinet: 3, lamp: 3, chair: 2, desk: 2, box: 2, bookshelf: 1, bin: 1 },
    style: {
      floor: [["grain", 0.05]],
      wall: [
        ["stripes", 0.12],
        ["stripes", 0.2],
      ],
      tiles: null,
      windows: { count: [1, 1], width: [0.9, 1.3], low: [0.9, 1], height: [1, 1.2] },
      curtains: true,
      pictures: 0.4,
      ceilingLamp: "disc",
    },
  },
  "living room": {
    width: [4.2, 5.8],
    depth: [4.4, 6],
    height: [2.5, 3],
    first: ["sofa", "table"],
    weights: { chair: 3, lamp: 2, bookshelf: 2, cabinet: 2, box: 1, sofa: 1 },
    style: {
      floor: [["planks", 0.16]],
      wall: [["plain", 1]],
      tiles: null,
      windows: { count: [1, 2], width: [1.6, 2.4], low: [0.3, 0.5], height: [1.5, 1.8] },
      curtains: true,
      pictures: 0.9,
      ceilingLamp: "globe",
    },
  },
  office: {
    width: [3.4, 5.2],
    depth: [3.8, 5.6],
    height: [2.6, 3],
    first: ["desk", "chair"],
    weights: { desk: 3, chair: 3, bookshelf: 2, cabinet: 2, bin: 2, box: 1, lamp: 1 },
    style: {
      floor: [["checker", 0.5]],
      wall: [["plain", 1]],
      tiles: null,
      windows: { count: [2, 3], width: [0.8, 1.1], low: [0.8, 0.9], height: [1.3, 1.5] },
      curtains: false,
      pictures: 0.3,
      ceilingLamp: "panels",
    },
  },
  bathroom: {
    width: [2.2, 3],
    depth: [2.6, 3.6],
    height: [2.3, 2.6],
    first: ["toilet", "bathtub"],
    weights: { cabinet: 2, bin: 2, box: 1, chair: 0.5, lamp: 0.3 },
    style: {
      floor: [["tiles", 0.2]],
      wall: [["plain", 1]],
      tiles: [
        [0, 0],
        [1.3, 2.2],
      ],
      windows: { count: [0, 1], width: [0.4, 0.6], low: [1.5, 1.7], height: [0.35, 0.5] },
      curtains: false,
      pictures: 0,
      ceilingLamp: "spots",
    },
  },
  kitchen: {
    width: [3, 4.4],
    depth: [3.4, 4.8],
    height: [2.4, 2.8],
    first: ["table", "cabinet"],
    weights: { chair: 4, cabinet: 3, bin: 1.5, box: 1.5, table: 0.5 },
    style: {
      floor: [["checker", 0.3]],
      wall: [["plain", 1]],
      tiles: [
        [0.8, 0.95],
        [1.45, 1.7],
      ],
      windows: { count: [0, 1], width: [0.9, 1.2], low: [1.05, 1.15], height: [0.8, 1] },
      curtains: false,
      pictures: 0.1,
      ceilingLamp: "pendant",
    },
  },
  storage: {
    width: [2.4, 4],
    depth: [3, 4.8],
    height: [2.3, 2.7],
    first: ["bookshelf", "box"],
    weights: { box: 5, bookshelf: 2, cabinet: 2, bin: 1.5, table: 1, chair: 1, lamp: 0.5 },
    style: {
      floor: [["plain", 1]],
      wall: [["bricks", 0.3]],
      tiles: null,
      windows: { count: [0, 0], width: [0, 0], low: [0, 0], height: [0, 0] },
      curtains: false,
      pictures: 0,
      ceilingLamp: "tube",
    },
  },
};

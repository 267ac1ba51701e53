import type { RandomSource } from "../environment.ts";

/** Kinds of wall, 1 to this number; each has a texture of its own, so that places can be told apart. */
export const WALL_KINDS = 6;

export interface Layout {
  /** Cells a side, odd, the outer wall included. */
  readonly size: number;
  /** Row-major: 0 floor, else the kind of wall. */
  readonly walls: readonly number[];
}

export interface MazeShape {
  readonly size: number;
  /** At most this many rooms. */
  readonly rooms: number;
  /** Sides that a room may have, odd. */
  readonly roomSides: readonly number[];
}

/** Passages beyond those of a tree: without them there would be one way to everything. */
const EXTRA_PASSAGES = 0.12;
const ROOM_TRIES = 20;

/**
 * A random maze: rooms that do not touch, and corridors through all of the rest; every floor cell can be reached from every other.
 *
 * The cells with odd coordinates are floor; walls between neighbours of them are taken away inside rooms, then along a random
 * spanning tree (Kruskal's method over shuffled walls), and at last some more at random. O(size² log size).
 */
export function mazeLayout({ size, rooms, roomSides }: MazeShape, random: RandomSource): Layout {
  const walls = Array.from({ length: size * size }, () => 1 + random.integer(WALL_KINDS));
  const region = walls.map((_, cell) => cell);
  const root = (cell: number): number => {
    let top = cell;
    while (region[top] !== top) top = region[top]!;
    return top;
  };
  const open = (wall: Passage): void => {
    walls[wall.cell] = 0;
    region[root(wall.from)] = root(wall.to);
  };
  for (let y = 1; y < size; y += 2) for (let x = 1; x < size; x += 2) walls[y * size + x] = 0;
  const all = passages(size);
  for (const room of drawRooms(size, rooms, roomSides, random)) {
    const inRoom = (cell: number): boolean => contains(room, cell % size, Math.floor(cell / size));
    for (const wall of all) if (inRoom(wall.from) && inRoom(wall.to)) open(wall);
    // Between four open walls stands a pillar.
    for (let y = room.y; y < room.y + room.side; y++) {
      for (let x = room.x; x < room.x + room.side; x++) walls[y * size + x] = 0;
    }
  }
  for (const wall of shuffled(all, random)) {
    if (walls[wall.cell] === 0) continue;
    if (root(wall.from) !== root(wall.to) || random.uniform() < EXTRA_PASSAGES) open(wall);
  }
  return { size, walls };
}

/** One empty room inside the outer wall. */
export function openRoom(size: number, random: RandomSource): Layout {
  const inside = (place: number): boolean => place > 0 && place < size - 1;
  const walls = Array.from({ length: size * size }, (_, cell) =>
    inside(cell % size) && inside(Math.floor(cell / size)) ? 0 : 1 + random.integer(WALL_KINDS),
  );
  return { size, walls };
}

/** The cells without a wall. */
export const floorCells = ({ walls }: Layout): number[] =>
  walls.flatMap((wall, cell) => (wall === 0 ? [cell] : []));

/** A wall between two cells with odd coordinates. */
export interface Passage {
  readonly cell: number;
  readonly from: number;
  readonly to: number;
}

export function passages(size: number): Passage[] {
  const all: Passage[] = [];
  for (let y = 1; y < size; y += 2) {
    for (let x = 1; x < size; x += 2) {
      const from = y * size + x;
      if (x + 2 < size) all.push({ cell: from + 1, from, to: from + 2 });
      if (y + 2 < size) all.push({ cell: from + size, from, to: from + 2 * size });
    }
  }
  return all;
}

interface Room {
  readonly x: number;
  readonly y: number;
  readonly side: number;
}

const contains = ({ x, y, side }: Room, px: number, py: number): boolean =>
  px >= x && py >= y && px < x + side && py < y + side;

function drawRooms(size: number, count: number, sides: readonly number[], random: RandomSource): Room[] {
  const rooms: Room[] = [];
  for (let i = 0; i < ROOM_TRIES * count && rooms.length < count; i++) {
    const side = sides[random.integer(sides.length)]!;
    const places = (size - side) >> 1;
    const room = { x: 1 + 2 * random.integer(places), y: 1 + 2 * random.integer(places), side };
    const apart = rooms.every(
      (other) =>
        room.x > other.x + other.side ||
        other.x > room.x + side ||
        room.y > other.y + other.side ||
        other.y > room.y + side,
    );
    if (apart) rooms.push(room);
  }
  return rooms;
}

/** The items in a uniformly random order (Fisher and Yates). */
export function shuffled<T>(items: readonly T[], random: RandomSource): T[] {
  const order = [...items];
  for (let i = order.length - 1; i > 0; i--) {
    const j = random.integer(i + 1);
    const swap = order[i]!;
    order[i] = order[j]!;
    order[j] = swap;
  }
  return order;
}

import type { Random } from "@outrigger/core/random";
import { between, chance, pick, weighted } from "./draw.ts";
import { type Footprint, inside, overlap } from "./footprint.ts";
import { type Furniture, furniture, type RoomClass } from "./furniture.ts";
import type { Vector } from "./part.ts";
import type { SceneKind } from "./scenes.ts";

/** A piece of furniture and where it stands. */
export interface Standing {
  readonly name: RoomClass;
  readonly piece: Furniture;
  readonly at: Vector;
  readonly yaw: number;
}

interface Layout {
  readonly size: Vector;
  readonly standing: Standing[];
  readonly taken: Footprint[];
}

/** Tries before an object is given up. */
const TRIES = 25;
const AGAINST_WALLS: ReadonlySet<RoomClass> = new Set([
  "bed",
  "sofa",
  "cabinet",
  "bookshelf",
  "toilet",
  "bathtub",
]);
/** At a wall or not, equally often for both, so that the place does not tell them apart. */
const PLATES: ReadonlySet<RoomClass> = new Set(["table", "desk"]);
const CARRIES: ReadonlySet<RoomClass> = new Set(["cabinet", "table", "desk"]);

/**
 * Furnishes a room with up to `count` objects: first what makes the room, then what its weights draw. Furniture with a back stands at a wall, tables and
 * desks in half of the cases, chairs at one of these where there is one, small things on furniture or anywhere; nothing overlaps, and the camera's place stays free.
 */
export function arrange(
  random: Random,
  kind: SceneKind,
  size: Vector,
  count: number,
  camera: Vector,
): Standing[] {
  const layout: Layout = {
    size,
    standing: [],
    taken: [{ x: camera[0], y: camera[1], width: 0.6, depth: 1, yaw: 0 }],
  };
  for (const name of kind.first) {
    if (layout.standing.length < count && chance(random, 0.9)) add(random, layout, name);
  }
  for (let draw = 0; layout.standing.length < count && draw < 3 * count; draw++) {
    add(random, layout, weighted(random, kind.weights));
  }
  return layout.standing;
}

function add(random: Random, layout: Layout, name: RoomClass): void {
  const piece = furniture[name](random);
  const wall = AGAINST_WALLS.has(name) || (PLATES.has(name) && chance(random, 0.5));
  const place = wall ? atWall : name === "chair" ? atTable : anywhere;
  const small = (name === "lamp" && piece.height < 0.6) || (name === "box" && chance(random, 0.35));
  if (small && onTop(random, layout, name, piece)) return;
  for (let attempt = 0; attempt < TRIES; attempt++) {
    const { x, y, yaw, under } = place(random, layout, piece);
    const footprint: Footprint = { x, y, yaw, width: piece.width, depth: piece.depth };
    if (!inside(footprint, layout.size[0], layout.size[1], 0.01)) continue;
    if (layout.taken.some((other) => other !== under && overlap(footprint, other, 0.03))) continue;
    layout.taken.push(footprint);
    layout.standing.push({ name, piece, at: [x, y, 0], yaw });
    return;
  }
}

interface Place {
  readonly x: number;
  readonly y: number;
  readonly yaw: number;
  /** A footprint that this one may reach into, as a chair does under a table. */
  readonly under?: Footprint;
}

/** With the back to a wall, mostly one that is in view. */
function atWall(random: Random, { size }: Layout, { width, depth }: Furniture): Place {
  const wall = weighted(random, { far: 5, left: 3, right: 3, near: 0.3 });
  const gap = depth / 2 + between(random, 0.015, 0.06);
  const along = (length: number): number => between(random, width / 2, length - width / 2);
  if (wall === "far") return { x: along(size[0]), y: size[1] - gap, yaw: 0 };
  if (wall === "near") return { x: along(size[0]), y: gap, yaw: Math.PI };
  if (wall === "left") return { x: gap, y: along(size[1]), yaw: Math.PI / 2 };
  return { x: size[0] - gap, y: along(size[1]), yaw: -Math.PI / 2 };
}

/** Anywhere; three in five along the walls' directions. */
function anywhere(random: Random, { size }: Layout): Place {
  const yaw = chance(random, 0.6) ? (random.integer(4) * Math.PI) / 2 : between(random, -Math.PI, Math.PI);
  return { x: between(random, 0, size[0]), y: between(random, 0.6, size[1]), yaw };
}

/** At one side of a table or desk, looking at it, a little under it; anywhere if there is none. */
function atTable(random: Random, layout: Layout, { depth }: Furniture): Place {
  const hosts = layout.standing.filter(({ name }) => PLATES.has(name));
  if (hosts.length === 0 || chance(random, 0.15)) return anywhere(random, layout);
  const host = pick(random, hosts);
  const side = random.integer(4);
  const lengthwise = side % 2 === 0;
  const reach =
    (lengthwise ? host.piece.depth : host.piece.width) / 2 + depth / 2 - between(random, -0.15, 0.2);
  const spread = Math.max(0, (lengthwise ? host.piece.width : host.piece.depth) / 2 - 0.35);
  const shift = between(random, -spread, spread);
  // From the host's middle to the chair, in the host's frame: its front is −y.
  const [fx, fy] = [
    [shift, -reach],
    [reach, shift],
    [shift, reach],
    [-reach, shift],
  ][side] as [number, number];
  const cos = Math.cos(host.yaw);
  const sin = Math.sin(host.yaw);
  const facing = [Math.PI, -Math.PI / 2, 0, Math.PI / 2][side]!;
  return {
    x: host.at[0] + cos * fx - sin * fy,
    y: host.at[1] + sin * fx + cos * fy,
    yaw: host.yaw + facing + between(random, -0.2, 0.2),
    under: layout.taken.find(({ x, y }) => x === host.at[0] && y === host.at[1])!,
  };
}

/** On a cabinet, table or desk that has room for it. */
function onTop(random: Random, layout: Layout, name: RoomClass, piece: Furniture): boolean {
  const hosts = layout.standing.filter(
    (host) =>
      CARRIES.has(host.name) &&
      Math.min(host.piece.width, host.piece.depth) > Math.max(piece.width, piece.depth) + 0.02 &&
      !layout.standing.some(
        ({ at }) => at[2] > 0 && Math.hypot(at[0] - host.at[0], at[1] - host.at[1]) < 0.8,
      ),
  );
  if (hosts.length === 0) return false;
  const { at, yaw, piece: under } = pick(random, hosts);
  const free = Math.max(0, under.width - Math.hypot(piece.width, piece.depth)) / 2;
  const shift = between(random, -free, free);
  layout.standing.push({
    name,
    piece,
    at: [at[0] + Math.cos(yaw) * shift, at[1] + Math.sin(yaw) * shift, under.height],
    yaw,
  });
  return true;
}

import type { Material } from "../plan/material.ts";
import type { Part, Vector } from "../plan/part.ts";
import type { PlacedObject, RoomPlan } from "../plan/plan.ts";
import { BOX, CYLINDER, ELLIPSOID } from "./enter.ts";
import type { Frame } from "./frame.ts";

/** A room's parts as flat arrays, seen from the camera: what the inner loops read. */
export interface CompiledRoom {
  readonly count: number;
  readonly shape: Uint8Array;
  /** Object of each part. */
  readonly owner: Uint16Array;
  /** STRIDE numbers a part, at the offsets below. */
  readonly data: Float64Array;
  readonly tone: Float64Array;
  /** Pixels that may show the part: first and last column, first and last row; [parts, 4]. */
  readonly screen: Int32Array;
  /** Where its shadow may fall on the floor: least and largest x, least and largest y; [parts, 4] and [objects, 4]. */
  readonly partShadow: Float64Array;
  readonly objectShadow: Float64Array;
  /** Parts of object i: from `parts[i]` to `parts[i + 1] - 1`. */
  readonly parts: Uint16Array;
  readonly materials: readonly Material[];
  readonly casts: readonly boolean[];
}

/** The part's axes in the world, three rows; its centre; half extents. */
export const AXES = 0;
export const CENTRE = 9;
export const HALF = 12;
/** The camera in the part's frame, and its ray through column u and row v there: RAY + u · RAY_U + v · RAY_V. */
export const EYE = 15;
export const RAY = 18;
export const RAY_U = 21;
export const RAY_V = 24;
/** The light in the part's frame. */
export const LAMP = 27;
export const STRIDE = 30;

const SHAPES = { box: BOX, cylinder: CYLINDER, ellipsoid: ELLIPSOID } as const;
/** Corners nearer than this to the camera's plane, or to the height of the light, have no projection to rely on. */
const NEAR = 0.03;

/** Lays a plan out for a camera. Cost: some hundred multiplications a part. */
export function compile(plan: RoomPlan, frame: Frame): CompiledRoom {
  const count = plan.objects.reduce((sum, { parts }) => sum + parts.length, 0);
  const room: CompiledRoom = {
    count,
    shape: new Uint8Array(count),
    owner: new Uint16Array(count),
    data: new Float64Array(count * STRIDE),
    tone: new Float64Array(count),
    screen: new Int32Array(4 * count),
    partShadow: new Float64Array(4 * count),
    objectShadow: new Float64Array(4 * plan.objects.length),
    parts: new Uint16Array(plan.objects.length + 1),
    materials: plan.objects.map(({ material }) => material),
    casts: plan.objects.map(({ casts }) => casts),
  };
  let p = 0;
  for (const [o, object] of plan.objects.entries()) {
    room.parts[o] = p;
    room.objectShadow.set([Infinity, -Infinity, Infinity, -Infinity], 4 * o);
    for (const part of object.parts) {
      room.shape[p] = SHAPES[part.shape];
      room.owner[p] = o;
      room.tone[p] = part.tone ?? 1;
      place(room.data, p * STRIDE, object, part);
      look(room.data, p * STRIDE, frame, plan.light.at);
      bound(room, p, o, frame, plan.light.at);
      p++;
    }
  }
  room.parts[plan.objects.length] = p;
  return room;
}

/** Axes, centre and half extents in the world. */
function place(data: Float64Array, at: number, { yaw, at: origin }: PlacedObject, part: Part): void {
  const cos = Math.cos(yaw);
  const sin = Math.sin(yaw);
  const lean = Math.cos(part.tilt ?? 0);
  const rise = Math.sin(part.tilt ?? 0);
  const [x, y, z] = part.centre;
  // Leaning to the back turns z towards y.
  data.set([cos, sin, 0, -sin * lean, cos * lean, -rise, -sin * rise, cos * rise, lean], at + AXES);
  data.set([origin[0] + cos * x - sin * y, origin[1] + sin * x + cos * y, origin[2] + z], at + CENTRE);
  data.set(part.half, at + HALF);
}

/** Camera, its rays and the light in the part's frame. */
function look(
  data: Float64Array,
  at: number,
  { eye, right, down, forward, focal, cx, cy }: Frame,
  lamp: Vector,
): void {
  for (let i = 0; i < 3; i++) {
    const x = data[at + AXES + 3 * i]!;
    const y = data[at + AXES + 3 * i + 1]!;
    const z = data[at + AXES + 3 * i + 2]!;
    const along = (v: Vector): number => x * v[0] + y * v[1] + z * v[2];
    const centre = x * data[at + CENTRE]! + y * data[at + CENTRE + 1]! + z * data[at + CENTRE + 2]!;
    const [r, d, f] = [along(right), along(down), along(forward)];
    data[at + EYE + i] = along(eye) - centre;
    data[at + LAMP + i] = along(lamp) - centre;
    data[at + RAY_U + i] = r / focal;
    data[at + RAY_V + i] = d / focal;
    data[at + RAY + i] = f - (cx * r + cy * d) / focal;
  }
}

/** The rectangles outside of which a part is neither seen nor casts a shadow, from its eight corners. */
function bound(room: CompiledRoom, p: number, o: number, frame: Frame, lamp: Vector): void {
  const { data, screen, partShadow, objectShadow } = room;
  const at = p * STRIDE;
  let [left, right, top, bottom] = [Infinity, -Infinity, Infinity, -Infinity];
  let [west, east, south, north] = [Infinity, -Infinity, Infinity, -Infinity];
  for (let corner = 0; corner < 8; corner++) {
    const point = [0, 1, 2].map((axis) => {
      let sum = data[at + CENTRE + axis]!;
      for (let i = 0; i < 3; i++) {
        sum += ((corner >> i) & 1 ? 1 : -1) * data[at + HALF + i]! * data[at + AXES + 3 * i + axis]!;
      }
      return sum;
    }) as [number, number, number];
    const [u, v, depth] = frame.project(point);
    if (depth < NEAR) {
      [left, right, top, bottom] = [-Infinity, Infinity, -Infinity, Infinity];
    } else {
      left = Math.min(left, u);
      right = Math.max(right, u);
      top = Math.min(top, v);
      bottom = Math.max(bottom, v);
    }
    const drop = lamp[2] - point[2];
    if (drop < NEAR) {
      [west, east, south, north] = [-Infinity, Infinity, -Infinity, Infinity];
    } else {
      const x = lamp[0] + ((point[0] - lamp[0]) * lamp[2]) / drop;
      const y = lamp[1] + ((point[1] - lamp[1]) * lamp[2]) / drop;
      west = Math.min(west, x);
      east = Math.max(east, x);
      south = Math.min(south, y);
      north = Math.max(north, y);
    }
  }
  screen[4 * p] = Math.max(0, Math.ceil(left));
  screen[4 * p + 1] = Math.min(frame.width - 1, Math.floor(right));
  screen[4 * p + 2] = Math.max(0, Math.ceil(top));
  screen[4 * p + 3] = Math.min(frame.height - 1, Math.floor(bottom));
  partShadow.set([west, east, south, north], 4 * p);
  objectShadow[4 * o] = Math.min(objectShadow[4 * o]!, west);
  objectShadow[4 * o + 1] = Math.max(objectShadow[4 * o + 1]!, east);
  objectShadow[4 * o + 2] = Math.min(objectShadow[4 * o + 2]!, south);
  objectShadow[4 * o + 3] = Math.max(objectShadow[4 * o + 3]!, north);
}

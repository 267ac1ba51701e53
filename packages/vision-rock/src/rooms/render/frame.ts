import type { Vector } from "../plan/part.ts";
import type { RoomPlan } from "../plan/plan.ts";

/** NYU Depth v2's colour camera sees 640 columns with a focal length of 518.86 pixels; here the same angle for every width. */
const FOCAL_PER_COLUMN = 518.85790117 / 640;

/** A camera in a room and the picture it takes. */
export interface Frame {
  readonly width: number;
  readonly height: number;
  readonly focal: number;
  readonly cx: number;
  readonly cy: number;
  readonly eye: Vector;
  /** The camera's axes in the world. */
  readonly right: Vector;
  readonly down: Vector;
  readonly forward: Vector;
  /** Column, row and depth of a point of the world. */
  readonly project: (point: Vector) => readonly [column: number, row: number, depth: number];
}

export function frameOf({ camera }: RoomPlan, width: number, height: number): Frame {
  const { at: eye, yaw, pitch } = camera;
  const focal = FOCAL_PER_COLUMN * width;
  const cx = (width - 1) / 2;
  const cy = (height - 1) / 2;
  const right: Vector = [Math.cos(yaw), Math.sin(yaw), 0];
  const forward: Vector = [
    -Math.sin(yaw) * Math.cos(pitch),
    Math.cos(yaw) * Math.cos(pitch),
    Math.sin(pitch),
  ];
  const down: Vector = [-Math.sin(yaw) * Math.sin(pitch), Math.cos(yaw) * Math.sin(pitch), -Math.cos(pitch)];
  const dot = (a: Vector, b: Vector): number => a[0] * b[0] + a[1] * b[1] + a[2] * b[2];
  const project = (point: Vector): readonly [number, number, number] => {
    const from: Vector = [point[0] - eye[0], point[1] - eye[1], point[2] - eye[2]];
    const depth = dot(from, forward);
    return [cx + (focal * dot(from, right)) / depth, cy + (focal * dot(from, down)) / depth, depth];
  };
  return { width, height, focal, cx, cy, eye, right, down, forward, project };
}

import { plain } from "../../src/rooms/plan/material.ts";
import type { Part } from "../../src/rooms/plan/part.ts";
import type { PlacedObject, RoomPlan } from "../../src/rooms/plan/plan.ts";

const grey = plain([0.5, 0.5, 0.5]);

/** One object at a place of the room below. */
export const placed = (
  parts: readonly Part[],
  x: number,
  y: number,
  rest: Partial<PlacedObject> = {},
): PlacedObject => ({
  category: 11,
  at: [x, y, 0],
  yaw: 0,
  parts,
  material: grey,
  casts: true,
  ...rest,
});

/** A grey room of 4 × 5 × 3 m seen from (2, 0.5, 1.2) straight ahead, with the lamp above its middle and no noise. */
export const roomWith = (objects: readonly PlacedObject[], rest: Partial<RoomPlan> = {}): RoomPlan => ({
  id: 1,
  scene: 0,
  size: [4, 5, 3],
  surfaces: { left: grey, right: grey, near: grey, far: grey, floor: grey, ceiling: grey },
  decals: [],
  objects,
  light: { at: [2, 2.5, 2.9], colour: [1, 1, 1], ambient: [0.3, 0.3, 0.3], gamma: 1, noise: 0 },
  camera: { at: [2, 0.5, 1.2], yaw: 0, pitch: 0 },
  ...rest,
});

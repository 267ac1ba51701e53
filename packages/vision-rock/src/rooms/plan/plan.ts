import type { Material } from "./material.ts";
import type { Part, Vector } from "./part.ts";

/** Surfaces of a room: walls at x = 0 and x = W, y = 0 (the near one) and y = D, floor, ceiling. */
export const SURFACES = ["left", "right", "near", "far", "floor", "ceiling"] as const;
export type Surface = (typeof SURFACES)[number];

/** A flat thing on a wall: a window, a picture, a band of tiles. Along the wall (x or y) from `from` to `to`, above the floor from `low` to `high`. */
export interface Decal {
  readonly surface: Surface;
  readonly from: number;
  readonly to: number;
  readonly low: number;
  readonly high: number;
  readonly material: Material;
}

export interface PlacedObject {
  /** Place in ROOM_CLASSES, or −1 for what is no object to be found: lamps at the ceiling, screens, rugs. */
  readonly category: number;
  /** Where its origin stands, metres. */
  readonly at: Vector;
  /** Turned counter-clockwise seen from above, radians; at 0 its front looks to the near wall. */
  readonly yaw: number;
  readonly parts: readonly Part[];
  readonly material: Material;
  /** Whether it casts a shadow. */
  readonly casts: boolean;
}

export interface Light {
  /** Above all objects that cast shadows. */
  readonly at: Vector;
  readonly colour: Vector;
  readonly ambient: Vector;
  /** Displayed value = value^(1 / gamma). */
  readonly gamma: number;
  /** Standard deviation of the picture's noise, of full scale. */
  readonly noise: number;
}

/** A room and who looks at it: all that a picture follows from. Plain JSON. World: x right, y away from the near wall, z up, metres. */
export interface RoomPlan {
  readonly id: number;
  /** Place in ROOM_SCENES. */
  readonly scene: number;
  readonly size: Vector;
  readonly surfaces: Readonly<Record<Surface, Material>>;
  readonly decals: readonly Decal[];
  readonly objects: readonly PlacedObject[];
  readonly light: Light;
  /** `yaw` turns to the left, `pitch` up, radians. */
  readonly camera: { readonly at: Vector; readonly yaw: number; readonly pitch: number };
}

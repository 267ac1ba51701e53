export type Vector = readonly [x: number, y: number, z: number];
/** Linear red, green, blue from 0 to 1. */
export type Colour = readonly [red: number, green: number, blue: number];

/** A convex solid. A cylinder stands on its elliptic base. */
export interface Part {
  readonly shape: "box" | "cylinder" | "ellipsoid";
  /** Metres, in the object's frame: x to its right, y to its back, z up, the origin on the floor below its middle. */
  readonly centre: Vector;
  /** Half its extent along its own axes, metres. */
  readonly half: Vector;
  /** Turned about its x axis, radians; positive leans the top to the back. Default 0. */
  readonly tilt?: number;
  /** Multiplies the object's colour. Default 1. */
  readonly tone?: number;
}

/** A box from its lowest corner and size, which is how furniture is measured. */
export const block = (
  x: number,
  y: number,
  z: number,
  width: number,
  depth: number,
  height: number,
  rest: Pick<Part, "tilt" | "tone"> = {},
): Part => ({
  shape: "box",
  centre: [x + width / 2, y + depth / 2, z + height / 2],
  half: [width / 2, depth / 2, height / 2],
  ...rest,
});

/** An upright cylinder from the middle of its base; `deep` is the radius along y where that differs. */
export const drum = (
  x: number,
  y: number,
  z: number,
  radius: number,
  height: number,
  { deep = radius, ...rest }: Pick<Part, "tone"> & { deep?: number } = {},
): Part => ({ shape: "cylinder", centre: [x, y, z + height / 2], half: [radius, deep, height / 2], ...rest });

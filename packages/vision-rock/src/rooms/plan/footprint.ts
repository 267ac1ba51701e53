/** A rectangle on the floor: middle, extents along its own axes, turned counter-clockwise by `yaw`. Metres and radians. */
export interface Footprint {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly depth: number;
  readonly yaw: number;
}

/** Half the extent of a footprint along a direction. */
function reach({ width, depth, yaw }: Footprint, ax: number, ay: number): number {
  const across = Math.abs(ax * Math.cos(yaw) + ay * Math.sin(yaw));
  const along = Math.abs(ay * Math.cos(yaw) - ax * Math.sin(yaw));
  return (across * width + along * depth) / 2;
}

/** Whether two footprints are closer than `gap` along every axis of either: they overlap unless one of these separates them. */
export function overlap(a: Footprint, b: Footprint, gap = 0): boolean {
  for (const yaw of [a.yaw, a.yaw + Math.PI / 2, b.yaw, b.yaw + Math.PI / 2]) {
    const ax = Math.cos(yaw);
    const ay = Math.sin(yaw);
    const distance = Math.abs((a.x - b.x) * ax + (a.y - b.y) * ay);
    if (distance >= reach(a, ax, ay) + reach(b, ax, ay) + gap) return false;
  }
  return true;
}

/** Whether a footprint lies in a room of that width and depth, `margin` away from its walls. */
export function inside(a: Footprint, width: number, depth: number, margin: number): boolean {
  const across = reach(a, 1, 0) + margin;
  const along = reach(a, 0, 1) + margin;
  return a.x >= across && a.x <= width - across && a.y >= along && a.y <= depth - along;
}

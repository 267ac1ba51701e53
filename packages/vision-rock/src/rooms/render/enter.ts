/** Numbers of the shapes in compiled rooms. */
export const BOX = 0;
export const CYLINDER = 1;
export const ELLIPSOID = 2;

/** In the place of a zero direction: its reciprocal is finite, so that nothing becomes NaN. */
const TINY = 1e-300;

/** A ray's direction (0, 1, 2) and, after `enter`, how far along it the solid is entered (3). */
export const newRay = (): Float64Array => new Float64Array(4);

/**
 * Whether a ray meets a solid from outside: the smallest t > 0 at which o + t · d lies on a shape whose half extents are h, in its own frame, is
 * left in `ray[3]`.
 *
 * @param data holds h at `half` and o at `origin`, three numbers each. Numbers come and go in arrays, since those that are handed to a
 * function one by one are allocated, ten a ray.
 */
export function enter(
  shape: number,
  data: Float64Array,
  half: number,
  origin: number,
  ray: Float64Array,
): boolean {
  const hx = data[half]!;
  const hy = data[half + 1]!;
  const hz = data[half + 2]!;
  const ox = data[origin]!;
  const oy = data[origin + 1]!;
  const oz = data[origin + 2]!;
  const dx = ray[0]!;
  const dy = ray[1]!;
  const dz = ray[2]!;
  let near = Number.NEGATIVE_INFINITY;
  let far = Number.POSITIVE_INFINITY;
  if (shape !== ELLIPSOID) {
    const inverse = 1 / (dz === 0 ? TINY : dz);
    const a = (-hz - oz) * inverse;
    const b = (hz - oz) * inverse;
    near = a < b ? a : b;
    far = a < b ? b : a;
  }
  if (shape === BOX) {
    const ix = 1 / (dx === 0 ? TINY : dx);
    const ax = (-hx - ox) * ix;
    const bx = (hx - ox) * ix;
    if (ax < bx) {
      if (ax > near) near = ax;
      if (bx < far) far = bx;
    } else {
      if (bx > near) near = bx;
      if (ax < far) far = ax;
    }
    const iy = 1 / (dy === 0 ? TINY : dy);
    const ay = (-hy - oy) * iy;
    const by = (hy - oy) * iy;
    if (ay < by) {
      if (ay > near) near = ay;
      if (by < far) far = by;
    } else {
      if (by > near) near = by;
      if (ay < far) far = ay;
    }
  } else {
    // Scaled to a unit circle or sphere: |o + t d|² = 1.
    const px = ox / hx;
    const py = oy / hy;
    const qx = dx / hx;
    const qy = dy / hy;
    let a = qx * qx + qy * qy;
    let b = px * qx + py * qy;
    let c = px * px + py * py - 1;
    if (shape === ELLIPSOID) {
      const pz = oz / hz;
      const qz = dz / hz;
      a += qz * qz;
      b += pz * qz;
      c += pz * pz;
    }
    const discriminant = b * b - a * c;
    if (discriminant <= 0) {
      // A ray along the cylinder's axis meets its caps alone.
      if (a > 0 || c > 0) return false;
    } else {
      const root = Math.sqrt(discriminant);
      const first = (-b - root) / a;
      const last = (root - b) / a;
      if (first > near) near = first;
      if (last < far) far = last;
    }
  }
  ray[3] = near;
  return near < far && near > 0;
}

import { existsSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Intrinsics } from "../../src/camera.ts";
import { readPixels } from "../../src/folder/read-pixels.ts";
import { planeNormals } from "../../src/geometry/plane-normals.ts";

const camera: Intrinsics = { fx: 60, fy: 62, cx: 21.3, cy: 14.8 };
const [width, height] = [40, 30];

/** Depth of the plane n · p = −distance; n a unit vector towards the camera. */
function planeDepth([x, y, z]: readonly number[], distance: number): Float32Array {
  return Float32Array.from({ length: width * height }, (_, i) => {
    const [u, v] = [i % width, Math.floor(i / width)];
    return -distance / ((x! * (u - camera.cx)) / camera.fx + (y! * (v - camera.cy)) / camera.fy + z!);
  });
}

const unit = (vector: readonly number[]): number[] => vector.map((x) => x / Math.hypot(...vector));
const normalAt = (normals: Float32Array, i: number): number[] => [...normals.subarray(3 * i, 3 * i + 3)];
const known = (normals: Float32Array, i: number): boolean => Math.hypot(...normalAt(normals, i)) > 0;

function furthest(normals: Float32Array, expected: readonly number[], pixels: Iterable<number>): number {
  let most = 0;
  for (const i of pixels)
    most = Math.max(most, ...normalAt(normals, i).map((x, k) => Math.abs(x - expected[k]!)));
  return most;
}
const all = [...Array(width * height).keys()];

/** How many pixels count in the window around pixel `i`. */
function nearby(depth: Float32Array, i: number, radius: number, tolerance: number): number {
  const [u, v] = [i % width, Math.floor(i / width)];
  let count = 0;
  for (let y = Math.max(0, v - radius); y <= Math.min(height - 1, v + radius); y++) {
    for (let x = Math.max(0, u - radius); x <= Math.min(width - 1, u + radius); x++) {
      if (Math.abs(depth[y * width + x]! - depth[i]!) < tolerance * depth[i]!) count++;
    }
  }
  return count;
}

/** Rays and depths of the pixels that count in the window around pixel `i`. */
function windowPoints(depth: Float32Array, i: number, radius: number, tolerance: number) {
  const [u, v] = [i % width, Math.floor(i / width)];
  return all
    .filter((k) => Math.abs((k % width) - u) <= radius && Math.abs(Math.floor(k / width) - v) <= radius)
    .filter((k) => depth[k]! > 0 && Math.abs(depth[k]! - depth[i]!) < tolerance * depth[i]!)
    .map((k) => {
      const [x, y] = [((k % width) - camera.cx) / camera.fx, (Math.floor(k / width) - camera.cy) / camera.fy];
      return { q: [x, y, 1], z: depth[k]! };
    });
}

/** The unit vector towards the camera along the least-squares solution n of row · n = value, by Cramer's rule. */
function planeThrough(rows: readonly { row: readonly number[]; value: number }[]): number[] {
  const sum = (f: (row: readonly number[], value: number) => number): number =>
    rows.reduce((total, { row, value }) => total + f(row, value), 0);
  const axes = [0, 1, 2];
  const matrix = axes.map((a) => axes.map((b) => sum((row) => row[a]! * row[b]!)));
  const right = axes.map((a) => sum((row, value) => row[a]! * value));
  const replaced = (column: number): number =>
    determinant(matrix.map((row, r) => row.map((x, c) => (c === column ? right[r]! : x))));
  return unit(axes.map((column) => -replaced(column) / determinant(matrix)));
}

const determinant = (m: readonly (readonly number[])[]): number =>
  [0, 1, 2].reduce(
    (total, c) =>
      total +
      m[0]![c]! * (m[1]![(c + 1) % 3]! * m[2]![(c + 2) % 3]! - m[1]![(c + 2) % 3]! * m[2]![(c + 1) % 3]!),
    0,
  );

describe("normals of planes", () => {
  it("are exact for any plane, radius and tolerance, where enough of the window counts", () => {
    fc.assert(
      fc.property(
        fc.record({
          x: fc.double({ min: -0.9, max: 0.9, noNaN: true }),
          y: fc.double({ min: -0.9, max: 0.9, noNaN: true }),
          distance: fc.double({ min: 0.5, max: 6, noNaN: true }),
          radius: fc.integer({ min: 1, max: 7 }),
          tolerance: fc.constantFrom(0.02, 0.05, 0.5),
        }),
        ({ x, y, distance, radius, tolerance }) => {
          const n = unit([x, y, -1]);
          const depth = planeDepth(n, distance);
          const normals = planeNormals(depth, width, height, camera, { radius, tolerance });
          const found = all.filter((i) => known(normals, i));
          const enough = Math.max(3, 0.25 * (2 * radius + 1) ** 2);
          const counts = all.map((i) => nearby(depth, i, radius, tolerance));
          expect(found.filter((i) => counts[i]! < enough)).toEqual([]);
          // Up to 2R + 1 pixels may lie on a line, which has no plane.
          const sure = all.filter((i) => counts[i]! >= enough && counts[i]! > 2 * radius + 1);
          expect(sure.filter((i) => !known(normals, i))).toEqual([]);
          // A radius of 1 divides the rounding of a float by the step of one pixel.
          expect(furthest(normals, n, found)).toBeLessThan(radius === 1 ? 2e-4 : 3e-5);
        },
      ),
      { numRuns: 40 },
    );
  });

  it("keep two planes apart up to their edge when the step is above the tolerance", () => {
    const [wall, side] = [unit([0, 0, -1]), unit([0.3, -0.5, -0.8])];
    const [far, near] = [planeDepth(wall, 4), planeDepth(side, 1.2)];
    const depth = far.map((z, i) => (i % width < 20 ? z : near[i]!));
    const normals = planeNormals(depth, width, height, camera, { radius: 3 });
    const left = all.filter((i) => i % width < 20);
    const right = all.filter((i) => i % width >= 20);
    expect(furthest(normals, wall, left)).toBeLessThan(1e-5);
    expect(furthest(normals, side, right)).toBeLessThan(1e-5);
  });

  it("are as exact beside pixels without depth, which have none and count for none", () => {
    const n = unit([0.2, -0.4, -0.9]);
    const depth = planeDepth(n, 2);
    const holes = [0, Number.NaN, Number.POSITIVE_INFINITY, -1];
    const pierced = depth.map((z, i) => (i % 7 === 0 ? holes[i % 4]! : z));
    const normals = planeNormals(pierced, width, height, camera, { radius: 4, tolerance: 0.5 });
    const [lost, kept] = [all.filter((i) => i % 7 === 0), all.filter((i) => i % 7 !== 0)];
    expect(furthest(normals, [0, 0, 0], lost)).toBe(0);
    expect(furthest(normals, n, kept)).toBeLessThan(1e-5);
  });

  it("of a rough surface with holes and steps are those of a fit pixel by pixel, and within a degree of the fit that weighs by z²", () => {
    const plane = planeDepth(unit([0.25, -0.5, -0.8]), 2);
    const depth = plane.map((z, i) =>
      i % 13 === 0 ? 0 : z * (1 + 0.004 * Math.sin(12.9898 * i) + (i % width > 30 ? 0.2 : 0)),
    );
    const radius = 5;
    const normals = planeNormals(depth, width, height, camera, { radius });
    const found = all.filter((i) => known(normals, i));
    expect(found.length).toBeGreaterThan(0.8 * width * height);
    for (const i of found.filter((_, k) => k % 7 === 0)) {
      const points = windowPoints(depth, i, radius, 0.05);
      // 1/z = n · q, and the usual n · p = 1, where p = z q.
      const even = planeThrough(points.map(({ q, z }) => ({ row: q, value: 1 / z })));
      const usual = planeThrough(points.map(({ q, z }) => ({ row: q.map((x) => x * z), value: 1 })));
      const n = normalAt(normals, i);
      for (const k of [0, 1, 2]) expect(Math.abs(n[k]! - even[k]!)).toBeLessThan(1e-5);
      expect(n.reduce((dot, x, k) => dot + x * usual[k]!, 0)).toBeGreaterThan(Math.cos(Math.PI / 180));
    }
  });

  it("are unknown where less than a quarter of the window counts, or on a line of pixels", () => {
    const alone = new Float32Array(width * height);
    for (let i = 0; i < 16; i++) alone[(5 + Math.floor(i / 4)) * width + 5 + (i % 4)] = 2;
    expect(planeNormals(alone, width, height, camera, { radius: 4 }).every((n) => n === 0)).toBe(true);
    expect(planeNormals(alone, width, height, camera, { radius: 1 }).some((n) => n !== 0)).toBe(true);
    const line = new Float32Array(width * height).fill(2, 5 * width, 6 * width);
    expect(planeNormals(line, width, height, camera, { radius: 1 }).every((n) => n === 0)).toBe(true);
  });

  it("do not depend on where a crop was cut, when the camera's centre moves with it", () => {
    const depth = planeDepth(unit([0.1, -0.4, -0.9]), 2).map(
      (z, i) => z * (1 + 0.004 * Math.sin(12.9898 * i)),
    );
    const whole = planeNormals(depth, width, height, camera, { radius: 2 });
    const cut = Float32Array.from(
      { length: 20 * 15 },
      (_, i) => depth[(6 + Math.floor(i / 20)) * width + 9 + (i % 20)]!,
    );
    const part = planeNormals(
      cut,
      20,
      15,
      { ...camera, cx: camera.cx - 9, cy: camera.cy - 6 },
      { radius: 2 },
    );
    for (let v = 2; v < 13; v++) {
      for (let u = 2; u < 18; u++) {
        const [here, there] = [normalAt(part, v * 20 + u), normalAt(whole, (v + 6) * width + u + 9)];
        for (const k of [0, 1, 2]) expect(here[k]).toBeCloseTo(there[k]!, 5);
      }
    }
  });

  it("refuses a depth of another size, and windows and tolerances that are none", () => {
    const depth = new Float32Array(6);
    expect(() => planeNormals(depth, 2, 2, camera)).toThrowError(/6 values/);
    expect(() => planeNormals(depth, 3, 2, camera, { radius: 0 })).toThrowError(/at least 1/);
    expect(() => planeNormals(depth, 3, 2, camera, { tolerance: Number.NaN })).toThrowError(/above 0/);
  });
});

const sample = join(process.env["OUTRIGGER_DATA"] ?? "/nowhere", "vision/nyuv2-sample-560x425");
const missing = !existsSync(sample);
describe.skipIf(missing)(
  `the tiled floor of a frame of NYUv2${missing ? " (skipped: set OUTRIGGER_DATA to a folder with vision/nyuv2-sample-560x425)" : ""}`,
  () => {
    it("has normals along (0.0, −0.96, −0.27) whose median spread falls with the window as measured", async () => {
      // The window of the picture that shows floor, with a margin for the largest R.
      const [left, top, w, h] = [190, 330, 180, 95];
      const millimetres = await readPixels(join(sample, "depth.png"), "depth", 560, 425);
      const depth = Float32Array.from(
        { length: w * h },
        (_, i) => millimetres[(top + Math.floor(i / w)) * 560 + left + (i % w)]! / 1000,
      );
      // The frame itself was cut from 640 × 480 at column 40 and row 45.
      const [cx, cy] = [325.58244941 - 40 - left, 253.73616633 - 45 - top];
      const crop = { fx: 518.85790117, fy: 519.46961112, cx, cy };
      const spread = (radius: number): { mean: number[]; median: number } => {
        const normals = planeNormals(depth, w, h, crop, { radius });
        const sum = [0, 0, 0];
        const floor: number[][] = [];
        for (let v = 10; v < 90; v++) {
          for (let u = 10; u < 170; u++) {
            const n = normalAt(normals, v * w + u);
            // Legs of chairs stand in the window too.
            if (n[1]! > -0.8) continue;
            floor.push(n);
            for (const k of [0, 1, 2]) sum[k]! += n[k]!;
          }
        }
        const mean = unit(sum);
        const angles = floor.map((n) =>
          Math.acos(
            Math.min(
              1,
              n.reduce((dot, x, k) => dot + x * mean[k]!, 0),
            ),
          ),
        );
        return { mean, median: (angles.sort((a, b) => a - b)[angles.length >> 1]! * 180) / Math.PI };
      };
      const { mean, median } = spread(7);
      expect(Math.abs(mean[0]! - 0.02)).toBeLessThan(0.03);
      expect(Math.abs(mean[1]! + 0.96)).toBeLessThan(0.01);
      expect(Math.abs(mean[2]! + 0.27)).toBeLessThan(0.02);
      expect(median).toBeGreaterThan(3);
      expect(median).toBeLessThan(4.5);
      expect(spread(4).median).toBeGreaterThan(6);
    });
  },
);

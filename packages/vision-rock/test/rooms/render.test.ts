import { Random } from "@outrigger/core/random";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { block } from "../../src/rooms/plan/part.ts";
import type { PlacedObject, RoomPlan } from "../../src/rooms/plan/plan.ts";
import { planRoom } from "../../src/rooms/plan/plan-room.ts";
import { compile, HALF, LAMP, STRIDE } from "../../src/rooms/render/compile.ts";
import { BOX, CYLINDER, ELLIPSOID, enter, newRay } from "../../src/rooms/render/enter.ts";
import { frameOf } from "../../src/rooms/render/frame.ts";
import { renderRoom } from "../../src/rooms/render/render.ts";
import { shadowed } from "../../src/rooms/render/shadow.ts";
import { visibility } from "../../src/rooms/render/visibility.ts";
import type { Sample } from "../../src/sample.ts";
import { placed, roomWith } from "./setup.ts";

const size = { width: 65, height: 49 };
const at = ({ width }: Sample, u: number, v: number): number => v * width + u;
/** The middle of the picture, whose ray is the viewing direction. */
const [midU, midV] = [32, 24];

describe("depth in closed form", () => {
  it("of an empty room: the far wall, and the floor by the camera's height", () => {
    const sample = renderRoom(roomWith([]), size);
    const { depth, camera } = sample;
    expect(camera.fx).toBeCloseTo((518.85790117 / 640) * 65, 10);
    expect([camera.cx, camera.cy]).toEqual([midU, midV]);
    expect(depth[at(sample, midU, midV)]).toBeCloseTo(4.5, 6);
    expect(depth[at(sample, midU + 10, midV - 5)]).toBeCloseTo(4.5, 6);
    for (const v of [44, 48])
      expect(depth[at(sample, midU, v)]).toBeCloseTo((1.2 * camera.fy) / (v - midV), 5);
    const side = renderRoom(
      roomWith([], { size: [3, 5, 3], camera: { at: [1.5, 0.5, 1.2], yaw: 0, pitch: 0 } }),
      size,
    );
    expect(side.depth[at(side, 0, midV)]).toBeCloseTo((1.5 * side.camera.fx) / midU, 5);
  });

  it("of a turned camera: the wall's distance over the cosine", () => {
    const yaw = 0.3;
    const sample = renderRoom(roomWith([], { camera: { at: [2, 0.5, 1.2], yaw, pitch: 0 } }), size);
    expect(sample.depth[at(sample, midU, midV)]).toBeCloseTo(4.5 / Math.cos(yaw), 5);
    const down = renderRoom(roomWith([], { camera: { at: [2, 0.5, 1.2], yaw: 0, pitch: -0.6 } }), size);
    expect(down.depth[at(down, midU, midV)]).toBeCloseTo(1.2 / Math.sin(0.6), 5);
  });

  it.each([
    ["a box", block(-0.5, -0.5, 0.7, 1, 1, 1), 2.5 - 0.5],
    ["a ball", { shape: "ellipsoid", centre: [0, 0, 1.2], half: [0.4, 0.4, 0.4] }, 2.5 - 0.4],
    ["a flat ellipsoid", { shape: "ellipsoid", centre: [0, 0, 1.2], half: [0.6, 0.2, 0.4] }, 2.5 - 0.2],
    ["a cylinder", { shape: "cylinder", centre: [0, 0, 1.2], half: [0.3, 0.3, 0.5] }, 2.5 - 0.3],
  ] as const)("of %s straight ahead", (_, part, expected) => {
    const sample = renderRoom(roomWith([placed([part], 2, 3)]), size);
    const middle = at(sample, midU, midV);
    expect(sample.depth[middle]).toBeCloseTo(expected, 5);
    expect(sample.instances[middle]).toBe(1);
    expect([...sample.normals.subarray(3 * middle, 3 * middle + 3)].map((n) => n + 0)).toEqual([0, 0, -1]);
  });

  it("of a box turned by 45°: its edge comes nearer", () => {
    const part = block(-0.5, -0.5, 0.7, 1, 1, 1);
    const sample = renderRoom(roomWith([placed([part], 2, 3, { yaw: Math.PI / 4 })]), size);
    expect(sample.depth[at(sample, midU, midV)]).toBeCloseTo(2.5 - Math.SQRT1_2, 5);
  });

  it("of a leaning plate: its top is further away, and its normal looks up", () => {
    const tilt = 0.3;
    const part = { ...block(-0.5, -0.01, 0.7, 1, 0.02, 1), tilt };
    const sample = renderRoom(roomWith([placed([part], 2, 3)]), size);
    const [nx, ny, nz] = sample.normals.subarray(3 * at(sample, midU, midV));
    expect(nx).toBeCloseTo(0, 6);
    expect(ny).toBeCloseTo(-Math.sin(tilt), 5);
    expect(nz).toBeCloseTo(-Math.cos(tilt), 5);
    expect(sample.depth[at(sample, midU, midV - 4)]!).toBeGreaterThan(
      sample.depth[at(sample, midU, midV + 4)]!,
    );
  });
});

describe("labels agree with each other in drawn rooms", () => {
  const seeds = Array.from({ length: 7 }, (_, i) => 40 + i);

  it("normals are the cross products of the points that depth gives, wherever 3 × 3 pixels show one plane", () => {
    let planar = 0;
    let pixels = 0;
    for (const seed of seeds) {
      const plan = planRoom(seed);
      const { width, height, depth, normals, camera } = renderRoom(plan, { width: 64, height: 48 });
      const frame = frameOf(plan, width, height);
      const { seen } = visibility(compile(plan, frame), plan.size, frame);
      const point = (u: number, v: number): number[] => {
        const z = depth[v * width + u]!;
        return [(z * (u - camera.cx)) / camera.fx, (z * (v - camera.cy)) / camera.fy, z];
      };
      const normal = (i: number): number[] => [...normals.subarray(3 * i, 3 * i + 3)];
      for (let v = 1; v < height - 1; v++) {
        for (let u = 1; u < width - 1; u++) {
          pixels++;
          const i = v * width + u;
          const around = [-1, 0, 1].flatMap((dv) => [-1, 0, 1].map((du) => i + dv * width + du));
          const n = normal(i);
          if (around.some((j) => seen[j] !== seen[i] || normal(j).some((x, k) => Math.abs(x - n[k]!) > 1e-6)))
            continue;
          planar++;
          const difference = (a: number[], b: number[]): number[] => a.map((x, k) => x - b[k]!);
          const across = difference(point(u + 1, v), point(u - 1, v));
          const down = difference(point(u, v + 1), point(u, v - 1));
          // Down × across looks towards the camera.
          const cross = [0, 1, 2].map(
            (k) => down[(k + 1) % 3]! * across[(k + 2) % 3]! - down[(k + 2) % 3]! * across[(k + 1) % 3]!,
          );
          const length = Math.hypot(...cross);
          const cosine = cross.reduce((sum, x, k) => sum + (x / length) * n[k]!, 0);
          if (cosine < 1 - 1e-4) expect.fail(`room ${seed}, pixel ${u}, ${v}: cosine ${cosine}`);
        }
      }
    }
    expect(planar / pixels).toBeGreaterThan(0.6);
  });

  it("every normal is a unit vector that looks towards the camera", () => {
    for (const seed of seeds) {
      const { width, height, normals, camera } = renderRoom(planRoom(seed), { width: 64, height: 48 });
      for (let i = 0; i < width * height; i++) {
        const [nx, ny, nz] = normals.subarray(3 * i, 3 * i + 3) as unknown as [number, number, number];
        const [u, v] = [i % width, Math.floor(i / width)];
        const along = (nx * (u - camera.cx)) / camera.fx + (ny * (v - camera.cy)) / camera.fy + nz;
        if (Math.abs(Math.hypot(nx, ny, nz) - 1) > 1e-6 || along > 1e-6)
          expect.fail(`room ${seed}, pixel ${u}, ${v}`);
      }
      expect(normals).not.toContain(Number.NaN);
    }
  });

  it("boxes and areas are those of the instance map, and amodal boxes hold them", () => {
    let objects = 0;
    for (const seed of seeds) {
      const sample = renderRoom(planRoom(seed));
      for (const [o, { box, area, amodal }] of sample.objects.entries()) {
        const own = [...sample.instances.keys()].filter((i) => sample.instances[i] === o + 1);
        const us = own.map((i) => i % sample.width);
        const vs = own.map((i) => Math.floor(i / sample.width));
        const [left, top] = [Math.min(...us), Math.min(...vs)];
        expect(box).toEqual([left, top, Math.max(...us) - left + 1, Math.max(...vs) - top + 1]);
        expect(area).toBe(own.length);
        expect(area).toBeGreaterThanOrEqual(0.0015 * sample.width * sample.height);
        expect(amodal[0] <= left && amodal[1] <= top).toBe(true);
        expect(amodal[0] + amodal[2] >= left + box[2] && amodal[1] + amodal[3] >= top + box[3]).toBe(true);
        objects++;
      }
      expect(Math.max(0, ...sample.instances)).toBe(sample.objects.length);
    }
    expect(objects).toBeGreaterThan(15);
  });

  it("an amodal box is what the object's box would be if it stood alone", () => {
    let hidden = 0;
    // More rooms, for in most nothing stands before anything else.
    for (let seed = 40; seed < 60; seed++) {
      const plan = planRoom(seed);
      const sample = renderRoom(plan, { minVisible: 0 });
      const alone = plan.objects
        .filter(({ category }) => category >= 0)
        .map((object) => renderRoom({ ...plan, objects: [object] }, { minVisible: 0 }).objects[0])
        .filter((object) => object !== undefined);
      for (const { category, amodal, box } of sample.objects) {
        expect(alone).toContainEqual(expect.objectContaining({ category, box: amodal }));
        if (amodal.some((x, k) => x !== box[k])) hidden++;
      }
    }
    expect(hidden).toBeGreaterThan(1);
  });

  it("what is seen of too few pixels is in no label", () => {
    const plan = planRoom(43);
    const all = renderRoom(plan, { minVisible: 0 });
    const limit = all.objects.map(({ area }) => area).sort((a, b) => a - b)[1]!;
    const large = renderRoom(plan, { minVisible: (limit + 0.5) / (128 * 96) });
    expect(large.objects).toEqual(all.objects.filter(({ area }) => area > limit));
    expect(large.instances.filter((id) => id > 0)).toHaveLength(
      large.objects.reduce((sum, { area }) => sum + area, 0),
    );
  });

  it("a mirrored room gives the mirrored picture", () => {
    const mirror = (plan: RoomPlan): RoomPlan => {
      const across = plan.size[0];
      const { left, right } = plan.surfaces;
      return {
        ...plan,
        surfaces: { ...plan.surfaces, left: right, right: left },
        objects: plan.objects.map(
          (object): PlacedObject => ({
            ...object,
            at: [across - object.at[0], object.at[1], object.at[2]],
            yaw: -object.yaw,
            parts: object.parts.map((part) => ({
              ...part,
              centre: [-part.centre[0], part.centre[1], part.centre[2]],
            })),
          }),
        ),
        light: { ...plan.light, at: [across - plan.light.at[0], plan.light.at[1], plan.light.at[2]] },
        camera: {
          ...plan.camera,
          at: [across - plan.camera.at[0], plan.camera.at[1], plan.camera.at[2]],
          yaw: -plan.camera.yaw,
        },
      };
    };
    for (const seed of seeds) {
      const plan = { ...planRoom(seed), decals: [] };
      const [a, b] = [renderRoom(plan), renderRoom(mirror(plan))];
      let other = 0;
      for (let i = 0; i < a.depth.length; i++) {
        const u = i % a.width;
        const j = i - u + a.width - 1 - u;
        const same =
          Math.abs(a.depth[i]! - b.depth[j]!) < 1e-5 &&
          a.instances[i] === b.instances[j] &&
          Math.abs(a.normals[3 * i]! + b.normals[3 * j]!) < 1e-5;
        if (!same) other++;
      }
      // Rays that graze an edge may round to either side of it.
      expect(other).toBeLessThan(5);
    }
  });
});

describe("solids", () => {
  const coordinate = fc.double({ min: -3, max: 3, noNaN: true });
  const half = fc.double({ min: 0.05, max: 1.5, noNaN: true });
  /** Rays go to a point in or near the solid. */
  const aim = fc.double({ min: -1.3, max: 1.3, noNaN: true });
  it("are entered at the first point of a ray that lies in them", () => {
    const within = [
      (x: number, y: number, z: number) => Math.max(Math.abs(x), Math.abs(y), Math.abs(z)),
      (x: number, y: number, z: number) => Math.max(Math.hypot(x, y), Math.abs(z)),
      (x: number, y: number, z: number) => Math.hypot(x, y, z),
    ];
    let hits = 0;
    fc.assert(
      fc.property(
        fc.constantFrom(BOX, CYLINDER, ELLIPSOID),
        fc.tuple(half, half, half),
        fc.tuple(coordinate, coordinate, coordinate),
        fc.tuple(aim, aim, aim),
        (shape, h, o, target) => {
          const d = target.map((share, i) => share * h[i]! - o[i]!) as [number, number, number];
          // How far out a point of the ray is, 1 on the surface.
          const level = (t: number): number =>
            within[shape]!((o[0] + t * d[0]) / h[0], (o[1] + t * d[1]) / h[1], (o[2] + t * d[2]) / h[2]);
          if (Math.hypot(...d) < 0.1 || level(0) <= 1) return;
          const ray = newRay();
          ray.set(d);
          const hit = enter(shape, Float64Array.of(...h, ...o), 0, 3, ray);
          const end = hit ? ray[3]! : 3;
          if (hit) {
            expect(level(end)).toBeCloseTo(1, 6);
            hits++;
          }
          for (let k = 0; k < 60; k++) expect(level((k / 60) * end)).toBeGreaterThan(1 - 1e-6);
        },
      ),
      { numRuns: 300, seed: 5 },
    );
    expect(hits).toBeGreaterThan(20);
  });

  it("are not entered from inside, nor behind the ray's start", () => {
    const ray = newRay();
    for (const shape of [BOX, CYLINDER, ELLIPSOID]) {
      ray.set([0, 1, 0]);
      expect(enter(shape, Float64Array.of(1, 1, 1, 0, 0, 0), 0, 3, ray)).toBe(false);
      expect(enter(shape, Float64Array.of(1, 1, 1, 0, 3, 0), 0, 3, ray)).toBe(false);
      expect(enter(shape, Float64Array.of(1, 1, 1, 0, -3, 0), 0, 3, ray)).toBe(true);
      expect(ray[3]).toBe(2);
    }
  });
});

describe("shadows", () => {
  it("fall where a search through all solids finds one between point and lamp", () => {
    const random = Random.seeded(3, "points");
    let dark = 0;
    for (let seed = 60; seed < 72; seed++) {
      const plan = planRoom(seed, { lighting: seed % 2 ? "shifted" : "standard", objects: [5, 9] });
      const room = compile(plan, frameOf(plan, 64, 48));
      const lamp = plan.light.at;
      const ray = newRay();
      for (let k = 0; k < 400; k++) {
        const spot = Float64Array.of(
          ...plan.size.map((extent, axis) => extent * random.uniform() * (axis === 2 ? 0.6 : 1)),
          0,
          0,
          0,
        );
        const found = Array.from({ length: room.count }, (_, p) => p).some((p) => {
          if (!room.casts[room.owner[p]!]!) return false;
          const base = p * STRIDE;
          for (let i = 0; i < 3; i++) {
            ray[i] = [0, 1, 2].reduce(
              (sum, axis) => sum + room.data[base + 3 * i + axis]! * (spot[axis]! - lamp[axis]!),
              0,
            );
          }
          return enter(room.shape[p]!, room.data, base + HALF, base + LAMP, ray) && ray[3]! < 1 - 1e-3;
        });
        expect(shadowed(room, lamp, spot)).toBe(found);
        if (found) dark++;
      }
    }
    expect(dark).toBeGreaterThan(200);
  });

  it("of a table darken the floor below it", () => {
    const top = block(-0.6, -0.6, 0.7, 1.2, 1.2, 0.04);
    const view = { camera: { at: [2, 0.3, 1.6] as const, yaw: 0, pitch: -0.5 } };
    const lit = renderRoom(roomWith([], view), size);
    const dark = renderRoom(roomWith([placed([top], 2, 2.5)], view), size);
    const below = [...lit.rgb.keys()].filter(
      (i) => dark.instances[Math.floor(i / 3)] === 0 && dark.rgb[i] !== lit.rgb[i],
    );
    expect(below.length).toBeGreaterThan(100);
    // Ambient light alone: 255 · 0.5 · 0.3.
    for (const i of below) expect(dark.rgb[i]).toBe(38);
  });
});

describe("options", () => {
  it.each([{ width: 0 }, { height: 2.5 }, { width: 5000 }, { minVisible: -1 }, { minVisible: Number.NaN }])(
    "%o is refused",
    (options) => {
      expect(() => renderRoom(roomWith([]), options)).toThrowError(
        expect.objectContaining({ code: "bad-option" }),
      );
    },
  );

  it("a camera outside the room and objects without end are refused", () => {
    const refused = expect.objectContaining({ code: "bad-option" });
    const outside = roomWith([], { camera: { at: [2, -0.5, 1.2], yaw: 0, pitch: 0 } });
    expect(() => renderRoom(outside, size)).toThrowError(refused);
    const crowd = Array.from({ length: 256 }, () => placed([block(-0.1, -0.1, 0, 0.2, 0.2, 0.2)], 2, 3));
    expect(() => renderRoom(roomWith(crowd), size)).toThrowError(refused);
  });
});

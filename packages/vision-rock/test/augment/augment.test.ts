import { Random } from "@outrigger/core/random";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { augment, drawView } from "../../src/augment/augment.ts";
import { flip } from "../../src/augment/flip.ts";
import { jitter } from "../../src/augment/jitter.ts";
import { zoomCrop } from "../../src/augment/zoom-crop.ts";
import type { Box } from "../../src/box.ts";
import { planRoom } from "../../src/rooms/plan/plan-room.ts";
import { compile } from "../../src/rooms/render/compile.ts";
import { frameOf } from "../../src/rooms/render/frame.ts";
import { renderRoom } from "../../src/rooms/render/render.ts";
import { visibility } from "../../src/rooms/render/visibility.ts";
import type { Sample } from "../../src/sample.ts";

const size = { width: 64, height: 48 };
const rooms = Array.from({ length: 6 }, (_, i) => renderRoom(planRoom(80 + i), size));
const room = fc.nat({ max: rooms.length - 1 });
/** A window of the picture's aspect ratio. */
const window = fc
  .tuple(...[0.35, 0, 0].map((min) => fc.double({ min, max: 1, noNaN: true })))
  .map(([side, x, y]): Box => {
    const [w, h] = [side! * size.width, side! * size.height];
    return [x! * (size.width - w), y! * (size.height - h), w, h];
  });

/** The rooms with parts and walls in the place of objects: where instance and normal agree, all is of one plane or one curved face. */
const surfaces = Array.from({ length: 6 }, (_, i): Sample => {
  const plan = planRoom(80 + i);
  const frame = frameOf(plan, size.width, size.height);
  const { seen } = visibility(compile(plan, frame), plan.size, frame);
  const instances = Uint8Array.from(seen, (part) => part + 7);
  const whole: Box = [0, 0, size.width, size.height];
  const object = { category: 0, box: whole, amodal: whole, area: 1 };
  return { ...rooms[i]!, instances, objects: Array.from({ length: Math.max(...instances) }, () => object) };
});
const all = { minKept: 0, minVisible: 0 };

/**
 * The share of pixels whose 3 × 3 neighbours are of one plane, and among these the share whose normal is further than 2.6° (a cosine of 0.999)
 * from the cross product of the points that depth and camera give.
 */
function disagreement({ width, height, depth, normals, instances, camera }: Sample): {
  flat: number;
  wrong: number;
} {
  const point = (i: number): number[] => {
    const u = i % width;
    const z = depth[i]!;
    return [(z * (u - camera.cx)) / camera.fx, (z * ((i - u) / width - camera.cy)) / camera.fy, z];
  };
  let flat = 0;
  let wrong = 0;
  for (let v = 1; v < height - 1; v++) {
    for (let u = 1; u < width - 1; u++) {
      const i = v * width + u;
      const n = normals.subarray(3 * i, 3 * i + 3);
      const strange = (j: number): boolean => {
        const m = normals.subarray(3 * j, 3 * j + 3);
        return instances[j] !== instances[i] || m.some((x, k) => Math.abs(x - n[k]!) > 1e-6);
      };
      if (
        [-width - 1, -width, 1 - width, -1, 1, width - 1, width, width + 1].some((step) => strange(i + step))
      )
        continue;
      const [l, r, t, b] = [i - 1, i + 1, i - width, i + width].map(point) as [
        number[],
        number[],
        number[],
        number[],
      ];
      const across = r.map((x, k) => x - l[k]!);
      const down = b.map((x, k) => x - t[k]!);
      const cross = [0, 1, 2].map(
        (k) => down[(k + 1) % 3]! * across[(k + 2) % 3]! - down[(k + 2) % 3]! * across[(k + 1) % 3]!,
      );
      flat++;
      if (cross.reduce((sum, x, k) => sum + x * n[k]!, 0) / Math.hypot(...cross) < 0.999) wrong++;
    }
  }
  return { flat: flat / (width * height), wrong: wrong / flat };
}

const boxesOf = ({ instances, objects, width }: Sample): Box[] =>
  objects.map((_, o) => {
    const own = [...instances.keys()].filter((i) => instances[i] === o + 1);
    const us = own.map((i) => i % width);
    const vs = own.map((i) => Math.floor(i / width));
    const [left, top] = [Math.min(...us), Math.min(...vs)];
    return [left, top, Math.max(...us) - left + 1, Math.max(...vs) - top + 1];
  });

describe("normals computed from augmented depth agree with augmented normals", () => {
  it("after a zoom, but for planes that are seen from their edge", () => {
    fc.assert(
      fc.property(room, window, (index, cut) => {
        const { flat, wrong } = disagreement(zoomCrop(surfaces[index]!, cut, all));
        expect(flat).toBeGreaterThan(0.5);
        expect(wrong).toBeLessThan(0.005);
      }),
      { numRuns: 20 },
    );
  });

  it("after a flip", () => {
    for (const sample of surfaces) {
      const { flat, wrong } = disagreement(flip(sample));
      expect(flat).toBeGreaterThan(0.5);
      expect(wrong).toBe(0);
    }
  });

  it("and do not if a zoom forgets the normals, the depth or the camera, or a flip the sign", () => {
    const [sample] = surfaces as [Sample];
    const zoomed = zoomCrop(sample, [8, 6, 32, 24], all);
    const forgotten = zoomed.normals.slice();
    for (let i = 0; i < forgotten.length; i += 3) {
      const n = [forgotten[i]!, forgotten[i + 1]!, forgotten[i + 2]! / 2];
      const length = Math.hypot(...n);
      for (const [k, x] of n.entries()) forgotten[i + k] = x / length;
    }
    const mirrored = flip(sample);
    const wrong: Sample[] = [
      { ...zoomed, normals: forgotten },
      { ...zoomed, depth: zoomed.depth.map((z) => 2 * z), normals: forgotten, camera: sample.camera },
      { ...zoomed, camera: sample.camera },
      { ...mirrored, normals: mirrored.normals.map((n, i) => (i % 3 === 0 ? 0 - n : n)) },
    ];
    for (const other of wrong) expect(disagreement(other).wrong).toBeGreaterThan(0.05);
  });
});

describe("zoom", () => {
  it("of the whole picture changes nothing", () => {
    for (const sample of rooms) {
      const same = zoomCrop(sample, [0, 0, size.width, size.height]);
      expect(Buffer.compare(same.rgb, sample.rgb)).toBe(0);
      expect(Buffer.compare(same.instances, sample.instances)).toBe(0);
      expect(same.objects).toEqual(sample.objects);
      expect(same.camera).toEqual(sample.camera);
      expect(same.depth.every((z, i) => Math.abs(z - sample.depth[i]!) < 1e-6)).toBe(true);
      expect(same.normals.every((n, i) => Math.abs(n - sample.normals[i]!) < 1e-6)).toBe(true);
    }
  });

  it("keeps X and Y of what it shows and divides Z, where the window falls on whole pixels", () => {
    // By 3, so that the middle of a block of 3 × 3 new pixels is an old pixel's centre.
    const three = renderRoom(planRoom(80), { width: 96, height: 72 });
    const zoomed = zoomCrop(three, [30, 12, 32, 24]);
    for (const [u, v] of [
      [3, 2],
      [20, 20],
      [31, 23],
    ] as const) {
      const from = (12 + v) * 96 + 30 + u;
      const to = (3 * v + 1) * 96 + 3 * u + 1;
      const [before, after] = [three.depth[from]!, zoomed.depth[to]!];
      expect(after).toBeCloseTo(before / 3, 5);
      const x = (z: number, column: number, cx: number): number => (z * (column - cx)) / three.camera.fx;
      expect(x(after, 3 * u + 1, zoomed.camera.cx)).toBeCloseTo(x(before, 30 + u, three.camera.cx), 5);
      expect(x(after, 3 * v + 1, zoomed.camera.cy)).toBeCloseTo(x(before, 12 + v, three.camera.cy), 5);
      expect([...zoomed.rgb.subarray(3 * to, 3 * to + 3)]).toEqual([
        ...three.rgb.subarray(3 * from, 3 * from + 3),
      ]);
    }
  });

  it("boxes and areas are those of the new instances; what hardly remains is dropped", () => {
    let dropped = 0;
    fc.assert(
      fc.property(room, window, (index, cut) => {
        const sample = rooms[index]!;
        const zoomed = zoomCrop(sample, cut);
        expect(zoomed.objects.map(({ box }) => box)).toEqual(boxesOf(zoomed));
        const scale = size.width / cut[2];
        for (const [o, { area, amodal, box }] of zoomed.objects.entries()) {
          expect(area).toBe(zoomed.instances.filter((id) => id === o + 1).length);
          // A new pixel takes the nearest old one, so bounds may differ by half an old pixel.
          expect(amodal[0]).toBeLessThanOrEqual(box[0] + scale / 2);
          expect(amodal[0] + amodal[2]).toBeGreaterThanOrEqual(box[0] + box[2] - scale / 2);
        }
        expect(Math.max(0, ...zoomed.instances)).toBe(zoomed.objects.length);
        dropped += sample.objects.length - zoomed.objects.length;
      }),
      { numRuns: 30 },
    );
    expect(dropped).toBeGreaterThan(10);
  });

  it("leaves the sample alone, and unknown depth and normals unknown", () => {
    const [sample] = rooms as [Sample];
    const blank = {
      ...sample,
      depth: new Float32Array(sample.depth.length),
      normals: new Float32Array(sample.normals.length),
    };
    const zoomed = flip(zoomCrop(blank, [8, 6, 32, 24]));
    expect(zoomed.depth.every((z) => Object.is(z, 0))).toBe(true);
    expect(zoomed.normals.every((n) => Object.is(n, 0))).toBe(true);
    expect(sample.instances).toEqual(renderRoom(planRoom(80), size).instances);
  });

  it.each([
    [[-1, 0, 32, 24]],
    [[0, 0, 65, 48.75]],
    [[0, 0, 32, 30]],
    [[40, 0, 32, 24]],
    [[0, 0, 0, 0]],
    [[0, 0, Number.NaN, 24]],
  ])("refuses the window %o", (cut) => {
    expect(() => zoomCrop(rooms[0]!, cut as unknown as Box)).toThrowError(
      expect.objectContaining({ code: "bad-option" }),
    );
  });
});

describe("flip", () => {
  it("twice is the sample", () => {
    for (const sample of rooms) {
      const { rgb, depth, normals, instances, ...rest } = flip(flip(sample));
      expect(Buffer.compare(rgb, sample.rgb)).toBe(0);
      expect(Buffer.compare(instances, sample.instances)).toBe(0);
      expect(depth.every((z, i) => z === sample.depth[i])).toBe(true);
      expect(normals.every((n, i) => n === sample.normals[i])).toBe(true);
      expect(rest).toMatchObject({ objects: sample.objects, camera: sample.camera });
    }
  });

  it("boxes are those of the new instances", () => {
    for (const sample of rooms) {
      const flipped = flip(sample);
      expect(flipped.objects.map(({ box }) => box)).toEqual(boxesOf(flipped));
    }
  });
});

describe("jitter", () => {
  const grey: Sample = { ...rooms[0]!, rgb: new Uint8Array(rooms[0]!.rgb.length).fill(100) };
  it("with ranges of 0 changes nothing, and touches colours alone", () => {
    const none = { brightness: 0, contrast: 0, saturation: 0, hue: 0 };
    expect(Buffer.compare(jitter(rooms[0]!, Random.seeded(1, "j"), none).rgb, rooms[0]!.rgb)).toBe(0);
    const other = jitter(rooms[0]!, Random.seeded(1, "j"));
    expect(Buffer.compare(other.rgb, rooms[0]!.rgb)).not.toBe(0);
    expect(other.depth).toBe(rooms[0]!.depth);
  });

  it("grey stays grey whatever hue and saturation, and only brightness moves an even picture", () => {
    fc.assert(
      fc.property(fc.integer(), (seed) => {
        const [value] = jitter(grey, Random.seeded(seed, "j"), { brightness: 0 }).rgb;
        expect(value).toBe(100);
        const bright = jitter(grey, Random.seeded(seed, "j")).rgb;
        expect(new Set(bright).size).toBe(1);
        expect(Math.abs(bright[0]! - 100)).toBeLessThanOrEqual(16);
      }),
      { numRuns: 20 },
    );
  });

  it("a third of a turn of the hue permutes the channels", () => {
    const red: Sample = { ...grey, rgb: grey.rgb.map((_, i) => (i % 3 === 0 ? 200 : 50)) };
    const options = { brightness: 0, contrast: 0, saturation: 0, hue: 1 / 3 };
    // uniform() just below 1 turns by the full range.
    const random = { uniform: () => 1 - 2 ** -53 } as Random;
    expect([...jitter(red, random, options).rgb.subarray(0, 3)]).toEqual([50, 200, 50]);
  });
});

describe("augment", () => {
  it("the same state gives the same sample, and most samples differ", () => {
    const boxes = new Set<string>();
    for (let seed = 0; seed < 20; seed++) {
      const one = augment(rooms[1]!, Random.seeded(seed, "augment"));
      expect(Buffer.compare(one.rgb, augment(rooms[1]!, Random.seeded(seed, "augment")).rgb)).toBe(0);
      expect(one.objects.map(({ box }) => box)).toEqual(boxesOf(one));
      boxes.add(JSON.stringify(one.objects));
    }
    expect(boxes.size).toBeGreaterThan(8);
  });

  it("probabilities of 0 leave the sample alone", () => {
    expect(augment(rooms[0]!, Random.seeded(1, "a"), { flip: 0, crop: 0, jitter: false })).toBe(rooms[0]);
  });
});

it("a picture without boxes is cut about as often as one with boxes", () => {
  const cut = (without: boolean) => {
    const random = Random.seeded(5, "views");
    const seen = rooms.map((sample) => (without ? { ...sample, objects: [] } : sample));
    const views = Array.from({ length: 1200 }, (_, i) => drawView(seen[i % seen.length]!, random));
    return views.filter(({ window: found }) => found !== undefined).length / views.length;
  };
  expect(Math.abs(cut(true) - cut(false))).toBeLessThan(0.1);
  expect(cut(true)).toBeGreaterThan(0.35);
});

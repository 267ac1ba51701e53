import { describe, expect, it } from "vitest";
import { compactSample } from "../../src/batch/compact-sample.ts";
import { shrink } from "../../src/batch/shrink.ts";
import { planRoom } from "../../src/rooms/plan/plan-room.ts";
import { renderRoom } from "../../src/rooms/render/render.ts";

const large = renderRoom(planRoom(5), { width: 128, height: 96 });

describe("a sample in a smaller picture", () => {
  const half = shrink(large, { width: 64, height: 48 });

  it("has mean colours", () => {
    const [u, v] = [20, 11];
    for (let c = 0; c < 3; c++) {
      const four = [0, 1].flatMap((dv) =>
        [0, 1].map((du) => large.rgb[3 * ((2 * v + dv) * 128 + 2 * u + du) + c]!),
      );
      expect(half.rgb[3 * (v * 64 + u) + c]).toBe(Math.round(four.reduce((a, b) => a + b) / 4));
    }
  });

  it("shows every point where its camera says", () => {
    // A pixel of the large picture and where its middle falls in the small one: the same ray.
    const [u, v] = [37, 50];
    const [uHalf, vHalf] = [(u + 0.5) / 2 - 0.5, (v + 0.5) / 2 - 0.5];
    expect((uHalf - half.camera.cx) / half.camera.fx).toBeCloseTo(
      (u - large.camera.cx) / large.camera.fx,
      12,
    );
    expect((vHalf - half.camera.cy) / half.camera.fy).toBeCloseTo(
      (v - large.camera.cy) / large.camera.fy,
      12,
    );
  });

  it("has scaled boxes, within two pixels of those that are rendered at its size", () => {
    const rendered = renderRoom(planRoom(5), { width: 64, height: 48 });
    for (const { category, box } of rendered.objects) {
      const near = half.objects.filter((object) => object.category === category);
      const off = near.map((object) => Math.max(...object.box.map((x, k) => Math.abs(x - box[k]!))));
      expect(Math.min(...off)).toBeLessThanOrEqual(2);
    }
  });

  it("averages over parts of pixels where sides do not divide", () => {
    const white = { ...large, rgb: large.rgb.map(() => 200) };
    const odd = shrink(white, { width: 50, height: 37 });
    expect(odd.rgb.every((x) => x === 200)).toBe(true);
    expect(odd.objects[0]!.box[0]).toBeCloseTo((large.objects[0]!.box[0] * 50) / 128, 12);
  });
});

it("compactSample refuses to enlarge, and arrays that do not fit", () => {
  expect(() => compactSample(large, { width: 256, height: 192 })).toThrow(/smaller than 256 × 192/);
  expect(() => compactSample({ ...large, depth: large.depth.subarray(1) })).toThrow(
    /its depth must have 12288 values, not 12287/,
  );
});

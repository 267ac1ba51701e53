import fc from "fast-check";
import sharp, { type OutputInfo } from "sharp";
import { describe, expect, it } from "vitest";
import { boxesSvg, depthScaleSvg } from "../../src/draw/boxes-svg.ts";
import { classColour, viridis } from "../../src/draw/colours.ts";
import { depthPixels, depthRange, normalPixels } from "../../src/draw/geometry-pixels.ts";
import { drawSheet } from "../../src/draw/sheet.ts";

const GREY = [128, 128, 128];

describe("colours", () => {
  it("of depth grow lighter evenly from far to near", () => {
    const lightness = Array.from({ length: 21 }, (_, i) => {
      const [r, g, b] = viridis(i / 20);
      return 0.2126 * r + 0.7152 * g + 0.0722 * b;
    });
    for (let i = 1; i < lightness.length; i++) expect(lightness[i]!).toBeGreaterThan(lightness[i - 1]!);
    expect(viridis(-3)).toEqual(viridis(0));
    expect(viridis(7)).toEqual(viridis(1));
  });

  it("of the first twelve classes differ", () => {
    expect(new Set(Array.from({ length: 12 }, (_, i) => classColour(i))).size).toBe(12);
    expect(classColour(12)).toBe(classColour(0));
  });
});

describe("depth as pixels", () => {
  it("is yellow at the nearest, dark at the farthest, halfway at the geometric mean, grey where unknown", () => {
    const depth = Float32Array.of(1, 4, 2, 0, Number.NaN, -1, Number.POSITIVE_INFINITY);
    expect(depthRange(depth)).toEqual({ near: 1, far: 4 });
    const pixels = depthPixels(depth);
    const at = (i: number): number[] => [...pixels.subarray(3 * i, 3 * i + 3)];
    expect(at(0)).toEqual([253, 231, 37]);
    expect(at(1)).toEqual([68, 1, 84]);
    expect(at(2)).toEqual([...viridis(0.5)]);
    for (const i of [3, 4, 5, 6]) expect(at(i)).toEqual(GREY);
  });

  it("is one colour where all is as near, and grey where nothing is known", () => {
    expect([...depthPixels(Float32Array.of(2, 2))]).toEqual([253, 231, 37, 253, 231, 37]);
    expect(depthRange(new Float32Array(3))).toEqual({ near: 0, far: 0 });
    expect([...depthPixels(new Float32Array(1))]).toEqual(GREY);
  });
});

it("normals are red to the right, green upwards, blue towards the camera", () => {
  const at = (...normal: number[]): number[] => [...normalPixels(normal)];
  expect(at(0, 0, -1)).toEqual([128, 128, 255]);
  expect(at(1, 0, 0)).toEqual([255, 128, 128]);
  expect(at(0, -1, 0)).toEqual([128, 255, 128]);
  expect(at(0, 0, 0)).toEqual(GREY);
});

describe("boxes as SVG", () => {
  const options = { width: 100, height: 80, classes: ["chair", 'a "<b>'] };

  it("has names as text, whatever they are", () => {
    const svg = boxesSvg([{ category: 1, box: [1, 2, 3, 4], score: 0.5 }], options);
    expect(svg).toContain(">a &quot;&lt;b&gt; 0.50</text>");
    expect(boxesSvg([{ category: 9, box: [1, 2, 3, 4] }], options)).toContain(">class 9</text>");
  });

  it("keeps every name inside the picture", () => {
    const share = fc.double({ min: 0, max: 1, noNaN: true });
    fc.assert(
      fc.property(share, share, share, share, (x, y, w, h) => {
        const box = [100 * x, 80 * y, 100 * w * (1 - x), 80 * h * (1 - y)] as const;
        const svg = boxesSvg([{ category: 0, box, score: 0.9 }], { ...options, scale: 5 });
        const [, left, top, wide, high] =
          /<rect x="([-\d.]+)" y="([-\d.]+)" width="([\d.]+)" height="([\d.]+)" fill="#/
            .exec(svg)!
            .map(Number) as [number, number, number, number, number];
        expect(Math.min(left, top)).toBeGreaterThanOrEqual(0);
        expect(left + wide).toBeLessThanOrEqual(500.2);
        expect(top + high).toBeLessThanOrEqual(400.2);
      }),
    );
  });

  it("draws the surest last, so that it lies on top", () => {
    const boxes = [0.9, 0.2, 0.5].map((score) => ({ category: 0, box: [0, 0, 9, 9] as const, score }));
    const order = [...boxesSvg(boxes, options).matchAll(/>chair ([\d.]+)</g)].map(([, score]) => score);
    expect(order).toEqual(["0.20", "0.50", "0.90"]);
  });
});

it("the scale of depths names both ends", () => {
  const svg = depthScaleSvg({ width: 480, height: 28, near: 0.8, far: 12.34 });
  expect(svg).toContain(">0.80 m<");
  expect(svg).toContain(">12.3 m<");
});

describe("a sheet", () => {
  const [width, height] = [40, 30];
  const rgb = new Uint8Array(3 * width * height).fill(200);
  const plain = { width, height, rgb, classes: ["chair"], boxes: [] };
  const read = async (png: Uint8Array): Promise<{ data: Buffer; info: OutputInfo }> =>
    sharp(png).removeAlpha().raw().toBuffer({ resolveWithObject: true });

  it("is the picture enlarged in whole steps, with its boxes where they are", async () => {
    const { data, info } = await read(
      await drawSheet({ ...plain, boxes: [{ category: 0, box: [10, 15, 20, 10], score: 1 }] }),
    );
    expect([info.width, info.height]).toEqual([480, 360]);
    const pixel = (x: number, y: number): number[] => [
      ...data.subarray(3 * (y * 480 + x), 3 * (y * 480 + x) + 3),
    ];
    const colour = [1, 3, 5].map((i) => Number.parseInt(classColour(0).slice(i, i + 2), 16));
    expect(pixel(120, 240)).toEqual(colour);
    expect(pixel(360, 240)).toEqual(colour);
    expect(pixel(240, 300)).toEqual(colour);
    expect(pixel(240, 240)).toEqual([200, 200, 200]);
    expect(pixel(20, 340)).toEqual([200, 200, 200]);
  });

  it("has depth and normals beside it, stretched to the picture", async () => {
    const values = Float32Array.of(1, 2, 2, 2);
    const { data, info } = await read(
      await drawSheet({
        ...plain,
        caption: "a & b",
        depth: { width: 2, height: 2, values },
        normals: { width: 1, height: 1, values: Float32Array.of(0, 0, -1) },
      }),
    );
    expect([info.width, info.height]).toEqual([3 * 480 + 16, 360 + 28]);
    const pixel = (x: number, y: number): number[] => [
      ...data.subarray(3 * (y * info.width + x), 3 * (y * info.width + x) + 3),
    ];
    expect(pixel(488 + 239, 179)).toEqual([253, 231, 37]);
    expect(pixel(488 + 241, 179)).toEqual([68, 1, 84]);
    expect(pixel(976 + 5, 5)).toEqual([128, 128, 255]);
    expect(pixel(484, 5)).toEqual([255, 255, 255]);
  });
});

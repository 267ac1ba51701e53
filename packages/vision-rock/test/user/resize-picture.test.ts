import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { shrink } from "../../src/batch/shrink.ts";
import { resizePicture } from "../../src/predictor/resize-picture.ts";
import { tinyRooms } from "./tiny.ts";

const side = fc.integer({ min: 1, max: 12 });

describe("a resized picture", () => {
  it("of one colour stays so, at every size", () => {
    fc.assert(
      fc.property(side, side, side, side, fc.nat(255), (a, b, c, d, colour) => {
        const rgb = new Uint8Array(3 * a * b).fill(colour);
        const resized = resizePicture(rgb, { width: a, height: b }, { width: c, height: d });
        expect(resized).toEqual(new Uint8Array(3 * c * d).fill(colour));
      }),
    );
  });

  it("that becomes smaller is what the detector was trained on", async () => {
    const sample = await tinyRooms().get(1);
    for (const size of [
      { width: 32, height: 24 },
      { width: 41, height: 48 },
      { width: 7, height: 5 },
    ]) {
      const resized = resizePicture(sample.rgb, sample, size);
      const trained = shrink(sample, size).rgb;
      // A mean that ends in .5 may be rounded to either side.
      expect(Math.max(...resized.map((value, i) => Math.abs(value - trained[i]!)))).toBeLessThanOrEqual(1);
    }
  });

  it("that becomes larger lies between its pixels: a ramp stays a ramp", () => {
    const rgb = Uint8Array.of(0, 0, 0, 100, 100, 100, 200, 200, 200);
    const wide = resizePicture(rgb, { width: 3, height: 1 }, { width: 6, height: 2 });
    const red = Array.from({ length: 12 }, (_, i) => wide[3 * i]!);
    expect(red).toEqual([0, 25, 75, 125, 175, 200, 0, 25, 75, 125, 175, 200]);
  });

  it("of its own size is itself", () => {
    const rgb = Uint8Array.of(1, 2, 3);
    expect(resizePicture(rgb, { width: 1, height: 1 }, { width: 1, height: 1 })).toBe(rgb);
  });
});

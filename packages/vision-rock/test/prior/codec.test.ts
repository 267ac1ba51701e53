import fc from "fast-check";
import { expect, test } from "vitest";
import { decode, encode } from "../../src/prior/codec.ts";
import { priorBoxes } from "../../src/prior/prior-boxes.ts";

const priors = priorBoxes([
  { height: 3, width: 4, scale: 0.2, nextScale: 0.4, ratios: [2, 3] },
  { height: 1, width: 1, scale: 0.8, ratios: [2] },
]);
const offsets = (): Float32Array => new Float32Array(4 * priors.count);

test("by hand", () => {
  const one = priorBoxes([{ height: 1, width: 1, sizes: [[0.25, 0.5]] }]);
  const out = new Float32Array(4);
  // Centre moved by (0.05, −0.1) is (0.05/(0.1 · 0.25), −0.1/(0.1 · 0.5)) = (2, −2); twice as wide is ln 2/0.2 = 3.465736, half as high is −3.465736.
  encode(one, 0, [0.55, 0.4, 0.5, 0.25], out);
  [2, -2, 3.465736, -3.465736].forEach((value, k) => expect(out[k]).toBeCloseTo(value, 5));
  [0.55, 0.4, 0.5, 0.25].forEach((value, k) => expect(decode(one, 0, out, 0)[k]).toBeCloseTo(value, 6));
});

test("no offset is the prior itself", () => {
  for (let p = 0; p < priors.count; p++) {
    expect(decode(priors, p, offsets(), 4 * p)).toEqual([...priors.boxes.subarray(4 * p, 4 * p + 4)]);
  }
});

test("decoding what was encoded gives the box back", () => {
  const share = fc.double({ min: 0, max: 1, noNaN: true });
  // The codec's bound: no side is longer than 62.5 times the prior's, the smallest of which is 0.115.
  const side = fc.double({ min: 1e-3, max: 1, noNaN: true });
  const place = fc.nat({ max: priors.count - 1 });
  fc.assert(
    fc.property(place, fc.tuple(share, share, side, side), (p, box) => {
      const out = offsets();
      encode(priors, p, box, out);
      const found = decode(priors, p, out, 4 * p);
      box.forEach((value, k) => expect(Math.abs(found[k]! - value)).toBeLessThan(1e-5));
    }),
  );
});

test("encoding what was decoded gives the offsets back, and only those of its prior", () => {
  const offset = fc.double({ min: -15, max: 15, noNaN: true });
  const place = fc.nat({ max: priors.count - 1 });
  fc.assert(
    fc.property(place, fc.tuple(offset, offset, offset, offset), (p, wanted) => {
      const out = offsets();
      encode(priors, p, decode(priors, p, wanted, 0), out);
      out.forEach((value, i) => {
        const k = i - 4 * p;
        expect(Math.abs(value - (k >= 0 && k < 4 ? wanted[k]! : 0))).toBeLessThan(1e-4);
      });
    }),
  );
});

test("a side never grows beyond 62.5 times the prior's", () => {
  const [, , width, height] = decode(priors, 0, [0, 0, 1e30, -1e30], 0);
  expect(width).toBeCloseTo(0.2 * 62.5, 5);
  expect(height).toBe(0);
});

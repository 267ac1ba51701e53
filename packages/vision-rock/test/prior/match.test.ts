import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type Box, boxIou } from "../../src/box.ts";
import { VisionRockError } from "../../src/error.ts";
import { decode } from "../../src/prior/codec.ts";
import { matchPriors } from "../../src/prior/match.ts";
import { type Priors, priorBoxes } from "../../src/prior/prior-boxes.ts";

/** Four squares of 50 × 50 in a row of a picture of 200 × 100: at x = 0, 50, 100 and 150, and y = 25. */
const row = priorBoxes([{ height: 1, width: 4, sizes: [[0.25, 0.5]] }]);
const size = { width: 200, height: 100 };
const match = (boxes: readonly Box[], options = {}) =>
  matchPriors(
    row,
    boxes,
    boxes.map((_, i) => i),
    size,
    options,
  );

/** Prior p in pixels. */
function pixels({ boxes }: Priors, p: number, { width, height }: { width: number; height: number }): Box {
  const [cx, cy, w, h] = boxes.subarray(4 * p, 4 * p + 4) as unknown as Box;
  return [(cx - w / 2) * width, (cy - h / 2) * height, w * width, h * height];
}

describe("one box", () => {
  test("that is a prior is that prior without offsets; those beside it are background", () => {
    const { classes, offsets } = match([[50, 25, 50, 50]]);
    expect([...classes]).toEqual([0, 1, 0, 0]);
    expect([...offsets].every((value) => value === 0)).toBe(true);
  });

  test("has its best prior even where their IoU is low", () => {
    // 10 × 10 inside the third prior: IoU 100/2500 = 0.04.
    const { classes, offsets } = match([[120, 40, 10, 10]]);
    expect([...classes]).toEqual([0, 0, 1, 0]);
    // Centre (125, 45) on the prior's (125, 50): −5/(0.1 · 50) = −1; ln(10/50)/0.2 = −8.047190.
    [0, -1, -8.04719, -8.04719].forEach((value, k) => expect(offsets[8 + k]).toBeCloseTo(value, 4));
    expect([...offsets].filter((value) => value !== 0)).toHaveLength(3);
  });

  test.each([
    // 50 wide, x = 17 from the prior: 33/67 = 0.4925 and 17/83 = 0.2048.
    [[17, 25, 50, 50], {}, [1, 0, 0, 0]],
    // 100 wide from 0: IoU ½ with two priors; the first is claimed, ½ is not above ½ and not below 0.4.
    [[0, 25, 100, 50], {}, [1, -1, 0, 0]],
    [[0, 25, 100, 50], { positive: 0.45 }, [1, 1, 0, 0]],
    [[0, 25, 100, 50], { positive: 0.6, negative: 0.55 }, [1, 0, 0, 0]],
    // 125 wide from 0: IoU 0.4 with two priors, which is not below 0.4; 25/150 with the third.
    [[0, 25, 125, 50], {}, [1, -1, 0, 0]],
    [[0, 25, 125, 50], { negative: 0.41 }, [1, 0, 0, 0]],
  ] as const)("%j with %j", (box, options, classes) => {
    expect([...match([box], options).classes]).toEqual(classes);
  });

  test("of two priors that fit equally well the first is claimed", () => {
    // On the border of the second and the third: IoU 25/75 with both.
    expect([...match([[75, 25, 50, 50]]).classes]).toEqual([0, 1, 0, 0]);
  });
});

describe("several boxes", () => {
  test("two that want the same prior get one each: the better one that prior, the other its next", () => {
    // Both lie at the second prior, IoU 0.8 and 1; the first box reaches a little into the third.
    const { classes, offsets } = match([
      [60, 25, 50, 50],
      [50, 25, 50, 50],
    ]);
    expect([...classes]).toEqual([0, 2, 1, 0]);
    // The third prior's centre is 125, the box's 85: −40/(0.1 · 50).
    expect(offsets[8]).toBeCloseTo(-8, 5);
  });

  test("equal boxes: the earlier gets the best prior, the later another", () => {
    const { classes } = match([
      [55, 25, 50, 50],
      [55, 25, 50, 50],
    ]);
    expect([...classes]).toEqual([0, 1, 2, 0]);
  });

  test("a claim goes before a better IoU, and a free prior goes to the box with the largest", () => {
    const tall = priorBoxes([
      { height: 1, width: 2, sizes: [[0.5, 1]] },
      { height: 1, width: 2, sizes: [[0.4, 1]] },
    ]);
    const boxes: Box[] = [
      [0, 0, 100, 100],
      [10, 0, 80, 80],
    ];
    // Priors: 0 is box 0 exactly. Prior 2 is [10, 0, 80, 100]: IoU 0.8 with both; box 1 claims it, box 0 has its own.
    expect([...matchPriors(tall, boxes, [4, 6], size).classes]).toEqual([5, 0, 7, 0]);
  });

  test("more boxes than priors that they touch: what is left over claims none", () => {
    const one = priorBoxes([{ height: 1, width: 1, sizes: [[0.1, 0.1]] }]);
    const boxes: Box[] = [
      [90, 45, 20, 10],
      [92, 45, 16, 10],
      [0, 0, 10, 10],
    ];
    expect([...matchPriors(one, boxes, [0, 1, 2], size).classes]).toEqual([1]);
  });

  test("no box leaves all to the background", () => {
    const { classes, offsets } = match([]);
    expect([...classes]).toEqual([0, 0, 0, 0]);
    expect(offsets).toEqual(new Float32Array(16));
  });
});

describe("whatever the boxes", () => {
  const priors = priorBoxes([
    { height: 6, width: 8, scale: 0.2, nextScale: 0.4, ratios: [2] },
    { height: 2, width: 2, scale: 0.6, ratios: [3] },
  ]);
  const box = fc
    .tuple(
      fc.nat({ max: 180 }),
      fc.nat({ max: 90 }),
      fc.integer({ min: 1, max: 150 }),
      fc.integer({ min: 1, max: 80 }),
    )
    .map(([x, y, w, h]): Box => [x, y, Math.min(w, size.width - x), Math.min(h, size.height - y)]);
  const boxes = fc.array(box, { maxLength: 6 });
  const iousOf = (some: readonly Box[]): number[][] =>
    Array.from({ length: priors.count }, (_, p) => some.map((b) => boxIou(b, pixels(priors, p, size))));

  test("every box has a prior, and every prior says what its IoUs say unless it is claimed", () => {
    fc.assert(
      fc.property(boxes, (some) => {
        const { classes, offsets } = matchPriors(
          priors,
          some,
          some.map((_, i) => i),
          size,
        );
        const ious = iousOf(some);
        some.forEach((_, i) => expect(classes).toContain(1 + i));
        let claimed = 0;
        classes.forEach((c, p) => {
          const largest = Math.max(0, ...ious[p]!);
          if (c > 0) {
            const found = decode(priors, p, offsets, 4 * p);
            const wanted = some[c - 1]!;
            expect(found[0] * size.width).toBeCloseTo(wanted[0] + wanted[2] / 2, 2);
            expect(found[3] * size.height).toBeCloseTo(wanted[3], 2);
            if (largest > 0.5 + 1e-6 && Math.abs(ious[p]![c - 1]! - largest) < 1e-6) return;
            claimed++;
          } else if (c === 0) expect(largest).toBeLessThan(0.4 + 1e-6);
          else {
            expect(largest).toBeGreaterThan(0.4 - 1e-6);
            expect(largest).toBeLessThan(0.5 + 1e-6);
          }
        });
        expect(claimed).toBeLessThanOrEqual(some.length);
      }),
    );
  });

  test("no box could have a better prior than its own unless another box has it that fits at least as well", () => {
    fc.assert(
      fc.property(boxes, (some) => {
        // Nothing is above an IoU of 1, so that only claims are positive.
        const { classes } = matchPriors(
          priors,
          some,
          some.map((_, i) => i),
          size,
          { positive: 1, negative: 1 },
        );
        const ious = iousOf(some);
        const own = some.map((_, i) => classes.indexOf(1 + i));
        some.forEach((_, i) => {
          ious.forEach((of, p) => {
            if (of[i]! <= ious[own[i]!]![i]! + 1e-6) return;
            const holder = classes[p]! - 1;
            expect(holder).toBeGreaterThanOrEqual(0);
            expect(of[holder]).toBeGreaterThan(of[i]! - 1e-6);
          });
        });
      }),
    );
  });
});

test("what lies outside the picture is cut off", () => {
  const cut = match([[-30, -10, 80, 120]]);
  const inside = match([[0, 0, 50, 100]]);
  expect(cut).toEqual(inside);
});

describe("what is refused", () => {
  test.each<[Box, RegExp]>([
    [[200, 0, 10, 10], /Box 1 is \[200, 0, 10, 10\].*inside the picture of 200 × 100/],
    [[10, 10, 0, 10], /Box 1 is \[10, 10, 0, 10\]/],
    [[10, 10, 10, -5], /Box 1 is/],
    [[Number.NaN, 10, 10, 10], /Box 1 is \[NaN/],
    [[0, 10, Number.POSITIVE_INFINITY, 10], /Box 1 is/],
  ])("%j", (wrong, message) => {
    expect(() => match([[0, 0, 10, 10], wrong])).toThrow(message);
    expect(() => match([[0, 0, 10, 10], wrong])).toThrow(VisionRockError);
  });

  test("categories that are none, or not one a box, and thresholds that cross", () => {
    const box: Box = [0, 0, 10, 10];
    expect(() => matchPriors(row, [box], [-1], size)).toThrow(/category of box 0 is -1/);
    expect(() => matchPriors(row, [box], [0.5], size)).toThrow(/category of box 0 is 0.5/);
    expect(() => matchPriors(row, [box], [], size)).toThrow(/1 boxes have 0 categories/);
    expect(() => match([box], { positive: 0.3 })).toThrow(/negative is 0.4 and positive 0.3/);
  });
});

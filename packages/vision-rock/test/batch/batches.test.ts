import { Random } from "@outrigger/core/random";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { augment, drawView } from "../../src/augment/augment.ts";
import { compactSample } from "../../src/batch/compact-sample.ts";
import { inputChannels, orderedBatches, trainingBatches } from "../../src/batch/detection-batches.ts";
import { drawRows } from "../../src/batch/draw-rows.ts";
import { WHOLE } from "../../src/batch/frame.ts";
import { standardize } from "../../src/batch/standardize.ts";
import { viewObjects } from "../../src/batch/view-objects.ts";
import { writeGeometry } from "../../src/batch/write-geometry.ts";
import { writePicture } from "../../src/batch/write-picture.ts";
import { matchPriors } from "../../src/prior/match.ts";
import { priorBoxes } from "../../src/prior/prior-boxes.ts";
import { planRoom } from "../../src/rooms/plan/plan-room.ts";
import { renderRoom } from "../../src/rooms/render/render.ts";
import type { Sample } from "../../src/sample.ts";

const size = { width: 64, height: 48 };
const rooms = Array.from({ length: 6 }, (_, i) => renderRoom(planRoom(80 + i), size));
const compact = rooms.map((room) => compactSample(room));
const map = { height: 6, width: 8 };
const priors = priorBoxes([{ ...map, scale: 0.3, nextScale: 0.6, ratios: [2] }]);
const options = { priors, map, batchSize: 2 };
const ordered = (samples = compact, more = {}) => [
  ...orderedBatches(samples, { ...options, ...more }).epoch(null),
];

/** The view that `augment` draws from the same state. */
const viewOf = (sample: Sample, seed: number) => drawView(sample, Random.seeded(seed, "view"));
const augmented = (sample: Sample, seed: number) => augment(sample, Random.seeded(seed, "view"));
const room = fc.tuple(fc.nat({ max: rooms.length - 1 }), fc.nat({ max: 10_000 }));

describe("a view that is written at once is the augmented sample", () => {
  it("in its boxes, exactly", () => {
    fc.assert(
      fc.property(room, ([index, seed]) => {
        const expected = augmented(rooms[index]!, seed).objects.map(({ category, box }) => ({
          category,
          box,
        }));
        const found = viewObjects(compact[index]!, viewOf(rooms[index]!, seed));
        expect(found.map(({ category, box }) => ({ category, box }))).toEqual(expected);
      }),
      { numRuns: 100 },
    );
  });

  it("in its colours, to the rounding of bytes", () => {
    fc.assert(
      fc.property(room, ([index, seed]) => {
        const expected = standardize(augmented(rooms[index]!, seed).rgb);
        const found = new Float32Array(expected.length);
        writePicture(compact[index]!, viewOf(rooms[index]!, seed), found, 0, 3);
        // Half a byte is 0.0087 here; the colour matrix has factors up to 1.8 in a row.
        expect(Math.max(...found.map((x, i) => Math.abs(x - expected[i]!)))).toBeLessThan(0.027);
      }),
      { numRuns: 30 },
    );
  });

  it("in its geometry, to millimetres and 127ths", () => {
    fc.assert(
      fc.property(room, ([index, seed]) => {
        const sample = augmented(rooms[index]!, seed);
        const pixels = size.width * size.height;
        const found = new Float32Array(4 * pixels);
        writeGeometry(compact[index]!, viewOf(rooms[index]!, seed), found, 0, 4);
        const far = Array.from({ length: pixels }, (_, i) => {
          const depth = Math.abs(found[4 * i]! - (Math.log(sample.depth[i]!) - 1) / 0.5);
          const normal = [0, 1, 2].map((k) => Math.abs(found[4 * i + 1 + k]! - sample.normals[3 * i + k]!));
          return depth > 0.02 || Math.max(...normal) > 0.02;
        });
        // Planes seen from their edge turn with the last digit of the normal.
        expect(far.filter(Boolean).length / pixels).toBeLessThan(0.02);
      }),
      { numRuns: 30 },
    );
  });
});

describe("targets of a known sample", () => {
  const [batch] = ordered([compact[0]!, compact[1]!]);

  it("are the matcher's for its boxes", () => {
    compact.slice(0, 2).forEach(({ objects }, i) => {
      const boxes = objects.map(({ box }) => box);
      const categories = objects.map(({ category }) => category);
      const matched = matchPriors(priors, boxes, categories, size);
      expect(batch!.classes.data.slice(i * priors.count, (i + 1) * priors.count)).toEqual(matched.classes);
      expect(batch!.offsets.data.slice(4 * i * priors.count, 4 * (i + 1) * priors.count)).toEqual(
        matched.offsets,
      );
    });
    expect(batch!.scene.data).toEqual(Float32Array.from([rooms[0]!.scene, rooms[1]!.scene]));
  });

  it("have the depth and normal of what is seen at the middle of each cell of the map", () => {
    for (let cell = 0; cell < map.height * map.width; cell++) {
      // The middle of an 8 × 8 cell lies between four pixels, of which the last is the nearest by rounding.
      const u = 8 * (cell % map.width) + 4;
      const v = 8 * Math.floor(cell / map.width) + 4;
      const from = v * size.width + u;
      const neighbours = [from, from - 1, from - size.width, from - size.width - 1].map(
        (i) => rooms[0]!.depth[i]!,
      );
      const depth = Math.exp(batch!.logDepth.data[cell]!);
      // Extended as a plane over half a pixel, which is a little beyond the pixels around for planes seen from their edge.
      expect(depth).toBeGreaterThan(0.8 * Math.min(...neighbours));
      expect(depth).toBeLessThan(1.25 * Math.max(...neighbours));
      for (let k = 0; k < 3; k++)
        expect(batch!.normals.data[3 * cell + k]!).toBeCloseTo(rooms[0]!.normals[3 * from + k]!, 1);
      expect(Math.hypot(...batch!.normals.data.slice(3 * cell, 3 * cell + 3))).toBeCloseTo(1, 5);
    }
    expect(batch!.depthKnown.data.every((known) => known === 1)).toBe(true);
  });

  it("clamp depth to 10 m", () => {
    const far = compactSample({ ...rooms[0]!, depth: rooms[0]!.depth.map(() => 30) });
    expect(ordered([far])[0]!.logDepth.data[0]).toBeCloseTo(Math.log(10), 6);
  });
});

describe("what is not annotated", () => {
  const NONE = { detection: false, scene: false, depth: false, normals: false };

  it("has mask 0 and finite values, kind by kind", () => {
    for (const kind of ["detection", "scene", "depth", "normals"] as const) {
      const only = compactSample({
        ...rooms[0]!,
        scene: kind === "scene" ? 3 : -1,
        has: { ...NONE, [kind]: true },
      });
      const { masks, ...batch } = ordered([only])[0]!;
      for (const [name, mask] of Object.entries(masks)) expect(mask.data[0]).toBe(name === kind ? 1 : 0);
      for (const { data } of Object.values(batch)) expect(data.every(Number.isFinite)).toBe(true);
      if (kind !== "detection") expect(batch.classes.data.every((c) => c === -1)).toBe(true);
      if (kind !== "depth") expect(batch.depthKnown.data.every((known) => known === 0)).toBe(true);
      if (kind !== "normals") expect(batch.normalsKnown.data.every((known) => known === 0)).toBe(true);
    }
  });

  it("is depth that is NaN, negative or infinite, and a normal of length 0", () => {
    const { depth, normals } = rooms[0]!;
    const holes = [Number.NaN, -1, Number.POSITIVE_INFINITY, 0];
    const sample = compactSample({
      ...rooms[0]!,
      depth: depth.map((z, i) => (i < depth.length / 2 ? holes[i % 4]! : z)),
      normals: normals.map((n, i) => (i < normals.length / 2 ? 0 : n)),
    });
    const [batch] = ordered([sample]);
    for (const known of [batch!.depthKnown, batch!.normalsKnown]) {
      const [above, below] = [known.data.slice(0, 24), known.data.slice(24, 48)];
      expect(above.every((x) => x === 0)).toBe(true);
      expect(below.every((x) => x === 1)).toBe(true);
    }
    expect(batch!.masks.depth.data[0]).toBe(1);
    expect(batch!.logDepth.data.every(Number.isFinite)).toBe(true);
  });

  it("is padding, in the last batch", () => {
    const last = ordered(compact.slice(0, 3)).at(-1)!;
    for (const mask of Object.values(last.masks)) expect([...mask.data]).toEqual([1, 0]);
    expect(orderedBatches(compact.slice(0, 3), options).samples).toBe(3);
  });
});

describe("geometry as inputs", () => {
  it("stands behind the colours", () => {
    const [plain] = ordered([compact[0]!]);
    const [told] = ordered([compact[0]!], { geometryInputs: true });
    expect(told!.inputs.shape).toEqual([2, size.height, size.width, inputChannels(true)]);
    const { depth, normals } = rooms[0]!;
    for (const i of [0, 700, 3071]) {
      const seven = told!.inputs.data.slice(7 * i, 7 * i + 7);
      expect(seven.slice(0, 3)).toEqual(plain!.inputs.data.slice(3 * i, 3 * i + 3));
      expect(seven[3]).toBeCloseTo((Math.log(depth[i]!) - 1) / 0.5, 2);
      for (let k = 0; k < 3; k++) expect(seven[4 + k]).toBeCloseTo(normals[3 * i + k]!, 1);
    }
  });

  it("is 0 where the sample has none", () => {
    const has = { detection: true, scene: true, depth: false, normals: false };
    const [told] = ordered([compactSample({ ...rooms[0]!, has })], { geometryInputs: true });
    expect(told!.inputs.data.every((x, i) => i % 7 < 3 || x === 0)).toBe(true);
  });
});

describe("training batches", () => {
  const mixed = compact.map((sample, i) =>
    i < 2 ? sample : { ...sample, has: { ...sample.has, detection: false } },
  );
  const digest = (batches: Iterable<{ inputs: { data: ArrayLike<number> } }>): number[][] =>
    [...batches].map(({ inputs }) => Array.from(inputs.data));

  it("are repeated from the stream's state, and others with another state", () => {
    const batches = trainingBatches(compact, { ...options, steps: 4 });
    const first = digest(batches.epoch(Random.seeded(1, "shuffle")));
    expect(digest(batches.epoch(Random.seeded(1, "shuffle")))).toEqual(first);
    expect(digest(batches.epoch(Random.seeded(2, "shuffle")))).not.toEqual(first);
    expect(first).toHaveLength(4);
  });

  it("take all samples before any comes again", () => {
    const whole = compact.map((sample) => {
      const found = new Float32Array(3 * size.width * size.height);
      writePicture(sample, WHOLE, found, 0, 3);
      return found.slice(0, 9).join();
    });
    const batches = trainingBatches(compact, { ...options, steps: 6, augment: false });
    const seen = [...batches.epoch(Random.seeded(3, "shuffle"))].flatMap(({ inputs }) =>
      [0, 1].map((i) =>
        whole.indexOf(
          inputs.data.slice((i * inputs.data.length) / 2, (i * inputs.data.length) / 2 + 9).join(),
        ),
      ),
    );
    expect(seen.slice(0, 6).toSorted((a, b) => a - b)).toEqual([0, 1, 2, 3, 4, 5]);
    expect(seen.slice(6).toSorted((a, b) => a - b)).toEqual([0, 1, 2, 3, 4, 5]);
  });

  it("learn no scene from less than half of the picture", () => {
    const batches = trainingBatches(compact, { ...options, batchSize: 1, steps: 200 });
    const stream = Random.seeded(4, "shuffle");
    const masks = [...batches.epoch(stream)].map(({ masks: { scene, depth } }) => [
      scene.data[0],
      depth.data[0],
    ]);
    const views = (() => {
      const again = Random.seeded(4, "shuffle");
      const rows = drawRows(compact, { batchSize: 1 })(again);
      return Array.from({ length: 200 }, () => drawView(compact[rows()[0]!]!, again, {}));
    })();
    const small = views.map(
      ({ window }) => window !== undefined && window[2] * window[3] < (size.width * size.height) / 2,
    );
    expect(small.filter(Boolean).length).toBeGreaterThan(10);
    expect(masks).toEqual(small.map((is) => [is ? 0 : 1, 1]));
  });

  it("have as many rows with boxes as they are told", () => {
    const batches = trainingBatches(mixed, { ...options, batchSize: 4, steps: 5, boxed: 1 });
    for (const { masks } of batches.epoch(Random.seeded(0, "shuffle")))
      expect([...masks.detection.data]).toEqual([1, 0, 0, 0]);
  });

  it("refuse what cannot be drawn", () => {
    const refused = (samples: typeof compact, more: object) => () =>
      trainingBatches(samples, { ...options, steps: 1, ...more });
    expect(refused([], {})).toThrow(/no samples/);
    expect(refused(compact, { steps: 0 })).toThrow(/steps must be a positive whole number, not 0/);
    expect(refused(compact, { boxed: 1 })).toThrow(
      /boxed is 1 of 2 rows, with 6 samples that have boxes and 0/,
    );
    expect(refused(mixed, { boxed: 0 })).toThrow(/boxed is 0/);
    expect(
      refused([...compact, compactSample(renderRoom(planRoom(1), { width: 32, height: 24 }))], {}),
    ).toThrow(/one size/);
  });
});

import ort from "onnxruntime-node";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { boxIou } from "../../src/box.ts";
import { detectorToOnnx, type OnnxDetector } from "../../src/export/onnx.ts";
import { type Detector, makeDetector } from "../../src/predictor/detector.ts";
import type { Sample } from "../../src/sample.ts";
import { tinyDetector, tinyRooms } from "./tiny.ts";

const parts = tinyDetector();
const rooms = tinyRooms();
const pictures: Sample[] = await Promise.all([0, 1, 2].map((i) => rooms.get(i)));

describe("a detector as an ONNX file", () => {
  let exported: OnnxDetector;
  let session: ort.InferenceSession;
  let detector: Detector;
  beforeAll(async () => {
    exported = await detectorToOnnx(parts);
    session = await ort.InferenceSession.create(exported.bytes, { intraOpNumThreads: 1 });
    detector = makeDetector({ ...parts, run: { threads: 1, spinning: false } });
  });
  afterAll(async () => {
    await session.release();
    await detector.dispose();
  });

  const pixels = (samples: readonly Sample[]): ort.Tensor => {
    const data = Float32Array.from(samples.flatMap(({ rgb }) => [...rgb]));
    return new ort.Tensor("float32", data, [samples.length, 48, 64, 3]);
  };

  it("has the names and shapes that its description says, for batches of any size", async () => {
    const { description } = exported;
    expect(session.inputNames).toEqual(["pixels"]);
    expect(session.outputNames).toEqual(["detection", "scene", "depth", "normals"]);
    expect(Object.keys(description.outputs)).toEqual(session.outputNames);
    for (const count of [1, 3]) {
      const found = await session.run({ pixels: pixels(pictures.slice(0, count)) });
      expect(session.outputNames.map((name) => found[name]!.dims)).toEqual([
        [count, description.boxes.priors.length, 4 + 1 + description.classes.length],
        [count, description.scenes.length],
        [count, 6, 8],
        [count, 6, 8, 3],
      ]);
    }
  });

  it("computes what the detector does: depth, normals, scenes", async () => {
    const outputs = await session.run({ pixels: pixels(pictures) });
    const found = await detector.detectAll(pictures);
    const depth = outputs["depth"]!.data as Float32Array;
    const scene = outputs["scene"]!.data as Float32Array;
    const normals = outputs["normals"]!.data as Float32Array;
    found.forEach(({ depth: own, scene: shares, normals: directions }, i) => {
      own!.values.forEach((z, k) => expect(Math.exp(depth[48 * i + k]!)).toBeCloseTo(z, 4));
      const powers = [...scene.subarray(6 * i, 6 * i + 6)].map(Math.exp);
      const sum = powers.reduce((a, b) => a + b);
      shares!.forEach((share, k) => expect(powers[k]! / sum).toBeCloseTo(share, 5));
      for (let k = 0; k < 48; k++) {
        const raw = normals.subarray(144 * i + 3 * k, 144 * i + 3 * k + 3);
        const length = Math.hypot(...raw);
        raw.forEach((n, c) => expect(n / length).toBeCloseTo(directions!.values[3 * k + c]!, 4));
      }
    });
  });

  it("gives the same boxes by the formula, variances and priors of its description alone", async () => {
    const { boxes, classes } = exported.description;
    const outputs = await session.run({ pixels: pixels(pictures) });
    const data = outputs["detection"]!.data as Float32Array;
    const width = 5 + classes.length;
    const found = await detector.detectAll(pictures, { score: 0.1, iou: 1 });
    for (const [i, { objects }] of found.entries()) {
      expect(objects.length).toBeGreaterThan(2);
      for (const { box, category, score } of objects) {
        const same = boxes.priors.some(([px, py, pw, ph], p) => {
          const row = data.subarray(
            (i * boxes.priors.length + p) * width,
            (i * boxes.priors.length + p + 1) * width,
          );
          const powers = [...row.subarray(4)].map(Math.exp);
          const probability = powers[1 + category]! / powers.reduce((a, b) => a + b);
          if (Math.abs(probability - score) > 1e-4) return false;
          const [tx, ty, tw, th] = row as unknown as [number, number, number, number];
          const [cx, cy] = [px! + tx * boxes.variances[0]! * pw!, py! + ty * boxes.variances[0]! * ph!];
          const [w, h] = [pw! * Math.exp(tw * boxes.variances[1]!), ph! * Math.exp(th * boxes.variances[1]!)];
          const [left, right] = [cx - w / 2, cx + w / 2].map((x) => 64 * Math.min(1, Math.max(0, x)));
          const [top, bottom] = [cy - h / 2, cy + h / 2].map((y) => 48 * Math.min(1, Math.max(0, y)));
          return boxIou(box, [left!, top!, right! - left!, bottom! - top!]) > 0.999;
        });
        expect(same).toBe(true);
      }
    }
  });
});

import { readFileSync } from "node:fs";
import { array, type NDArray } from "@outrigger/core";
import { describe, expect, it } from "vitest";
import { depthTask } from "../../src/loss/depth-loss.ts";
import { normalsTask } from "../../src/loss/normals-loss.ts";
import { sceneTask } from "../../src/loss/scene-loss.ts";
import { look, wave } from "../support/run.ts";
import { type HostBatch, tinyBatch } from "../support/tiny.ts";

interface Constants {
  readonly values: number[];
  readonly gradient: number[];
}

/** Written by bench/peers/losses.py. */
const torch = JSON.parse(readFileSync(new URL("../fixtures/losses.json", import.meta.url), "utf8")) as Record<
  string,
  Constants
>;

const grid = [2, 2, 3];
const known = array([1, 1, 0, 1, 1, 1, 0, 1, 1, 0, 1, 1], grid);

function normalized(vectors: NDArray): NDArray {
  const data = Float32Array.from(vectors.data, (value, i) => {
    const at = i - (i % 3);
    return value / Math.hypot(...vectors.data.subarray(at, at + 3));
  });
  return array(data, vectors.shape);
}

const batch: HostBatch = {
  ...tinyBatch(2),
  scene: array([2, 0]),
  logDepth: wave(grid, 1.3, 1.1),
  depthKnown: known,
  normals: normalized(wave([...grid, 3], 1.1, 1)),
  normalsKnown: known,
};
const depth = wave(grid, 0.7, 1.6);

describe("losses against PyTorch", () => {
  const cases = {
    scene: [sceneTask({ scenes: 4 }), wave([2, 4], 0.9, 2)],
    "smooth-l1": [depthTask(), depth],
    "berhu, 0.2 of the greatest": [depthTask({ loss: "berhu" }), depth],
    "berhu, 0.4": [depthTask({ loss: "berhu", threshold: 0.4 }), depth],
    normals: [normalsTask(), wave([...grid, 3], 0.5, 0.8)],
  } as const;
  for (const [name, [task, output]] of Object.entries(cases)) {
    it(`${name}: values and gradients`, async () => {
      const { values, gradient } = await look(task, output, batch);
      const wanted = torch[name]!;
      values.forEach((value, i) => expect(Math.abs(value / wanted.values[i]! - 1)).toBeLessThan(2e-6));
      wanted.gradient.forEach((each, i) => expect(Math.abs(gradient[i]! - each)).toBeLessThan(1e-5));
    });
  }
});

import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { readDetections, readGroundTruth } from "../../src/evaluate/coco-json.ts";
import { evaluate } from "../../src/evaluate/evaluate.ts";
import { cocoSummary } from "../../src/evaluate/summary.ts";

const folder = join(process.env["OUTRIGGER_DATA"] ?? "", "vision/coco-eval-100");
const missing = process.env["OUTRIGGER_DATA"] === undefined || !existsSync(folder);
const json = (file: string): unknown => JSON.parse(readFileSync(join(folder, file), "utf8"));

/** Published by faster_coco_eval (tests/test_cocoapi_fake_data.py) for the fake detections of cocodataset/cocoapi. */
const PUBLISHED = [
  0.5045806987249628, 0.6969727247299577, 0.5729816669904824, 0.5856257209410443, 0.5193996948036719,
  0.5013978986347466, 0.38681277964578054, 0.5936795762842003, 0.595352982877607, 0.6398109626113442,
  0.5664205978994309, 0.5642905982905982,
];

describe.skipIf(missing)(
  `100 images of COCO${missing ? " (skipped: set OUTRIGGER_DATA to a folder with vision/coco-eval-100)" : ""}`,
  () => {
    it("gives the twelve published numbers to 1e-12", () => {
      const truth = readGroundTruth(json("instances_val2014_100.json"));
      const found = readDetections(json("instances_val2014_fakebbox100_results.json"), truth);
      const summary = Object.values(cocoSummary(evaluate(truth, found)));
      expect(summary).toHaveLength(PUBLISHED.length);
      for (const [i, value] of summary.entries()) {
        expect(Math.abs(value - PUBLISHED[i]!)).toBeLessThan(1e-12);
      }
    });
  },
);

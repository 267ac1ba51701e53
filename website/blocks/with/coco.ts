import { readFile, writeFile } from "node:fs/promises";
import {
  categoryTable, cocoSummary, evaluate, precisionRecallCurve, readDetections, readGroundTruth, vocAveragePrecision,
} from "@outrigger/vision-rock";

const box = { image_id: 7, category_id: 1, bbox: [10, 20, 40, 40] };
await writeFile(
  "instances.json",
  JSON.stringify({
    images: [{ id: 7 }],
    categories: [{ id: 1, name: "chair" }],
    annotations: [{ id: 1, ...box, area: 1600, iscrowd: 0 }],
  }),
);
await writeFile("results.json", JSON.stringify([{ ...box, score: 0.9 }]));

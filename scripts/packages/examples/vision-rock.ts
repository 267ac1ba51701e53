import { Random } from "@outrigger/core/random";
import {
  augment,
  cocoSummary,
  evaluate,
  readDetections,
  readGroundTruth,
  renderPool,
  roomSet,
} from "@outrigger/vision-rock";

const pool = await renderPool({ workers: 1 });
const train = roomSet({ split: "train", count: 4, pool });
const { rgb, objects, scene } = augment(await train.get(0), Random.seeded(1, "augment"));
await pool.close();
console.log(`${objects.length} objects, scene ${scene}, ${rgb.length} bytes`);

const box = { image_id: 1, category_id: 1, bbox: [10, 10, 20, 20] };
const truth = readGroundTruth({
  images: [{ id: 1 }],
  categories: [{ id: 1, name: "chair" }],
  annotations: [{ ...box, id: 1, area: 400, iscrowd: 0 }],
});
const { AP } = cocoSummary(evaluate(truth, readDetections([{ ...box, score: 0.9 }], truth)));
if (AP === null || Math.abs(AP - 1) > 1e-9) throw new Error(`The average precision of the truth is ${AP}.`);

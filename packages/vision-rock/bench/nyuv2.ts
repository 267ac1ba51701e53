import { type Benchmark, defineBenchmark } from "@outrigger/bench/benchmark";
import { nyuv2Available, nyuv2Data, nyuv2Weights } from "../src/experiment/nyuv2-data.ts";
import { nyuv2Arms, nyuv2Configuration } from "../src/experiment/nyuv2-rows.ts";
import { runTrial } from "../src/experiment/trial.ts";

/** ROCK's own experiment: detection on NYU Depth v2 with scene, depth and normals, and with rendered rooms besides. */
const nyuv2: Benchmark = defineBenchmark({
  name: "vision-rock/nyuv2",
  version: 1,
  title: "NYU Depth v2: do scene, depth and normals help detection?",
  description:
    "Boxes of 19 classes in the 654 frames of the official test split, COCO's AP in per cent. Of the 795 training frames 122 of whole places select the look that is kept. ResNet-50 begins with weights of ImageNet; sizes, batch and steps are those of rock-pytorch. One row is trained on as many rendered rooms besides, which have depth and normals only.",
  metric: { name: "AP", better: "higher", unit: "%" },
  baseline: "single-task",
  source: "data",
  available: () => Promise.resolve(nyuv2Available()),
  tiers: { full: { seeds: [0, 1, 2, 3, 4] } },
  arms: nyuv2Arms,
  async run(trial) {
    const base = nyuv2Configuration(trial);
    const data = await nyuv2Data(base, Number(trial.options["rooms"]));
    return runTrial(data, base, trial, await nyuv2Weights());
  },
});

export default nyuv2;

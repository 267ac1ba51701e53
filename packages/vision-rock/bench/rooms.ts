import { type Benchmark, defineBenchmark } from "@outrigger/bench/benchmark";
import { configurationOf, dataOf, roomArms } from "../src/experiment/benchmark.ts";
import { runTrial } from "../src/experiment/trial.ts";

/** Whether scene, depth and normals help to find furniture in rendered rooms. */
const rooms: Benchmark = defineBenchmark({
  name: "vision-rock/rooms",
  version: 1,
  title: "Rendered rooms: do scene, depth and normals help detection?",
  description:
    "Simulated: boxes of 12 classes of furniture in rendered rooms, COCO's AP in per cent. Classes are told by shape and size, not by colour. In one table all training rooms have boxes; in the other few have, and many more have scene, depth and normals only, of which rows without auxiliaries can make nothing. Every seed trains on rooms of its own, the same for all rows, for the same number of steps with as many boxed rooms in every batch; rows with auxiliaries have as many rooms without boxes besides. The look with the best AP on validation rooms is kept and tested once on test rooms, and once on the same rooms in other light (AP-shifted).",
  metric: { name: "AP", better: "higher", unit: "%" },
  baseline: "single-task",
  source: "embedded",
  simulated: true,
  // Sizes and learning rate were chosen on validation rooms with seeds 0 to 2.
  tiers: {
    smoke: { seeds: [10] },
    ci: { seeds: [10, 11, 12, 13, 14] },
    full: { seeds: [10, 11, 12, 13, 14] },
  },
  arms: roomArms,
  run: async (trial) => runTrial(await dataOf(trial), configurationOf(trial), trial),
});

export default rooms;

import { type Benchmark, defineBenchmark } from "@outrigger/bench/benchmark";
import objectiveSpace from "./objective-space.ts";

/** The same trials as core/objective-space, for what the search itself believes. */
const benchmark: Benchmark = defineBenchmark({
  ...objectiveSpace,
  name: "core/objective-space-mass",
  title: "How much of its probability a search leaves on another domain",
  description:
    "Simulated: the trials of core/objective-space, seen from the search. The probability, at the end, of the five cells of twelve whose input is the other domain; it is 0.417 at the start, which uniform keeps. No split has to do with it: validation and test are one number.",
  metric: { name: "foreign-mass", better: "lower" },
  arms: (tier) =>
    objectiveSpace.arms(tier).filter(({ method }) => !["single-task", "oracle"].includes(method)),
});

export default benchmark;

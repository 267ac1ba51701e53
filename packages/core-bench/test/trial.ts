import type { Trial } from "@outrigger/bench/benchmark";

/** What a benchmark's `run` gets; no benchmark here reads its own name. */
export const trial = (method: string, seed: number, tier: Trial["tier"] = "smoke"): Trial => ({
  benchmark: "core/test",
  version: 1,
  method,
  group: "",
  options: {},
  seed,
  tier,
  threads: 1,
  directory: "",
  progress: () => undefined,
});

export const sum = (values: ArrayLike<number>): number => Array.from(values).reduce((a, b) => a + b, 0);

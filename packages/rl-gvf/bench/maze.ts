import {
  type Arm,
  type Benchmark,
  defineBenchmark,
  type Trial,
  type TrialResult,
} from "@outrigger/bench/benchmark";
import { torsoSettings } from "../src/agent/torso.ts";
import { seededVector } from "../src/environment/seeded-vector.ts";
import type { VectorEnvironment } from "../src/environment/vector.ts";
import { experimentArms } from "../src/experiment/arms.ts";
import { runExperiment } from "../src/experiment/run-experiment.ts";
import { maze } from "../src/maze/maze.ts";
import { type MazeTaskName, mazeTasks } from "../src/maze/tasks.ts";
import { randomFeatureSettings } from "../src/question/random-features.ts";

/** The eight first-person tasks, with a memory. For machines with time: nobody has run it whole. */
const benchmark: Benchmark = defineBenchmark({
  name: "rl-gvf/maze",
  version: 1,
  title: "First-person mazes: do random general value functions help a recurrent actor-critic?",
  description:
    "Eight tasks of our own maze in the manner of DeepMind Lab, 96 × 72 RGB, 32 environments, a GRU of 512 units, entropy coefficient 0.003, 5 million agent steps; mean return of 32 episodes in environments of other seeds after training.",
  metric: { name: "return", better: "higher" },
  baseline: "a2c",
  source: "embedded",
  tiers: { full: { seeds: Array.from({ length: 20 }, (_, seed) => seed), limit: 1_209_600 } },
  arms: () =>
    Object.keys(mazeTasks).flatMap((task) =>
      Object.entries(experimentArms).map(
        ([method, { kind, describe }]): Arm => ({
          method,
          group: task,
          kind,
          describe,
          options: { task, steps: 5_000_000 },
        }),
      ),
    ),
  run: (trial) => mazeTrial(trial, { environments: 32, units: 512, episodes: 32 }),
});

/** One trial, of the benchmark's size or smaller. */
export async function mazeTrial(
  trial: Trial,
  size: { readonly environments: number; readonly units: number; readonly episodes: number },
): Promise<TrialResult> {
  const task = trial.options["task"] as MazeTaskName;
  const environments = (seed: number, purpose: "train" | "evaluation"): VectorEnvironment =>
    seededVector((random) => maze({ random: random("game"), task }), {
      count: size.environments,
      seed,
      purpose,
    });
  const { metrics, curves } = await runExperiment({
    arm: trial.method,
    seed: trial.seed,
    steps: Number(trial.options["steps"]),
    network: { torso: torsoSettings.maze, memory: size.units, hidden: size.units },
    features: randomFeatureSettings.maze,
    entropyCoefficient: 0.003,
    train: environments(trial.seed, "train"),
    evaluation: {
      validation: environments(2 * trial.seed, "evaluation"),
      test: environments(2 * trial.seed + 1, "evaluation"),
    },
    episodes: size.episodes,
    compile: { threads: trial.threads },
    progress: (fraction, note) => trial.progress(fraction, note),
  });
  return { metrics, curves, runtime: "onnx/cpu" };
}

export default benchmark;

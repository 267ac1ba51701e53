import { spawnSync } from "node:child_process";
import {
  type Arm,
  type Benchmark,
  defineBenchmark,
  type Trial,
  type TrialResult,
} from "@outrigger/bench/benchmark";
import { torsoSettings } from "../src/agent/torso.ts";
import { startBridge } from "../src/bridge/bridge.ts";
import { stackedBridge } from "../src/bridge/stacked-bridge.ts";
import { experimentArms } from "../src/experiment/arms.ts";
import { runExperiment } from "../src/experiment/run-experiment.ts";
import { randomFeatureSettings } from "../src/question/random-features.ts";

const games: readonly string[] = ["breakout", "ms_pacman", "pong", "seaquest", "space_invaders"];

/** Real Atari through Python. Nobody has run it whole: at a few hundred steps a second it is for those with machines and patience. */
const benchmark: Benchmark = defineBenchmark({
  name: "rl-gvf/atari",
  version: 1,
  title: "Atari: do random general value functions help an actor-critic?",
  description:
    "Five games through Gymnasium and ale-py, preset dqn-baselines, 16 environments, four stacked frames, network and hyperparameters of the paper's code, 10 million agent steps (the paper: 50 million and 49 games). Mean return of the last 100 games of training, which serves as validation and test.",
  metric: { name: "return", better: "higher" },
  baseline: "a2c",
  source: "data",
  available() {
    const python = process.env["OUTRIGGER_PYTHON"] ?? "python3";
    if (spawnSync(python, ["-c", "import gymnasium, ale_py"]).status === 0) return Promise.resolve(true);
    return Promise.resolve(
      `${python} with gymnasium and ale-py is missing: pip install "gymnasium==1.4.0" "ale-py==0.12.1", or set OUTRIGGER_PYTHON.`,
    );
  },
  tiers: { full: { seeds: Array.from({ length: 20 }, (_, seed) => seed), limit: 1_209_600 } },
  arms: () =>
    games.flatMap((game) =>
      Object.entries(experimentArms).map(
        ([method, { kind, describe }]): Arm => ({
          method,
          group: game,
          kind,
          describe,
          options: { game, steps: 10_000_000 },
        }),
      ),
    ),
  run: (trial) => atariTrial(trial, { environments: 16, hidden: 512 }),
});

/** One trial, of the benchmark's size or smaller. */
export async function atariTrial(
  trial: Trial,
  size: { readonly environments: number; readonly hidden: number },
): Promise<TrialResult> {
  const environment = `atari/${trial.options["game"] as string}`;
  const bridge = await startBridge({ environment, count: size.environments, preset: "dqn-baselines" });
  try {
    const { metrics, curves } = await runExperiment({
      arm: trial.method,
      seed: trial.seed,
      steps: Number(trial.options["steps"]),
      network: { torso: torsoSettings.atari, hidden: size.hidden },
      features: randomFeatureSettings.atari,
      train: stackedBridge(bridge, trial.seed),
      compile: { threads: trial.threads },
      progress: (fraction, note) => trial.progress(fraction, note),
    });
    return { metrics, curves, runtime: "onnx/cpu" };
  } finally {
    await bridge.close();
  }
}

export default benchmark;

import { type Arm, type Benchmark, defineBenchmark, type Tier } from "@outrigger/bench/benchmark";
import { torsoSettings } from "../src/agent/torso.ts";
import { seededVector } from "../src/environment/seeded-vector.ts";
import { stickyActions } from "../src/environment/sticky-actions.ts";
import type { VectorEnvironment } from "../src/environment/vector.ts";
import { experimentArms } from "../src/experiment/arms.ts";
import { runExperiment } from "../src/experiment/run-experiment.ts";
import { type Game, minatar } from "../src/minatar/game.ts";
import { minatarGames } from "../src/minatar/games.ts";

type GameName = keyof typeof minatarGames;

const games: Record<Tier, readonly GameName[]> = {
  smoke: ["breakout"],
  ci: ["breakout", "space-invaders"],
  full: ["asterix", "breakout", "freeway", "seaquest", "space-invaders"],
};
const steps: Record<Tier, number> = { smoke: 80, ci: 300_000, full: 5_000_000 };

/**
 * Ten times the paper's for Atari: of 1, 3 and 10 times the best one for the actor-critic alone, in both games of tier `ci`, with seed 1000, which
 * is not measured.
 */
const learningRate = 7e-3;

const seedsOf = (length: number): number[] => Array.from({ length }, (_, seed) => seed);

function environments(
  game: GameName,
  seed: number,
  purpose: "train" | "evaluation",
  count: number,
): VectorEnvironment {
  return seededVector(
    (random) =>
      stickyActions(minatar(minatarGames[game] as Game<never>, { random: random("game") }), {
        random: random("sticky"),
      }),
    { count, seed, purpose },
  );
}

interface Row {
  readonly method: string;
  /** A row of `experimentArms`. */
  readonly arm: string;
  readonly learningRate: number;
}

/** The rows of a game; the control has a second one, so that no learning rate of others is held against it. */
const rows = (tier: Tier): readonly Row[] => [
  ...Object.keys(experimentArms)
    .filter((arm) => tier === "full" || arm !== "discounted sums")
    .map((arm): Row => ({ method: arm, arm, learningRate })),
  { method: "random torso, lower rate", arm: "random torso", learningRate: learningRate / 3 },
];

function armOf({ method, arm, learningRate }: Row, game: GameName, tier: Tier): Arm {
  const { kind, describe } = experimentArms[arm]!;
  return { method, group: game, kind, describe, options: { game, steps: steps[tier], arm, learningRate } };
}

/** Does learning to answer random questions help an actor-critic on the five small games? */
const benchmark: Benchmark = defineBenchmark({
  name: "rl-gvf/minatar",
  version: 1,
  title: "Small games: do random general value functions help an actor-critic?",
  description:
    "Games by the rules of MinAtar 1.0.15, all six actions, sticky with probability 0.1, difficulty ramping. A2C with 16 environments and 20 steps an update; mean return of 100 episodes in environments of other seeds after training, actions drawn from the policy. Hyperparameters are the paper's for Atari, but for the learning rate of both optimisers, ten times as high: the best of three for the actor-critic alone, with a seed that is not measured. It is the same for all rows, and nothing is tuned a row; the random torso, which it is too high for, has a second row at a third of it. The published Atari numbers are not reproduced here.",
  metric: { name: "return", better: "higher" },
  baseline: "a2c",
  source: "embedded",
  tiers: {
    smoke: { seeds: [0, 1] },
    ci: { seeds: seedsOf(5) },
    full: { seeds: seedsOf(20) },
  },
  arms: (tier) => games[tier].flatMap((game) => rows(tier).map((row): Arm => armOf(row, game, tier))),
  async run(trial) {
    const smoke = trial.tier === "smoke";
    const game = trial.options["game"] as GameName;
    const count = smoke ? 2 : 16;
    const apart = (seed: number): VectorEnvironment => environments(game, seed, "evaluation", count);
    const { metrics, curves } = await runExperiment({
      arm: trial.options["arm"] as string,
      seed: trial.seed,
      steps: Number(trial.options["steps"]),
      learningRate: Number(trial.options["learningRate"]),
      network: { torso: torsoSettings.minatar, hidden: smoke ? 16 : 128 },
      train: environments(game, trial.seed, "train", count),
      evaluation: { validation: apart(2 * trial.seed), test: apart(2 * trial.seed + 1) },
      episodes: smoke ? 2 : 100,
      compile: smoke ? { runtime: "tfjs", device: "cpu" } : { threads: trial.threads },
      progress: (fraction, note) => trial.progress(fraction, note),
    });
    return { metrics, curves, runtime: smoke ? "tfjs/cpu" : "onnx/cpu" };
  },
});

export default benchmark;

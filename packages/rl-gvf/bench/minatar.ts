import {
  type Arm,
  type Benchmark,
  defineBenchmark,
  type Options,
  type Tier,
} from "@outrigger/bench/benchmark";
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

/** Every row chooses among these on validation, with the first seed. In 300,000 steps the paper's rate, the first, learns little. */
const learningRates = [7e-4, 2.1e-3, 7e-3];

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

/** Does learning to answer random questions help an actor-critic on the five small games? */
const benchmark: Benchmark = defineBenchmark({
  name: "rl-gvf/minatar",
  version: 1,
  title: "Small games: do random general value functions help an actor-critic?",
  description:
    "Games by the rules of MinAtar 1.0.15, all six actions, sticky with probability 0.1, difficulty ramping. A2C with 16 environments and 20 steps an update; mean return of 100 episodes in environments of other seeds after training, actions drawn from the policy. Every row chooses the learning rate of its optimisers on validation with the first seed, from 1, 3 and 10 times the paper's for Atari; all other hyperparameters are the paper's. The published Atari numbers are not reproduced here.",
  metric: { name: "return", better: "higher" },
  baseline: "a2c",
  source: "embedded",
  tiers: {
    smoke: { seeds: [0, 1] },
    ci: { seeds: seedsOf(5) },
    full: { seeds: seedsOf(20) },
  },
  arms: (tier) =>
    games[tier].flatMap((game) =>
      Object.entries(experimentArms)
        .filter(([method]) => tier === "full" || method !== "discounted sums")
        .map(
          ([method, { kind, describe }]): Arm => ({
            method,
            group: game,
            kind,
            describe,
            options: { game, steps: steps[tier] },
            ...(tier !== "smoke" && {
              candidates: learningRates.map((learningRate): Options => ({ learningRate })),
            }),
          }),
        ),
    ),
  async run(trial) {
    const smoke = trial.tier === "smoke";
    const game = trial.options["game"] as GameName;
    const count = smoke ? 2 : 16;
    const apart = (seed: number): VectorEnvironment => environments(game, seed, "evaluation", count);
    const { metrics, curves } = await runExperiment({
      arm: trial.method,
      seed: trial.seed,
      steps: Number(trial.options["steps"]),
      learningRate: Number(trial.options["learningRate"] ?? learningRates[0]),
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

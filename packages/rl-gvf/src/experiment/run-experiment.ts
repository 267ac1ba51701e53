import type { CompileOptions } from "@outrigger/core";
import { createAgent } from "../agent/agent.ts";
import type { AgentEnvironments } from "../agent/environments.ts";
import type { NetworkOptions } from "../agent/network.ts";
import { innerAdam, innerRmsprop } from "../agent/optimizers.ts";
import { evaluate } from "../evaluate/evaluate.ts";
import { type RandomFeatureOptions, randomFeatureSettings } from "../question/random-features.ts";
import { experimentArms } from "./arms.ts";

export interface ExperimentOptions {
  /** A row of `experimentArms`. */
  readonly arm: string;
  readonly seed: number;
  /** Agent steps of training, those of resets included. */
  readonly steps: number;
  readonly network: Omit<NetworkOptions, "stopGradient">;
  /** What the questions are about. Default the features for MinAtar. */
  readonly features?: RandomFeatureOptions;
  readonly entropyCoefficient?: number;
  /** Of both optimisers. Default 7e-4, the paper's. */
  readonly learningRate?: number;
  readonly train: AgentEnvironments;
  /** Where the trained policy plays: streams of their own for what is chosen by and what is reported. */
  readonly evaluation?: { readonly validation: AgentEnvironments; readonly test: AgentEnvironments };
  /** Episodes of each evaluation. Default 100. */
  readonly episodes?: number;
  readonly compile?: Omit<CompileOptions, "random">;
  progress?(fraction: number, note: string): void;
}

export interface ExperimentResult {
  /** `null`: no episode ended. */
  readonly metrics: Readonly<Record<string, number | null>>;
  readonly curves: Readonly<Record<string, readonly (number | null)[]>>;
}

/** Points of a learning curve. */
const POINTS = 50;

/**
 * Trains one row of the comparison with one seed and plays with what it learnt.
 *
 * Metrics `validation/return` and `test/return`: mean return of episodes in environments of other seeds, actions drawn from the policy. Without
 * them both are the mean over the last 100 games of training, as in the paper's logs; `test/last-games` is that in any case, and
 * `test/area` the mean over all games. Curves by fiftieths of the run.
 *
 * @throws RlGvfError `non-finite` if training diverges.
 */
export async function runExperiment(options: ExperimentOptions): Promise<ExperimentResult> {
  const { arm, seed, steps, network, train, evaluation, episodes = 100, compile } = options;
  const { learningRate = 7e-4 } = options;
  const { stopGradient = false, auxiliaries } = experimentArms[arm]!;
  const agent = createAgent({
    environments: train,
    seed,
    network: { ...network, stopGradient },
    control: { entropyCoefficient: options.entropyCoefficient ?? 0.01 },
    controlOptimizer: innerRmsprop({ learningRate }),
    auxiliaryOptimizer: innerAdam({ learningRate }),
    auxiliaries: auxiliaries(options.features ?? randomFeatureSettings.minatar),
    compile,
  });
  const games: { readonly steps: number; readonly return: number }[] = [];
  const losses: { readonly steps: number; readonly losses: Readonly<Record<string, number>> }[] = [];
  try {
    while (agent.steps < steps) {
      const report = await agent.update();
      for (const game of report.episodes) games.push({ steps: report.steps, return: game.return });
      losses.push(report);
      options.progress?.(Math.min(1, report.steps / steps), `return ${text(mean(lastOf(games)))}`);
    }
    const last = mean(lastOf(games));
    const played = async (environments: AgentEnvironments | undefined): Promise<number | null> =>
      environments ? (await evaluate(agent, environments, { seed, episodes, compile })).meanReturn : last;
    return {
      metrics: {
        "validation/return": await played(evaluation?.validation),
        "test/return": await played(evaluation?.test),
        "test/last-games": last,
        "test/area": mean(games.map((game) => game.return)),
      },
      curves: {
        "train/return": curve(games, steps, (game) => game.return),
        ...Object.fromEntries(
          Object.keys(losses[0]!.losses).map((name) => [
            `train/${name}`,
            curve(losses, steps, (report) => report.losses[name]!),
          ]),
        ),
      },
    };
  } finally {
    await agent.dispose();
  }
}

const lastOf = (games: readonly { readonly return: number }[]): number[] =>
  games.slice(-100).map((game) => game.return);

const mean = (values: readonly number[]): number | null =>
  values.length === 0 ? null : values.reduce((sum, value) => sum + value, 0) / values.length;

const text = (value: number | null): string => (value === null ? "unknown" : value.toFixed(2));

/** Means over equal parts of the run. */
function curve<T extends { readonly steps: number }>(
  reports: readonly T[],
  steps: number,
  of: (report: T) => number,
): (number | null)[] {
  const parts: number[][] = Array.from({ length: POINTS }, () => []);
  for (const report of reports) {
    parts[Math.min(POINTS - 1, Math.floor((POINTS * (report.steps - 1)) / steps))]!.push(of(report));
  }
  return parts.map(mean);
}

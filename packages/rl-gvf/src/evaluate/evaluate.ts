import type { Agent } from "../agent/agent.ts";
import type { AgentEnvironments } from "../agent/environments.ts";
import type { Episode } from "../environment/vector.ts";
import { RlGvfError } from "../error.ts";
import { type PlayOptions, play } from "./play.ts";

export interface EvaluateOptions extends PlayOptions {
  /** How many episodes, rounded up to a multiple of the environments: each plays as many as any other. Default 100. */
  readonly episodes?: number;
  /** Most steps of every environment. Default 100,000. */
  readonly steps?: number;
}

export interface Evaluation {
  /** One an episode, undiscounted and not clipped, environment by environment in the order of their ends. */
  readonly returns: readonly number[];
  readonly lengths: readonly number[];
  readonly meanReturn: number;
  readonly meanLength: number;
  /** Episodes that were still running when the steps were used up. They are left out, so that long ones are missing. */
  readonly unfinished: number;
}

/**
 * Plays episodes with a policy that does not learn. The environments are the caller's: `seededVector` with the purpose `evaluation`
 * gives streams that training never draws from, whatever its seed. They start new episodes here.
 *
 * @throws RlGvfError `bad-option` unless the numbers of episodes and steps are positive whole numbers.
 */
export async function evaluate(
  agent: Pick<Agent, "network" | "params">,
  environments: AgentEnvironments,
  { episodes = 100, steps = 100_000, ...options }: EvaluateOptions = {},
): Promise<Evaluation> {
  for (const [name, value] of Object.entries({ episodes, steps })) {
    if (Number.isInteger(value) && value > 0) continue;
    throw new RlGvfError("bad-option", `${name} must be a positive whole number, not ${value}.`);
  }
  const { count } = environments;
  const each = Math.ceil(episodes / count);
  const ended: Episode[][] = Array.from({ length: count }, () => []);
  const game = await play(agent, environments, options);
  let finished = 0;
  for (let step = 0; step < steps && finished < each * count; step++) {
    for (const episode of await game.step()) {
      const own = ended[episode.environment]!;
      if (own.length === each) continue;
      own.push(episode);
      finished++;
    }
  }
  await game.dispose();
  const all = ended.flat();
  const mean = (of: (episode: Episode) => number): number =>
    all.length === 0 ? Number.NaN : all.reduce((sum, one) => sum + of(one), 0) / all.length;
  return {
    returns: all.map((one) => one.return),
    lengths: all.map(({ length }) => length),
    meanReturn: mean((one) => one.return),
    meanLength: mean(({ length }) => length),
    unfinished: each * count - all.length,
  };
}

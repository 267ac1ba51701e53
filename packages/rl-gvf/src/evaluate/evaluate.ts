import { type CompileOptions, Random } from "@outrigger/core";
import { greedyActions, actor as policyActor, sampleActions } from "../agent/actor.ts";
import type { Agent } from "../agent/agent.ts";
import { collector } from "../agent/collect.ts";
import type { AgentEnvironments } from "../agent/environments.ts";
import type { Episode } from "../environment/vector.ts";
import { RlGvfError } from "../error.ts";

export interface EvaluateOptions {
  /** How many episodes, rounded up to a multiple of the environments: each plays as many as any other. Default 100. */
  readonly episodes?: number;
  /** Take the likeliest action. Default false: actions are drawn from the policy, as in training. */
  readonly greedy?: boolean;
  /** Of the actions that are drawn. Default 0. */
  readonly seed?: number;
  /** Most steps of every environment. Default 100,000. */
  readonly steps?: number;
  readonly compile?: Omit<CompileOptions, "random">;
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
  { network, params }: Pick<Agent, "network" | "params">,
  environments: AgentEnvironments,
  { episodes = 100, greedy = false, seed = 0, steps = 100_000, compile }: EvaluateOptions = {},
): Promise<Evaluation> {
  for (const [name, value] of Object.entries({ episodes, steps })) {
    if (Number.isInteger(value) && value > 0) continue;
    throw new RlGvfError("bad-option", `${name} must be a positive whole number, not ${value}.`);
  }
  const { count, actions } = environments;
  const random = Random.seeded(seed, "evaluate/policy");
  const actor = policyActor(network, actions.length, count, compile);
  const choose = greedy
    ? greedyActions
    : (logits: Float32Array, out: Int32Array): void => sampleActions(logits, random, out);
  const play = collector({ environments, network, actor, steps: 1, clipRewards: true, choose });
  const each = Math.ceil(episodes / count);
  const ended: Episode[][] = Array.from({ length: count }, () => []);
  await play.start();
  let finished = 0;
  for (let step = 0; step < steps && finished < each * count; step++) {
    for (const episode of await play.collect(params)) {
      const own = ended[episode.environment]!;
      if (own.length < each) {
        own.push(episode);
        finished++;
      }
    }
    play.shift();
  }
  await actor.dispose();
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

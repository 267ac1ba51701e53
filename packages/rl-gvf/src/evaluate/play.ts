import { type CompileOptions, Random } from "@outrigger/core";
import { greedyActions, actor as policyActor, sampleActions } from "../agent/actor.ts";
import type { Agent } from "../agent/agent.ts";
import { collector } from "../agent/collect.ts";
import type { AgentEnvironments } from "../agent/environments.ts";
import type { Episode } from "../environment/vector.ts";

export interface PlayOptions {
  /** Take the likeliest action. Default false: actions are drawn from the policy, as in training. */
  readonly greedy?: boolean;
  /** Of the actions that are drawn. Default 0. */
  readonly seed?: number;
  readonly compile?: Omit<CompileOptions, "random">;
}

/** A policy at play, step by step. */
export interface Play {
  /** [B, …observation] as they are now. */
  readonly observations: Float32Array;
  /** One step of every environment; returns the episodes that ended. */
  step(): Promise<Episode[]>;
  dispose(): Promise<void>;
}

/** Starts episodes in all environments, which are the caller's, and plays on with a policy that does not learn. */
export async function play(
  { network, params }: Pick<Agent, "network" | "params">,
  environments: AgentEnvironments,
  { greedy = false, seed = 0, compile }: PlayOptions = {},
): Promise<Play> {
  const random = Random.seeded(seed, "evaluate/policy");
  const actor = policyActor(network, environments, compile);
  const choose = greedy
    ? greedyActions
    : (logits: Float32Array, out: Int32Array): void => sampleActions(logits, random, out);
  const one = collector({ environments, network, actor, steps: 1, clipRewards: true, choose });
  await one.start();
  return {
    observations: one.arrays()["observations"] as Float32Array,
    async step() {
      const episodes = await one.collect(params);
      one.shift();
      return episodes;
    },
    dispose: () => actor.dispose(),
  };
}

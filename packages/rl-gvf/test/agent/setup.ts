import type { NDArray, Tree } from "@outrigger/core";
import { leaves } from "@outrigger/core";
import type { Random } from "@outrigger/core/random";
import { type AgentOptions, createAgent } from "../../src/agent/agent.ts";
import { torsoSettings } from "../../src/agent/torso.ts";
import { catchBall } from "../../src/diagnostic/catch.ts";
import { seededVector } from "../../src/environment/seeded-vector.ts";
import type { VectorEnvironment } from "../../src/environment/vector.ts";
import type { Environment } from "../../src/environment.ts";

export const catchBalls = (
  seed = 3,
  count = 4,
  purpose: "train" | "evaluation" = "train",
): VectorEnvironment =>
  seededVector((random: (name: string) => Random): Environment => catchBall({ random: random("game") }), {
    count,
    seed,
    purpose,
  });

/** A small agent on Catch, on one thread. */
export const smallAgent = (options: Partial<AgentOptions> = {}): ReturnType<typeof createAgent> =>
  createAgent({
    environments: catchBalls(),
    seed: 1,
    steps: 5,
    network: { torso: torsoSettings.minatar, hidden: 16 },
    compile: { threads: 1 },
    ...options,
  });

/** All values of a tree, copied. */
export const valuesOf = (tree: Tree<NDArray>): number[] =>
  leaves<NDArray>(tree).flatMap(({ data }) => [...data]);

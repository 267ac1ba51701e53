import type { Random } from "@outrigger/core/random";
import { type Agent, createAgent } from "../agent/agent.ts";
import { readCheckpoint } from "../agent/checkpoint.ts";
import type { Algorithm } from "../agent/learner.ts";
import type { NetworkOptions } from "../agent/network.ts";
import { ppo } from "../agent/ppo.ts";
import { a2c } from "../agent/sequential-learner.ts";
import { type TorsoOptions, torsoSettings } from "../agent/torso.ts";
import { catchBall } from "../diagnostic/catch.ts";
import { seededVector } from "../environment/seeded-vector.ts";
import { stickyActions } from "../environment/sticky-actions.ts";
import type { VectorEnvironment } from "../environment/vector.ts";
import type { Environment } from "../environment.ts";
import { RlGvfError } from "../error.ts";
import { experimentArms } from "../experiment/arms.ts";
import { maze } from "../maze/maze.ts";
import { type MazeTaskName, mazeTasks } from "../maze/tasks.ts";
import { type Game, minatar } from "../minatar/game.ts";
import { minatarGames } from "../minatar/games.ts";
import { type RandomFeatureOptions, randomFeatureSettings } from "../question/random-features.ts";

type Make = (random: (name: string) => Random) => Environment;

/** An environment of the command, with the settings that suit it. */
interface Place {
  readonly make: Make;
  readonly torso: TorsoOptions;
  readonly features: RandomFeatureOptions;
}

const boards = { torso: torsoSettings.minatar, features: randomFeatureSettings.minatar };

const places: Readonly<Record<string, Place>> = {
  catch: { make: (random) => catchBall({ random: random("game") }), ...boards },
  ...Object.fromEntries(
    Object.entries(minatarGames).map(([name, game]): [string, Place] => [
      name,
      {
        make: (random) =>
          stickyActions(minatar(game as Game<never>, { random: random("game") }), {
            random: random("sticky"),
          }),
        ...boards,
      },
    ]),
  ),
  ...Object.fromEntries(
    Object.keys(mazeTasks).map((task): [string, Place] => [
      `maze/${task}`,
      {
        make: (random) => maze({ random: random("game"), task: task as MazeTaskName }),
        torso: torsoSettings.maze,
        features: randomFeatureSettings.maze,
      },
    ]),
  ),
};

const algorithms: Readonly<Record<string, Algorithm>> = { a2c, ppo: ppo() };

/** What a run was made with; kept in its checkpoint. */
export interface RunOptions {
  readonly environment: string;
  readonly algorithm: string;
  /** A row of `experimentArms`. */
  readonly arm: string;
  readonly seed: number;
  readonly count: number;
  readonly memory: number;
}

export const environmentNames: readonly string[] = Object.keys(places);
export const algorithmNames: readonly string[] = Object.keys(algorithms);
export const armNames: readonly string[] = Object.keys(experimentArms);

function known<T>(what: string, name: string, all: Readonly<Record<string, T>>): T {
  if (Object.hasOwn(all, name)) return all[name]!;
  throw new RlGvfError(
    "bad-option",
    `There is no ${what} "${name}"; there is ${Object.keys(all).join(", ")}.`,
  );
}

/** Environments of a run, or of the evaluation with other streams. */
export function environmentsOf(
  { environment, seed, count }: Pick<RunOptions, "environment" | "seed" | "count">,
  purpose: "train" | "evaluation" = "train",
): VectorEnvironment {
  const { make } = known("environment", environment, places);
  return seededVector(make, { count, seed, purpose });
}

/** A run's numbers: from the command they are checked already, from a checkpoint they may be anything. */
function checkNumbers(options: RunOptions | null): void {
  const { seed, count, memory } = options ?? ({} as Partial<RunOptions>);
  const limits = {
    seed: [seed, 0, Number.MAX_SAFE_INTEGER],
    envs: [count, 1, 65_536],
    memory: [memory, 0, 65_536],
  } as const;
  for (const [name, [value, least, most]] of Object.entries(limits))
    if (!(Number.isInteger(value) && value! >= least && value! <= most))
      throw new RlGvfError(
        "bad-option",
        `--${name} is a whole number from ${least} to ${most}, not ${String(value)}.`,
      );
}

/** @throws RlGvfError `bad-option` naming what there is, or a number that is out of range. */
export function agentOf(options: RunOptions): Agent {
  checkNumbers(options);
  const { torso, features } = known("environment", options.environment, places);
  const { stopGradient = false, auxiliaries } = known("method", options.arm, experimentArms);
  const network: NetworkOptions = { torso, stopGradient, memory: options.memory };
  return createAgent({
    environments: environmentsOf(options),
    seed: options.seed,
    algorithm: known("algorithm", options.algorithm, algorithms),
    network,
    auxiliaries: auxiliaries(features),
  });
}

/** The agent of a checkpoint, as it was. @throws RlGvfError `bad-state` if there is none. */
export function loadAgent(path: string): { readonly agent: Agent; readonly options: RunOptions } {
  const found = readCheckpoint<RunOptions>(path);
  if (found === undefined)
    throw new RlGvfError("bad-state", `There is no checkpoint ${path}: train one first.`);
  const agent = agentOf(found.note);
  agent.load(found.agent);
  return { agent, options: found.note };
}

/** A whole number of at least `least`. */
export const whole =
  (name: string, least = 1) =>
  (text: string): number => {
    const value = Number(text);
    if (Number.isInteger(value) && value >= least) return value;
    throw new RlGvfError("bad-option", `--${name} is a whole number of at least ${least}, not ${text}.`);
  };

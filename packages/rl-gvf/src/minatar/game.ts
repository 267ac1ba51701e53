import { fromRules, type Saved } from "../environment/from-rules.ts";
import { restrictActions } from "../environment/restrict-actions.ts";
import type { Environment, ObservationBuffer, RandomSource } from "../environment.ts";

/** The board is SIDE × SIDE cells, x to the right and y down. */
export const SIDE = 10;

export const LEFT = 1;
export const UP = 2;
export const RIGHT = 3;
export const DOWN = 4;
export const FIRE = 5;
const ACTIONS: readonly string[] = ["noop", "left", "up", "right", "down", "fire"];

/** The rules of one game over a plain JSON state. */
export interface Game<S extends { over: boolean }> {
  readonly name: string;
  /** What the last axis of the observation shows. */
  readonly channels: readonly string[];
  /** The actions that do something. */
  readonly minimalActions: readonly number[];
  start(random: RandomSource): S;
  /** One step of the rules, in place; returns the reward. Not called after the end. */
  step(state: S, action: number, random: RandomSource, ramping: boolean): number;
  /** Sets the ones of the observation [y][x][channel]; the cells are 0 before. */
  paint(state: S, out: ObservationBuffer, offset: number): void;
}

export interface MinatarOptions {
  readonly random: RandomSource;
  /** The game gets harder as it goes on. Default true, as published. */
  readonly ramping?: boolean;
  /** All six actions (default, as in the published results) or those that do something. */
  readonly actions?: "all" | "minimal";
}

/**
 * An environment with the rules of one of MinAtar's games: observations are 10 × 10 × channels of zeros and ones.
 *
 * All ends are terminations, that of Freeway by its clock included, as in the original. Published results add sticky actions
 * with probability 0.1 (`stickyActions`). A step with an observation costs 0.2 to 0.4 µs.
 *
 * Young and Tian, "MinAtar: An Atari-Inspired Testbed for Thorough and Reproducible Reinforcement Learning Experiments", 2019,
 * https://arxiv.org/abs/1903.03176. Written from a description of the rules; recorded runs of version 1.0.15 are reproduced exactly.
 */
export function minatar<S extends { over: boolean }>(
  game: Game<S>,
  { random, ramping = true, actions = "all" }: MinatarOptions,
): Environment<Saved<S>> {
  const environment = fromRules<S>(
    {
      name: `minatar/${game.name}`,
      observation: {
        shape: [SIDE, SIDE, game.channels.length],
        dtype: "uint8",
        low: 0,
        high: 1,
        channels: game.channels,
      },
      actions: ACTIONS,
      start: (source) => game.start(source),
      step(state, action, source) {
        const reward = game.step(state, action, source, ramping);
        return { reward, terminated: state.over, truncated: false };
      },
      paint: (state, out, offset) => game.paint(state, out, offset),
    },
    random,
  );
  return actions === "all" ? environment : restrictActions(environment, game.minimalActions);
}

export const clamp = (value: number, low: number, high: number): number =>
  value < low ? low : value > high ? high : value;

/** Whether a column or a row is on the board. */
export const inside = (place: number): boolean => place >= 0 && place < SIDE;

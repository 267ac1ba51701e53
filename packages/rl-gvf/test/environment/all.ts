import { catchBall } from "../../src/diagnostic/catch.ts";
import { deepSea } from "../../src/diagnostic/deep-sea.ts";
import { memoryChain } from "../../src/diagnostic/memory-chain.ts";
import { readoutGrid } from "../../src/diagnostic/readout-grid.ts";
import { stickyActions } from "../../src/environment/sticky-actions.ts";
import type { Environment, RandomSource } from "../../src/environment.ts";
import { maze } from "../../src/maze/maze.ts";
import type { MazeTaskName } from "../../src/maze/tasks.ts";
import { minatar } from "../../src/minatar/game.ts";
import { minatarGames } from "../../src/minatar/games.ts";

type Make = (random: (name: string) => RandomSource) => Environment;

/** Small pictures, for speed. */
const mazeOf =
  (task: MazeTaskName): Make =>
  (random) =>
    maze({ random: random("game"), task, width: 8, height: 6, levels: 5 });

/** Every environment, and the wrappers once. */
export const environments: Record<string, Make> = {
  asterix: (random) => minatar(minatarGames.asterix, { random: random("game") }),
  breakout: (random) => minatar(minatarGames.breakout, { random: random("game") }),
  freeway: (random) => minatar(minatarGames.freeway, { random: random("game") }),
  seaquest: (random) => minatar(minatarGames.seaquest, { random: random("game"), ramping: false }),
  "space-invaders": (random) => minatar(minatarGames["space-invaders"], { random: random("game") }),
  "sticky minimal asterix": (random) =>
    stickyActions(minatar(minatarGames.asterix, { random: random("game"), actions: "minimal" }), {
      probability: 0.25,
      random: random("sticky"),
    }),
  catch: (random) => catchBall({ random: random("game") }),
  "deep sea": (random) => deepSea({ random: random("game"), size: 6 }),
  "stochastic deep sea": (random) => deepSea({ random: random("game"), size: 6, stochastic: true }),
  "memory chain": (random) => memoryChain({ random: random("game"), length: 4, bits: 3 }),
  "maze goal": mazeOf("goal-small"),
  "maze apples": mazeOf("apples-large"),
  "maze obstructed": mazeOf("obstructed-small"),
  "maze objects": mazeOf("objects-few"),
  "read-out grid": (random) => readoutGrid({ random: random("game") }),
};

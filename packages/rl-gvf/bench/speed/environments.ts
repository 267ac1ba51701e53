/**
 * Prints environment steps with observations a second of processor time: 16 environments in a vector, observations as 32-bit floats (the maze: 96 × 72 RGB bytes),
 * random actions drawn beforehand, the median of five timings after a warm-up, with the slowest and fastest. Processor time, that of
 * the garbage collector's threads included, is what a core gives when others share the machine.
 *
 *     node --conditions=@outrigger/source --import tsx packages/rl-gvf/bench/speed/environments.ts
 */
import { Random } from "@outrigger/core/random";
import { catchBall } from "../../src/diagnostic/catch.ts";
import { createBatch } from "../../src/environment/batch.ts";
import { seededVector } from "../../src/environment/seeded-vector.ts";
import type { Environment } from "../../src/environment.ts";
import { maze } from "../../src/maze/maze.ts";
import { minatar } from "../../src/minatar/game.ts";
import { minatarGames } from "../../src/minatar/games.ts";

const COUNT = 16;
const SECONDS = 0.6;
const TIMINGS = 5;

type Make = (random: (name: string) => Random) => Environment;

const makers: Record<string, Make> = {
  asterix: (random) => minatar(minatarGames.asterix, { random: random("game") }),
  breakout: (random) => minatar(minatarGames.breakout, { random: random("game") }),
  freeway: (random) => minatar(minatarGames.freeway, { random: random("game") }),
  seaquest: (random) => minatar(minatarGames.seaquest, { random: random("game") }),
  "space-invaders": (random) => minatar(minatarGames["space-invaders"], { random: random("game") }),
  maze: (random) => maze({ random: random("game"), task: "apples-large" }),
  catch: (random) => catchBall({ random: random("game") }),
};

for (const [name, make] of Object.entries(makers)) {
  const rates = measure(make);
  const [slowest, median, fastest] = [rates[0]!, rates[TIMINGS >> 1]!, rates.at(-1)!].map((rate) =>
    Math.round(rate).toLocaleString("en"),
  );
  console.log(`${name.padEnd(16)} ${median!.padStart(12)} steps/s   (${slowest} to ${fastest})`);
}

function measure(make: Make): number[] {
  const vector = seededVector(make, { count: COUNT, seed: 1 });
  // Images stay bytes; the small boards are what a network reads.
  const dtype = vector.observation.high > 1 ? "uint8" : "float32";
  const batch = createBatch({ observation: { ...vector.observation, dtype }, count: COUNT });
  const policy = Random.seeded(1, "policy");
  const actions = Array.from({ length: 64 }, () =>
    Int32Array.from({ length: COUNT }, () => policy.integer(vector.actions.length)),
  );
  vector.reset(batch);
  const rate = (): number => {
    const start = process.cpuUsage();
    let steps = 0;
    let seconds = 0;
    while (seconds < SECONDS) {
      for (const row of actions) vector.step(row, batch);
      steps += actions.length * COUNT;
      const { user, system } = process.cpuUsage(start);
      seconds = (user + system) / 1e6;
    }
    return steps / seconds;
  };
  rate();
  return Array.from({ length: TIMINGS }, rate).toSorted((a, b) => a - b);
}

import { readdirSync } from "node:fs";
import { Random } from "@outrigger/core/random";
import { describe, expect, it } from "vitest";
import type { Saved } from "../../src/environment/from-rules.ts";
import { stickyActions } from "../../src/environment/sticky-actions.ts";
import type { Environment } from "../../src/environment.ts";
import { type Game, minatar } from "../../src/minatar/game.ts";
import { minatarGames } from "../../src/minatar/games.ts";
import {
  bitsOf,
  type FuzzCase,
  folder,
  hashOf,
  missing,
  type PolicyStatistics,
  Recording,
  read,
  reason,
  type Trace,
} from "./recorded.ts";
import { setups } from "./setups.ts";

type AnyGame = { over: boolean; rampIndex?: number };
const gameNames = Object.keys(minatarGames) as (keyof typeof minatarGames)[];
const gameOf = (name: string): Game<AnyGame> =>
  minatarGames[name as keyof typeof minatarGames] as unknown as Game<AnyGame>;
const inFiles = (name: string): string => name.replace("-", "_");

function observed(environment: Environment<Saved<AnyGame>>): Uint8Array {
  const cells = new Uint8Array(environment.observation.shape.reduce((a, b) => a * b));
  environment.observe(cells);
  return cells;
}

/** What our game makes of the recorded actions and draws, in the recording's own words. */
function replay(name: string, trace: Trace) {
  const random = new Recording(trace.draws);
  const environment = minatar(gameOf(name), { random, ramping: trace.difficultyRamping });
  const channels = trace.channels.length;
  const initialObsHash = hashOf(observed(environment));
  const resets: Trace["resets"] = {};
  const obsBits: Trace["obsBits"] = {};
  const sums: Record<string, number[]> = {};
  const steps = (trace.executedAction ?? trace.requestedAction).map((action, t) => {
    const { reward, terminated, truncated } = environment.step(action);
    const cells = observed(environment);
    if (trace.obsBits[t] !== undefined) {
      obsBits[t] = bitsOf(cells);
      sums[t] = Array.from({ length: channels }, (_, c) =>
        cells.reduce((sum, cell, i) => (i % channels === c ? sum + cell : sum), 0),
      );
    }
    const ramp = environment.save().state.rampIndex ?? null;
    if (terminated) {
      environment.reset();
      resets[t + 1] = { obsHash: hashOf(observed(environment)) };
    }
    return [reward, terminated ? 1 : 0, truncated, hashOf(cells), ramp];
  });
  return {
    channels: environment.observation.shape,
    initialObsHash,
    resets,
    obsBits,
    sums,
    steps,
    left: random.left,
  };
}

function recorded(trace: Trace) {
  const { ramp } = trace;
  return {
    channels: [10, 10, trace.channels.length],
    initialObsHash: trace.initialObsHash,
    resets: trace.resets,
    obsBits: trace.obsBits,
    sums: Object.fromEntries(Object.keys(trace.obsBits).map((t) => [t, trace.channelSums[Number(t)]])),
    steps: trace.obsHash.map((hash, t) => [
      trace.reward[t],
      trace.terminal[t],
      false,
      hash,
      Array.isArray(ramp) ? ramp[t] : ramp,
    ]),
    left: 0,
  };
}

function replayCase(name: string, { id, setup, difficultyRamping, draws, action, ramp }: FuzzCase) {
  const random = new Recording(draws);
  const game = { ...gameOf(name), start: () => setups[name]!(setup as never) as AnyGame };
  const environment = minatar(game, { random, ramping: difficultyRamping });
  const usual = gameOf(name).start(Random.seeded(0, "start"));
  return {
    id,
    variables: Object.keys(environment.save().state).toSorted(),
    usualVariables: Object.keys(usual).toSorted(),
    obsHash0: hashOf(observed(environment)),
    steps: action.map((one) => {
      const { reward, terminated } = environment.step(one);
      const rampIndex = ramp === undefined ? null : environment.save().state.rampIndex;
      return [reward, terminated ? 1 : 0, hashOf(observed(environment)), rampIndex];
    }),
    left: random.left,
  };
}

function recordedCase({ id, obsHash0, obsHash, reward, terminal, ramp }: FuzzCase) {
  return {
    id,
    obsHash0,
    steps: obsHash.map((hash, t) => [reward[t], terminal[t], hash, ramp?.[t] ?? null]),
    left: 0,
  };
}

/** How many standard errors of their difference our mean is away from another mean. */
function distance(values: readonly number[], mean: number, error: number): number {
  const ours = values.reduce((sum, value) => sum + value, 0) / values.length;
  const variance = values.reduce((sum, value) => sum + (value - ours) ** 2, 0) / (values.length - 1);
  return Math.abs(ours - mean) / Math.hypot(error, Math.sqrt(variance / values.length));
}

describe.skipIf(missing)(`recorded runs of MinAtar 1.0.15${reason}`, () => {
  const files = missing ? [] : readdirSync(folder);

  for (const name of gameNames) {
    const own = files.filter((file) => file.startsWith(`${inFiles(name)}_`));

    it(`${name}: the files are there`, () => expect(own.length).toBeGreaterThanOrEqual(4));

    it.each(own)("%s: every reward, end, observation and draw", (file) => {
      const trace = read(file) as Trace;
      expect(replay(name, trace)).toEqual(recorded(trace));
    });

    it(`${name}: random states and scenarios`, () => {
      const { cases } = read(`fuzz_${inFiles(name)}.json`) as { cases: FuzzCase[] };
      expect(cases.length).toBeGreaterThanOrEqual(150);
      for (const one of cases) {
        const { variables, usualVariables, ...replayed } = replayCase(name, one);
        expect(replayed).toEqual(recordedCase(one));
        expect(variables).toEqual(usualVariables);
      }
    });
  }
});

describe.skipIf(missing)(`random policies, sticky actions 0.1${reason}`, () => {
  const { stats } = missing
    ? { stats: {} }
    : (read("stats.json") as { stats: Record<string, Record<"full6" | "minimal", PolicyStatistics>> });

  // Every game's episodes are as many as fit in about 400,000 steps.
  it.each(gameNames)("%s: mean return and length within 4 standard errors", (name) => {
    for (const actions of ["all", "minimal"] as const) {
      const wanted = stats[inFiles(name)]![actions === "all" ? "full6" : "minimal"];
      const episodes = Math.max(100, Math.round(400_000 / wanted.meanLength));
      const random = Random.seeded(3, "game");
      const policy = Random.seeded(3, "policy");
      const environment = stickyActions(minatar(gameOf(name), { random, actions }), {
        random: Random.seeded(3, "sticky"),
      });
      const returns: number[] = [];
      const lengths: number[] = [];
      for (let episode = 0; episode < episodes; episode++) {
        environment.reset();
        let total = 0;
        let length = 0;
        for (let over = false; !over; length++) {
          const { reward, terminated } = environment.step(policy.integer(environment.actions.length));
          total += reward;
          over = terminated;
        }
        returns.push(total);
        lengths.push(length);
      }
      expect(distance(returns, wanted.meanReturn, wanted.seReturn)).toBeLessThanOrEqual(4);
      if (wanted.seLength > 0)
        expect(distance(lengths, wanted.meanLength, wanted.seLength)).toBeLessThanOrEqual(4);
      else expect(new Set(lengths)).toEqual(new Set([wanted.meanLength]));
    }
  });
});

import { type Contender, Failed, type Running, start } from "./contender.ts";

/** What one contender did on one network. */
export interface Result {
  readonly name: string;
  readonly version: string;
  /** Milliseconds of every step, round by round; empty for rounds that a slow contender sat out. */
  readonly rounds: readonly (readonly number[])[];
  /** Milliseconds of the first step, compilation included. */
  readonly first: number;
  /** Losses of the first steps, which must be the same for all contenders. */
  readonly losses: readonly number[];
  /** MiB */
  readonly peakMemory?: number | undefined;
}

/** Why a contender has no result. */
export interface Absence {
  readonly name: string;
  readonly reason: string;
}

export interface MeasureOptions {
  readonly rounds: number;
  /** What one contender may take of a round, in milliseconds: so many steps are made, at least one. */
  readonly share: number;
  /** A step that takes longer makes a contender slow: it takes part in the first rounds only. In milliseconds. */
  readonly slow: number;
  readonly slowRounds: number;
  /** Called before the contenders are stopped. */
  readonly last?: (running: ReadonlyMap<string, Running>) => Promise<void>;
}

interface Runner {
  readonly name: string;
  readonly running: Running;
  readonly stepsPerRound: number;
  readonly slow: boolean;
  readonly first: number;
  readonly losses: readonly number[];
  readonly rounds: number[][];
}

const warmUp = 3;

async function prepare(contender: Contender, { share, slow }: MeasureOptions): Promise<Runner> {
  const running = await start(contender);
  const one = await running.ask({ steps: 1 }, contender.patience ?? 120);
  const more = await running.ask({ steps: warmUp - 1 });
  const typical = Math.min(...more.ms);
  return {
    name: contender.name,
    running,
    stepsPerRound: Math.max(1, Math.min(50, Math.round(share / typical))),
    slow: typical > slow,
    first: one.ms[0]!,
    losses: [...one.losses, ...more.losses],
    rounds: [],
  };
}

/**
 * Lets contenders make steps in rounds, a few steps each in turn, so that a machine that speeds up or slows down does so for all of
 * them. Those that cannot start, or are too slow to wait for, are listed as absent.
 */
export async function measure(
  contenders: readonly Contender[],
  options: MeasureOptions,
  log: (line: string) => void,
): Promise<{ results: Result[]; absent: Absence[] }> {
  const runners: Runner[] = [];
  const absent: Absence[] = [];
  for (const contender of contenders) {
    try {
      log(`  ${contender.name}`);
      runners.push(await prepare(contender, options));
    } catch (error) {
      if (!(error instanceof Failed)) throw error;
      absent.push({ name: contender.name, reason: error.message });
    }
  }
  for (let round = 0; round < options.rounds; round++) {
    log(`  round ${round + 1} of ${options.rounds}`);
    for (const { running, stepsPerRound, slow, rounds } of runners) {
      const out = slow && round >= options.slowRounds;
      rounds.push(out ? [] : (await running.ask({ steps: stepsPerRound })).ms);
    }
  }
  const results = runners.map(
    ({ name, running, rounds, first, losses }): Result => ({
      name,
      version: running.version,
      rounds,
      first,
      losses,
      peakMemory: running.peakMemory(),
    }),
  );
  await options.last?.(new Map(runners.map(({ name, running }) => [name, running])));
  for (const { running } of runners) running.stop();
  return { results, absent };
}

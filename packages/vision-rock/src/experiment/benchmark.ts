import type { Arm, Tier, Trial } from "@outrigger/bench/benchmark";
import type { Data } from "./data.ts";
import { type RoomsOptions, roomsData } from "./rooms-data.ts";
import { candidatesOf, GROUPS } from "./rows.ts";
import { type Settings, settings } from "./settings.ts";
import type { BaseConfiguration } from "./trial.ts";

/** All rows of a tier of the rooms; every row has the same number of candidates. */
export const roomArms = (tier: Tier): Arm[] =>
  GROUPS[tier].flatMap(({ group, rooms, easyColour, rows }) =>
    rows.map((row) => ({
      method: row.method,
      group,
      kind: row.kind,
      describe: row.describe,
      options: { ...settings(tier, rooms), easyColour, ...row.options },
      candidates: candidatesOf(tier, row),
    })),
  );

/** What all rows of a trial's tier train alike. */
export function configurationOf({ options }: Trial): BaseConfiguration {
  const { channels, blocks, ...sizes } = options as unknown as Settings;
  const { width, height, iterations, looks, learningRate, weightDecay, weights, boxedRows, unboxedRows } =
    sizes;
  return {
    width,
    height,
    iterations,
    looks,
    batchSize: boxedRows,
    learningRate,
    weightDecay,
    weights,
    mixed: { boxed: boxedRows, unboxed: unboxedRows },
    backbone: { kind: "small", channels, blocks },
  };
}

/** The rooms of a trial. */
export const dataOf = ({ options, seed }: Trial): Promise<Data> =>
  roomsData(options as unknown as RoomsOptions, seed);

import type { Arm, Options, Tier } from "@outrigger/bench/benchmark";
import { AUXILIARIES, type Auxiliary } from "../rock/auxiliary.ts";
import type { FusionKind } from "../rock/fusion/kinds.ts";
import type { RuleName } from "./rules.ts";

/** What a row does; all else is alike. */
export type RowOptions = {
  /** How auxiliary features come back into the map; null: no block. */
  readonly fusion: FusionKind | null;
  /** Tasks of the block. */
  readonly tasks: readonly Auxiliary[];
  /** Those of them whose losses are trained. */
  readonly auxiliaries: readonly Auxiliary[];
  readonly rule: RuleName;
  /** True depth and normals are inputs. */
  readonly oracle: boolean;
  /** Scene, depth and normals are those of another training room. */
  readonly shuffled: boolean;
  /** What the weights of all auxiliaries are multiplied by. */
  readonly scale: number;
};

export interface Row {
  readonly method: string;
  readonly kind: Arm["kind"];
  readonly describe: string;
  readonly options: RowOptions;
}

const row = (method: string, kind: Arm["kind"], describe: string, options: Partial<RowOptions>): Row => ({
  method,
  kind,
  describe,
  options: {
    fusion: null,
    tasks: [],
    auxiliaries: [],
    rule: "uniform",
    oracle: false,
    shuffled: false,
    scale: 1,
    ...options,
  },
});

/** ROCK with changes. */
const variant = (
  method: string,
  describe: string,
  options: Partial<RowOptions> = {},
  kind: Arm["kind"] = "rule",
): Row =>
  row(method, kind, describe, { fusion: "sum", tasks: AUXILIARIES, auxiliaries: AUXILIARIES, ...options });

export const singleTask: Row = row("single-task", "baseline", "The detector alone, without a block.", {});
export const flat: Row = variant(
  "flat",
  "Scene, depth and normals are predicted from the map; the detector reads the map as it is.",
  {
    fusion: "none",
  },
);
export const rock: Row = variant(
  "rock",
  "ROCK: what the auxiliaries are predicted from flows back into the map that the detector reads.",
);

const capacity: Row = variant(
  "capacity",
  "ROCK's block without any auxiliary loss: its parameters alone.",
  { auxiliaries: [] },
  "control",
);

const ALL: readonly Row[] = [
  singleTask,
  capacity,
  flat,
  rock,
  row(
    "oracle-inputs",
    "control",
    "The detector alone, which is told true depth and normals: what geometry can give at most.",
    {
      oracle: true,
    },
  ),
];

const HEADLINE: readonly Row[] = [singleTask, capacity, flat, rock];

const MORE: readonly Row[] = [
  ...AUXILIARIES.map((task) =>
    variant(`rock-${task}`, `ROCK with ${task} as its only auxiliary.`, {
      tasks: [task],
      auxiliaries: [task],
    }),
  ),
  variant(
    "shuffled-auxiliaries",
    "ROCK whose scene, depth and normals are those of other rooms.",
    { shuffled: true },
    "control",
  ),
  ...(
    [
      "gated",
      "pad-net-a",
      "pad-net-b",
      "pad-net-c",
      "cross-stitch",
      "nddr",
      "mtan",
    ] as const satisfies FusionKind[]
  ).map((fusion) => variant(fusion, `ROCK's block with the fusion "${fusion}".`, { fusion })),
];

const RULED: readonly Row[] = (["uncertainty", "gradient-cosine", "pcgrad"] as const).map((rule) =>
  variant(`rock-${rule}`, `ROCK; "${rule}" weighs the tasks.`, { rule }),
);

/** Rows of a table, which are compared with each other. */
export interface Group {
  readonly group: string;
  /** Whether all training rooms have boxes or few. */
  readonly rooms: "all" | "few";
  /** Every class has a colour of its own. */
  readonly easyColour: boolean;
  readonly rows: readonly Row[];
}

const labelled = (rows: readonly Row[]): Group => ({
  group: "boxes on all",
  rooms: "all",
  easyColour: false,
  rows,
});
const headline = (rows: readonly Row[]): Group => ({
  group: "boxes on few",
  rooms: "few",
  easyColour: false,
  rows,
});

/** The tables of a tier; those of `full` are what `ci` lacks, beside the two rows that all is compared with. */
export const GROUPS: Readonly<Record<Tier, readonly Group[]>> = {
  smoke: [labelled(ALL), headline(HEADLINE)],
  ci: [labelled(ALL), headline(HEADLINE)],
  full: [
    labelled([singleTask, rock, ...MORE]),
    headline([singleTask, rock, ...RULED]),
    { group: "easy colour", rooms: "all", easyColour: true, rows: [singleTask, rock] },
  ],
};

/**
 * What arms try on validation: scales of the auxiliaries, or weight decay where there is no auxiliary loss to scale. A step shrinks by decay times
 * rate, so that in the 1,000 steps of the headline these shrink by 0.015 and 14 %. The smoke tier concludes nothing and tries the first alone.
 */
const SCALES: readonly Options[] = [1, 0.3].map((scale) => ({ scale }));
const DECAYS: readonly Options[] = [1e-4, 0.1].map((weightDecay) => ({ weightDecay }));

/** The candidates of a row: as many as any other row of its tier has. */
export const candidatesOf = (tier: Tier, { options }: Row): readonly Options[] =>
  (options.auxiliaries.length > 0 ? SCALES : DECAYS).slice(0, tier === "smoke" ? 1 : undefined);

import type { Arm, Tier } from "@outrigger/bench/benchmark";
import { settings } from "./settings.ts";

export type Positions = "rope" | "nope" | "alibi" | "randomized-rope" | "t5" | "fire";
export type Auxiliary = "none" | "restriction" | "renumbered" | "hint" | "association";
export type Scale = "none" | "tempered" | "logn" | "ssmax";
export type Rule = "uniform" | "pcgrad";

/** What a row does; all else is alike. */
export type RowOptions = {
  readonly positions: Positions;
  readonly auxiliary: Auxiliary;
  /** The auxiliary's part of the steps, or of every batch. Default 0.5. */
  readonly share?: number;
  readonly scale?: Scale;
  /** A rule of `core` that weighs the tasks, all of which are in every batch. Default: every step is of one task, drawn by the share. */
  readonly rule?: Rule;
  /** τ of a curriculum: lengths of the main task with probabilities in proportion to τ^length. Default: all alike. */
  readonly tau?: number;
};

interface Row extends Omit<RowOptions, "positions"> {
  readonly method: string;
  readonly kind: Arm["kind"];
  readonly describe: string;
}

const revealed = "reveals long-range position ids and which tokens decide the answer (the sparse support)";

const none: Row = {
  method: "none",
  kind: "baseline",
  auxiliary: "none",
  describe: "The main task alone, at short lengths.",
};
const restriction: Row = {
  method: "restriction",
  kind: "rule",
  auxiliary: "restriction",
  describe: `Half of the steps on short parts of long instances, position ids kept: ${revealed}.`,
};
const renumbered: Row = {
  method: "restriction-renumbered",
  kind: "control",
  auxiliary: "renumbered",
  describe: "The same parts with position ids 0, 1, 2, …: reveals the sparse support, and no long-range ids.",
};
const hint: Row = {
  method: "hint",
  kind: "rule",
  auxiliary: "hint",
  describe: "Half of the steps on questions about short inputs: which item follows one in the answer.",
};

/** A variant of the row "restriction". */
const variant = (method: string, describe: string, options: Partial<Row>): Row => ({
  ...restriction,
  method,
  describe,
  ...options,
});

const more: readonly Row[] = [
  variant("restriction-75", "Three quarters of the steps on restrictions.", { share: 0.75 }),
  variant("restriction-tempered", "Restrictions; attention logits grow with log n, learned a layer.", {
    scale: "tempered",
  }),
  variant("restriction-logn", "Restrictions; attention logits grow with log n, learned a head.", {
    scale: "logn",
  }),
  variant("restriction-ssmax", "Restrictions; scalable softmax.", { scale: "ssmax" }),
  variant("restriction-uniform", "Both tasks in every batch, half of the rows each, weights 1.", {
    rule: "uniform",
  }),
  variant("restriction-pcgrad", "Both tasks in every batch; conflicting gradient parts are projected away.", {
    rule: "pcgrad",
  }),
  {
    ...none,
    method: "short-first",
    kind: "control",
    tau: 0.8,
    describe: "The main task alone; short lengths more often, in proportion to 0.8^length.",
  },
  {
    method: "association",
    kind: "rule",
    auxiliary: "association",
    describe: "Half of the steps on related tasks at up to twice the length: shows long sequences.",
  },
];

/** A table: what its rows have in common is where positions are told to the model. */
interface Group {
  readonly group: string;
  readonly positions: Positions;
  readonly rows: readonly Row[];
}

const rotary: Group = { group: "RoPE", positions: "rope", rows: [none, restriction, renumbered, hint] };
const pair = (group: string, positions: Positions): Group => ({
  group,
  positions,
  rows: [none, restriction],
});
const randomized = pair("randomized RoPE", "randomized-rope");
const compared = [rotary, pair("NoPE", "nope"), pair("ALiBi", "alibi"), randomized];

const groups: Readonly<Record<Tier, readonly Group[]>> = {
  smoke: [rotary, randomized],
  ci: compared,
  full: [
    { ...rotary, rows: [...rotary.rows, ...more] },
    ...compared.slice(1),
    pair("T5 bias", "t5"),
    pair("FIRE", "fire"),
  ],
};

/** All rows of a tier; nothing is tuned, so none has candidates. */
export const rowsOfTier = (tier: Tier): Arm[] =>
  groups[tier].flatMap(({ group, positions, rows }) =>
    rows.map(({ method, kind, describe, ...row }) => ({
      method,
      group,
      kind,
      describe,
      options: { ...settings(tier), ...row, positions },
    })),
  );

/** What a restriction reveals, for the notes of a trial. */
export function revealing(auxiliary: Auxiliary, { trainLength, longest }: TierLengths): string[] {
  if (auxiliary === "restriction")
    return [
      `no training sequence is longer than one of length ${trainLength}; restrictions reveal position ids and statistics of instances up to length ${longest}, and which tokens decide the answer (the sparse support)`,
    ];
  if (auxiliary === "renumbered")
    return [
      `no training sequence is longer than one of length ${trainLength}; renumbered restrictions reveal statistics of instances up to length ${longest} and the sparse support, and no position ids beyond training`,
    ];
  if (auxiliary === "association")
    return [`related tasks are shown at lengths up to ${2 * trainLength}, as whole sequences`];
  return [];
}

interface TierLengths {
  readonly trainLength: number;
  readonly longest: number;
}

import type { Tier } from "../benchmark.ts";
import type { TrialSpec } from "./plan.ts";

/** Seconds after which a trial is taken to hang: far above what the tiers are for (seconds; minutes; hours). */
const limits: Readonly<Record<Tier, number>> = { smoke: 600, ci: 7200, full: 86_400 };

/** The limit of a trial: what the command says, else the benchmark, else the tier. */
export const limitOf = ({ found, tier }: TrialSpec, asked: number | undefined): number =>
  asked ?? found.benchmark.tiers[tier]?.limit ?? limits[tier];

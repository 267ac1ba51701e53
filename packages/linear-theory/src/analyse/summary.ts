import type { TaskReport } from "./judge.ts";
import { percent, short } from "./judge.ts";

/** What an interval of R / R_0 allows to say. */
export type Word = "helps" | "hurts" | "cannot tell";

/** Weights judged by data. */
export interface WeightsVerdict {
  /** On sums of squared errors, the primary's first; they sum to 1. */
  readonly weights: readonly number[];
  /** Estimated risk R of the primary's coefficients. */
  readonly risk: number;
  /** Estimated R / R_0: below 1 the auxiliaries help. */
  readonly ratio: number;
  /** Ends of the bootstrap interval of the ratio. */
  readonly low: number;
  readonly high: number;
  /** "helps" when the interval lies below 1, "hurts" when above, else "cannot tell". */
  readonly verdict: Word;
}

/** The verdict in plain words. It claims what the intervals show and nothing else. */
export function summarise(
  level: number,
  recommended: WeightsVerdict,
  equal: WeightsVerdict,
  tasks: readonly TaskReport[],
): string {
  const dropped = tasks.filter((task) => task.drop);
  const useful = tasks.length - 1 - dropped.length;
  const say = (where: string, verdict: WeightsVerdict): string =>
    `${where} ${claims[verdict.verdict]} ${figures(verdict, level)}.`;
  const first =
    useful === 0
      ? "None of these auxiliaries is worth its place: the recommended weights leave the primary alone."
      : say("At the recommended weights", recommended);
  const unknown = tasks.every((task, k) => k === 0 || task.noise === undefined);
  const second = unknown ? [] : [say("At equal weights", equal)];
  const third = dropped.map(({ name, reason }) => `Leave out ${name}: ${reason}.`);
  return [first, ...second, ...third].join(" ");
}

const claims: Record<Word, string> = {
  helps: "the auxiliaries help: they bring the primary's risk down to",
  hurts: "the auxiliaries hurt: they raise the primary's risk to",
  "cannot tell": "these data cannot tell whether the auxiliaries help: the primary's risk is estimated at",
};

const figures = ({ ratio, low, high }: WeightsVerdict, level: number): string =>
  `${short(ratio)} times that of the primary alone (${percent(level)} interval ${short(low)} to ${short(high)})`;

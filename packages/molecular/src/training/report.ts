import { interval, predictionSet } from "../predictor/conformal.ts";
import type { TargetRecord } from "../predictor/record.ts";
import type { Selection } from "../select/selection.ts";
import type { TargetKind } from "../target/joint-task.ts";
import type { SplitChoice } from "./configuration.ts";
import { splitWords } from "./split-words.ts";
import type { MeasuredMetric } from "./test-metrics.ts";

/** A test molecule with a label of one target. */
export interface TestRow {
  readonly smiles: string;
  readonly label: number;
  /** Value, or probability of class 1. */
  readonly value: number;
  /** Over the members; null of a single model. */
  readonly sd: number | null;
  /** Tanimoto similarity to the nearest training molecule. */
  readonly similarity: number;
  /** Whether training has its scaffold; null for a molecule without rings. */
  readonly scaffoldSeen: boolean | null;
}

/** How many labels lie within intervals, or prediction sets, that were meant to hold `level` of them. */
export interface Coverage {
  readonly level: number;
  readonly covered: number;
  readonly labels: number;
  /** Mean width of the intervals, or mean number of classes in a set; null where intervals are infinite, or without test labels. */
  readonly size: number | null;
}

export interface TargetReport {
  readonly name: string;
  readonly kind: TargetKind;
  readonly labels: { readonly train: number; readonly validation: number; readonly test: number };
  readonly metrics: readonly MeasuredMetric[];
  /** By rising level. */
  readonly coverage: readonly Coverage[];
  readonly test: readonly TestRow[];
}

export interface MemberReport {
  readonly seed: number;
  /** From 1. */
  readonly bestEpoch: number;
  readonly epochs: number;
  readonly metric: string;
  readonly value: number;
}

/** What a predictor was trained on, how it went, and how well it predicts. */
export interface TrainingReport {
  readonly data: {
    readonly name: string;
    readonly molecules: number;
    readonly invalid: number;
    /** The first rows that were left out, with the reason. */
    readonly problems: readonly { readonly row: number; readonly value: string; readonly reason: string }[];
    /** Molecules that stand in the table more than once. */
    readonly repeated: number;
    /** Test molecules that are training molecules as well. */
    readonly seenTests: number;
  };
  readonly parts: { readonly train: number; readonly validation: number; readonly test: number };
  readonly targets: readonly TargetReport[];
  readonly auxiliaries: readonly string[];
  /** How they were chosen, with votes and settings; null without any. */
  readonly selection: Selection | null;
  readonly notes: readonly string[];
  readonly members: readonly MemberReport[];
  /** Of the first member, an epoch a value. */
  readonly curves: {
    readonly validation: readonly (number | null)[];
    readonly weights: Readonly<Record<string, readonly number[]>>;
  };
}

const LEVELS = [0.5, 0.6, 0.7, 0.8, 0.9, 0.95] as const;

/** Coverage of the test labels at usual levels and the one given. */
export function measuredCoverage(
  { calibration }: Pick<TargetRecord, "calibration">,
  rows: readonly TestRow[],
  level: number,
): Coverage[] {
  const levels = [...new Set([...LEVELS, level])].sort((a, b) => a - b);
  return levels.map((each) => {
    let [covered, size] = [0, 0];
    for (const { value, label } of rows) {
      if (calibration.kind === "classification") {
        const set = predictionSet(calibration, value, each);
        covered += Number(set.includes(label));
        size += set.length;
      } else {
        const [low, high] = interval(calibration, value, each);
        covered += Number(low <= label && label <= high);
        size += high - low;
      }
    }
    const mean = rows.length > 0 ? size / rows.length : Number.POSITIVE_INFINITY;
    return { level: each, covered, labels: rows.length, size: Number.isFinite(mean) ? mean : null };
  });
}

/**
 * What the share of covered test labels says, in a sentence; empty where it is as asked for, within two standard deviations
 * √(level·(1 − level)·(1/n + 1/m)) of n calibrating and m test labels, which is what chance does to exchangeable molecules.
 *
 * @param calibrating labels that the error bars were calibrated on
 */
export function coverageVerdict({ level, covered, labels, size }: Coverage, calibrating: number): string {
  if (labels === 0 || calibrating === 0 || size === null) return "";
  const share = covered / labels;
  const chance = 2 * Math.sqrt(level * (1 - level) * (1 / calibrating + 1 / labels));
  if (share < level - chance)
    return "That is fewer than chance explains: the test molecules are harder than those of validation, and error bars for new molecules will be too narrow as well.";
  if (share > level + chance)
    return "That is more than chance explains: the test molecules are easier than those of validation.";
  return "";
}

/** Whether the coverage is promised, in a sentence. */
export function coveragePromise(split: SplitChoice): string {
  if (split.variant === "random")
    return "The split is random: new molecules of the same kind can be expected to be covered as often.";
  const why =
    split.variant === "file" || split.variant === "column"
      ? `The split is a given one (${splitWords(split)})`
      : `Validation and test have other scaffolds (split ${split.variant})`;
  return `${why}, so this coverage is not guaranteed: it is what was measured.`;
}

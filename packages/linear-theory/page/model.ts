import { shiftThreshold } from "../src/benefit/shift-threshold.ts";
import type { Problem, Risk } from "../src/problem.ts";
import { equivalentRisk } from "../src/risk/equivalent.ts";
import { pooledRisk } from "../src/risk/pooled.ts";
import { singleTaskRisk } from "../src/risk/single-task.ts";
import { bestWeights } from "../src/weights/optimal-weights.ts";

/** The risk at one weight of the auxiliary. */
export interface CurvePoint extends Risk {
  readonly weight: number;
}

/** What the risk curve shows and the verdict says. */
export interface Outlook {
  readonly single: Risk;
  readonly equal: CurvePoint;
  /** At the weight with the smallest risk; undefined where no weight has a finite one. */
  readonly best: CurvePoint | undefined;
  readonly present: CurvePoint;
  readonly grid: readonly CurvePoint[];
  /** Δ*, below which equal weights help; undefined without a finite risk. */
  readonly threshold: number | undefined;
  readonly distance: number;
}

/** Every how many points of the grid the simulation draws a dot. */
const dotEvery = 4;
const pointsPerDecade = 8;

/** The weights of a curve. */
export interface CurveWeights {
  readonly best: number | undefined;
  readonly present: number;
  readonly grid: readonly number[];
  /** Those of the grid that the simulation repeats. */
  readonly dots: readonly number[];
}

export function curveWeights(problem: Problem, present: number): CurveWeights {
  const best = bestWeight(problem);
  const low = Math.floor(Math.log10(Math.min(1e-3, present, (best ?? 1) / 2)));
  const high = Math.ceil(Math.log10(Math.max(1e2, present, (best ?? 1) * 2)));
  const grid = Array.from(
    { length: (high - low) * pointsPerDecade + 1 },
    (_, i) => 10 ** (low + i / pointsPerDecade),
  );
  return { best, present, grid, dots: grid.filter((_, i) => i % dotEvery === 0) };
}

/**
 * All risks of the page: the known exact ones, the deterministic equivalent for the rest. The grid is drawn exact once all of it is known, so that
 * no kink shows where one meets the other.
 */
export function outlook(
  problem: Problem,
  weights: CurveWeights,
  known: ReadonlyMap<number, CurvePoint> = new Map(),
): Outlook {
  const at = (weight: number) => known.get(weight) ?? equivalentAt(problem, weight);
  const complete = weights.grid.every((weight) => known.has(weight));
  return {
    single: singleTaskRisk(problem),
    equal: { ...pooledRisk(problem), weight: 1 },
    best: weights.best === undefined ? undefined : at(weights.best),
    present: at(weights.present),
    grid: weights.grid.map((weight) => (complete ? at(weight) : equivalentAt(problem, weight))),
    threshold: weights.best === undefined ? undefined : shiftThreshold(problem).threshold,
    distance: problem.shifts[1]![1]!,
  };
}

/** What an exact computation is asked, the most wanted first. */
export function weightsInOrder({ best, present, grid }: CurveWeights): number[] {
  return [...(best === undefined ? [] : [best]), present, ...grid];
}

function equivalentAt(problem: Problem, weight: number): CurvePoint {
  return { ...equivalentRisk(problem, [1, weight]), weight };
}

/** The height of the plot of the curve: the single-task line and the optimum can be seen, a curve that runs away is cut. */
export function curveTop({ single, best, equal, grid }: Outlook): number {
  const risks = grid.map(({ risk }) => risk).filter(Number.isFinite);
  const most = Math.max(...risks, 0);
  const shown = [single.risk, best?.risk ?? 0].filter(Number.isFinite);
  const reference = Number.isFinite(single.risk) ? single.risk : 2 * (best?.risk ?? 1);
  const cut = Math.max(2.5 * reference, equal.risk <= 5 * reference ? 1.1 * equal.risk : 0);
  return Math.max(1.15 * Math.max(...shown), Math.min(1.05 * most, cut)) || 1;
}

function bestWeight(problem: Problem): number | undefined {
  if (problem.rows[0]! + problem.rows[1]! <= problem.features + 1) return undefined;
  const [own, other] = bestWeights(problem, { design: "pooled" });
  return other! / own!;
}

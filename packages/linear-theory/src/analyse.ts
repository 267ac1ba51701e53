import {
  checkNames,
  checkNoise,
  checkRows,
  finiteVerdict,
  type NamedTask,
  namedFits,
  scaledLabels,
} from "./analyse/check.ts";
import { judge, leastShare, type TaskReport } from "./analyse/judge.ts";
import { type Fit, prepare } from "./analyse/prepare.ts";
import { summarise, type WeightsVerdict, type Word } from "./analyse/summary.ts";
import type { TaskData } from "./data.ts";
import { autoNetwork } from "./network/auto.ts";
import { type BenefitIntervalOptions, benefitInterval } from "./plug-in/benefit-interval.ts";
import { estimateFromFits } from "./plug-in/estimate-problem.ts";
import { jamesSteinTransfer } from "./plug-in/james-stein.ts";
import type { OwnFit } from "./plug-in/own-fits.ts";
import { checkShared, sameDesign } from "./plug-in/plug-in-weights.ts";
import type { Problem } from "./problem.ts";
import { pooledFit } from "./risk/mallows-cp.ts";
import { singleTaskRisk } from "./risk/single-task.ts";
import { bestWeights } from "./weights/optimal-weights.ts";

/** Options of `analyse`. */
export interface AnalyseOptions {
  /** "pooled": one least-squares fit to the weighted rows of all tasks. "shared": the same where all tasks label the same rows. Default: "shared" when they do, else "pooled". */
  readonly design?: "pooled" | "shared";
  /** Each task has an intercept of its own, as it has a bias of its own in a network. Default true; false for data that need none. */
  readonly intercept?: boolean;
  /**
   * Bring each auxiliary's labels to the primary's standard deviation, for labels in other units. Default false: coefficients are compared as they are. The standard
   * deviations are taken as known.
   */
  readonly scaleLabels?: boolean;
  /** Names of the features, for messages. */
  readonly features?: readonly string[];
  /** Of the intervals. Default 0.95. */
  readonly level?: number;
  /** Bootstrap resamples. Default 1,000. */
  readonly resamples?: number;
  /** The same seed gives the same verdict. Default 0. */
  readonly seed?: number;
}

/** What data say about auxiliary tasks. Plain JSON, every number finite. Risks are those of the slopes, in squared units of the primary's label. */
export interface Verdict {
  /** In plain words. */
  readonly summary: string;
  /** Of the recommended weights. */
  readonly verdict: Word;
  /** Recommended, on sums of squared errors; the primary's first, sum 1. With `rows` this is what `staticWeights` of `@outrigger/core` takes. */
  readonly weights: readonly number[];
  /** n_k. */
  readonly rows: readonly number[];
  /** D, the number of features, without intercept. */
  readonly features: number;
  readonly design: "pooled" | "shared";
  readonly level: number;
  /** The primary alone: R_0 = ŝ_0² D / (n - D - 1), n being n_0 - 1 with an intercept; the expected squared error of its predictions; its fit. */
  readonly alone: {
    readonly risk: number;
    readonly noise: number;
    readonly error: number;
    readonly fit: Fit;
  };
  readonly equal: WeightsVerdict & { readonly error: number; readonly fit: Fit };
  readonly recommended: WeightsVerdict & { readonly error: number; readonly fit: Fit };
  /** A report for each task, the primary's first. */
  readonly tasks: readonly TaskReport[];
  readonly alternatives: {
    /** The primary's fit drawn towards the auxiliaries' (`jamesSteinTransfer`): no worse than the primary alone on its own rows, whatever the auxiliaries. Absent without one. */
    readonly jamesStein?: { readonly shrinkage: number; readonly fit: Fit };
    /** A linear network with a shared layer (`autoNetwork`), where the design is shared: its estimated risk on the primary's rows beside that of the primary alone. */
    readonly network?: {
      readonly choice: "network" | "single-task";
      readonly width: number;
      readonly risk: number;
      readonly single: number;
      readonly reason: string;
      readonly fit: Fit;
    };
  };
  /** Where the numbers must be read with care. */
  readonly cautions: readonly string[];
}

/**
 * Do these auxiliary data help a linear model of the primary, by how much, and at which weights?
 *
 * Estimates noise and distances without bias (`estimateProblem`), finds the weights that are best for the estimates, leaves out tasks that would have less than 5 % of the fit, and
 * gives bootstrap intervals of the benefit (`benefitInterval`) at the recommended and at equal weights. With intercepts, n_k rows count as n_k - 1. The formulas take features as
 * Gaussian with one covariance for all tasks, and errors as independent across tasks.
 * Where n_0 is a few times D the answer is often "cannot tell". The tests hold how often intervals contain the truth on simulated data; on real molecules, which meet none of
 * these assumptions, they promised too much (README).
 *
 * @param tasks The primary first, then at least one auxiliary; the same features in the same order.
 * @throws LinearTheoryError `infinite-risk` when the primary has too few rows: then least squares alone has infinite risk and nothing can be estimated; `bad-data` for missing tasks,
 * repeated names, x and y of different lengths, or a primary whose labels have no noise; `singular` when features of a task determine one another; `shape` for rows of different widths;
 * `non-finite` for NaN, infinite or overflowing values; `bad-option` for options.
 * Cost: O(Σ n_k D² + T D³) and 2 · resamples · O(Σ n_k + T D²).
 *
 * @example
 * const verdict = analyse([{ name: "main", x, y }, { name: "other", x: x1, y: y1 }]);
 * console.log(verdict.summary);
 */
export function analyse(tasks: readonly NamedTask[], options: AnalyseOptions = {}): Verdict {
  const { intercept = true, level = 0.95, resamples = 1000, seed = 0 } = options;
  checkNames(tasks);
  const features = tasks[0]!.x[0]?.length ?? 0;
  checkRows(tasks[0]!, features, intercept);
  const given = options.scaleLabels === true ? scaledLabels(tasks) : tasks;
  const prepared = prepare(given, intercept, options.features);
  const rows = tasks.map((task) => task.x.length);
  const kept = [...tasks.keys()].filter((k) => prepared.tasks[k]!.x.length > features);
  const data = kept.map((k) => prepared.tasks[k]!);
  const design = options.design ?? (data.length > 1 && sameDesign(data) ? "shared" : "pooled");
  if (design === "shared") checkShared(data);
  const fits = namedFits(
    data,
    kept.map((k) => tasks[k]!.name),
  );
  checkNoise(fits[0]!, data[0]!, tasks[0]!.name);

  const { problem } = estimateFromFits(fits);
  const single = singleTaskRisk(problem).risk;
  const noise = problem.noise[0]!;
  const best = worthwhileWeights(problem, design);
  const error = (risk: number): number => (noise + risk) * (intercept ? 1 + 1 / rows[0]! : 1);
  const judged = (weights: readonly number[]): Verdict["equal"] => {
    const found = intervalOf(data, weights, { design, level, resamples, seed });
    const risk = found.ratio * single;
    return {
      weights: spread(weights, kept, tasks.length),
      risk,
      error: error(risk),
      ...found,
      fit: prepared.fit(pooledFit(fits, weights).coefficients),
    };
  };
  const recommended = judged(best);
  const equal = judged(kept.map(() => 1 / kept.length));
  const needed = features + (intercept ? 2 : 1);
  const reports = judge({
    names: tasks.map((task) => task.name),
    rows,
    weights: recommended.weights,
    kept,
    fits,
    problem,
    single,
    needed,
  });
  return finiteVerdict({
    summary: summarise(level, recommended, equal, reports),
    verdict: recommended.verdict,
    weights: recommended.weights,
    rows,
    features,
    design,
    level,
    alone: { risk: single, noise, error: error(single), fit: prepared.fit(fits[0]!.coefficients) },
    equal,
    recommended,
    tasks: reports,
    alternatives: alternatives(data, fits, design, prepared.fit),
    cautions: cautions(reports, features),
  });
}

/** The best weights for the estimates among those that give a task either nothing or at least `leastShare` of the fit. */
function worthwhileWeights(problem: Problem, design: Verdict["design"]): number[] {
  let kept = problem.rows.map((_, k) => k);
  for (;;) {
    const part = {
      features: problem.features,
      rows: kept.map((k) => problem.rows[k]!),
      noise: kept.map((k) => problem.noise[k]!),
      shifts: kept.map((j) => kept.map((k) => problem.shifts[j]![k]!)),
    };
    const weights = kept.length === 1 ? [1] : bestWeights(part, { design });
    const total = weights.reduce((sum, weight, i) => sum + weight * part.rows[i]!, 0);
    const worth = kept.filter((_, i) => i === 0 || (weights[i]! * part.rows[i]!) / total >= leastShare);
    if (worth.length === kept.length) return spread(weights, kept, problem.rows.length);
    kept = worth;
  }
}

function intervalOf(
  data: readonly TaskData[],
  weights: readonly number[],
  options: BenefitIntervalOptions,
): Pick<WeightsVerdict, "ratio" | "low" | "high" | "verdict"> {
  // The primary alone, where the interval would be rounding error.
  if (weights.every((weight, k) => k === 0 || weight === 0))
    return { ratio: 1, low: 1, high: 1, verdict: "cannot tell" };
  const { ratio, low, high, verdict } = benefitInterval(data, weights, options);
  const word = { helps: "helps", harms: "hurts", undecided: "cannot tell" } as const;
  return { ratio, low, high, verdict: word[verdict] };
}

function alternatives(
  data: readonly TaskData[],
  fits: readonly OwnFit[],
  design: Verdict["design"],
  fitOf: (coefficients: ArrayLike<number>) => Fit,
): Verdict["alternatives"] {
  if (data.length === 1) return {};
  // Weights that do not look at the primary's labels keep the guarantee: one over the noise, as if the auxiliaries agreed.
  const least = Math.max(...fits.slice(1).map((fit) => fit.noise)) * 1e-12 || 1;
  const { shrinkage, coefficients } = jamesSteinTransfer(
    data,
    fits.slice(1).map((fit) => least / Math.max(least, fit.noise)),
  );
  const jamesStein = { shrinkage, fit: fitOf(coefficients) };
  if (design !== "shared" || data[0]!.x[0]!.length < 2) return { jamesStein };
  const { x } = data[0]!;
  const network = autoNetwork({ x, y: x.map((_, i) => data.map(({ y }) => y[i]!)) });
  const { choice, width, risk, single, reason } = network;
  return { jamesStein, network: { choice, width, risk, single, reason, fit: fitOf(network.coefficients) } };
}

function cautions(reports: readonly TaskReport[], features: number): string[] {
  return reports.flatMap(({ name, rows, noise, spread: size = 1 }) => [
    ...(noise !== undefined && rows < 2 * features
      ? [`${name} has ${rows} rows for ${features} features: its noise is a rough estimate.`]
      : []),
    ...(size > 2 || size < 0.5
      ? [
          `The features of ${name} vary ${Number(size.toPrecision(2))} times as much as the primary's (mean square in the primary's metric), and the formulas take them as alike: the numbers are rough.`,
        ]
      : []),
  ]);
}

/** Weights of the tasks that have estimates, 0 for the others. */
function spread(weights: readonly number[], kept: readonly number[], tasks: number): number[] {
  const out = new Array<number>(tasks).fill(0);
  for (const [i, k] of kept.entries()) out[k] = weights[i]!;
  return out;
}

import type { Problem, Risk } from "../problem.ts";
import { averagingRisk } from "../risk/averaging.ts";
import { equivalentRisk } from "../risk/equivalent.ts";
import { equivalentShiftRisk } from "../risk/equivalent-shift.ts";
import { pooledRisk } from "../risk/pooled.ts";
import { sharedDesignRisk } from "../risk/shared-design.ts";
import { singleTaskRisk } from "../risk/single-task.ts";
import { twoTaskRisk } from "../risk/two-task.ts";
import { simulateAveraged, simulateShared } from "../simulate/averaged.ts";
import { simulatePooled } from "../simulate/pooled.ts";
import type { SimulatedRisk, SimulationOptions } from "../simulate/summary.ts";
import type { VerifyProblem } from "./problems.ts";
import { uncorrectedRisk } from "./uncorrected.ts";

/** A formula beside the simulation that it must agree with. */
export interface VerifyRow {
  readonly kind: "baseline" | "rule" | "control";
  readonly describe: string;
  /** What the formula says. Parts are given where the formula has them. */
  formula(given: VerifyProblem): {
    readonly risk: number;
    readonly bias2?: number;
    readonly variance?: number;
  };
  simulate(given: VerifyProblem, options: SimulationOptions): SimulatedRisk;
  /** An exact risk of the same thing, where there is one: errors are taken to it and not to the simulation, which has noise. */
  exact?(given: VerifyProblem): Risk;
}

/** Every formula of the package that a simulation can check, by name. */
export const verifyRows: Readonly<Record<string, VerifyRow>> = {
  "single task": {
    kind: "baseline",
    describe: "exact, textbook: the primary alone",
    formula: ({ problem }) => singleTaskRisk(problem),
    simulate: simulateSingle,
  },
  "shared design": {
    kind: "rule",
    describe: "exact: all tasks label the same rows, any weights",
    formula: (given) => sharedDesignRisk(...shared(given)),
    simulate: (given, options) => simulateShared(...shared(given), options),
  },
  averaging: {
    kind: "rule",
    describe: "exact: a weighted mean of separate fits",
    formula: (given) => averagingRisk(...separate(given)),
    simulate: (given, options) => simulateAveraged(...separate(given), options),
  },
  "pooling, equal weights": {
    kind: "rule",
    describe:
      "exact: one fit to the rows of two to five tasks; an auxiliary may have fewer rows than features",
    formula: ({ problem }) => pooledRisk(problem),
    simulate: ({ problem }, options) =>
      simulatePooled(
        problem,
        problem.rows.map(() => 1),
        options,
      ),
  },
  "pooling, two tasks": {
    kind: "rule",
    describe: "exact: one auxiliary at any weight, by quadrature of a Pfaffian",
    formula: (given) => twoTaskRisk(...pair(given)),
    simulate: simulatePair,
  },
  "equivalent, two tasks": {
    kind: "rule",
    describe: "corrected deterministic equivalent; its errors are taken to the exact risk",
    formula: (given) => equivalentRisk(...pair(given)),
    simulate: simulatePair,
    exact: (given) => twoTaskRisk(...pair(given)),
  },
  "equivalent, K tasks": {
    kind: "rule",
    describe: "corrected deterministic equivalent, two to five tasks at any weights",
    formula: ({ problem, weights }) => equivalentRisk(problem, weights),
    simulate: ({ problem, weights }, options) => simulatePooled(problem, weights, options),
  },
  "equivalent, covariate shift": {
    kind: "rule",
    describe: "corrected deterministic equivalent, every task with a covariance of its own",
    formula: ({ shifted, weights }) => equivalentShiftRisk(shifted, weights),
    simulate: ({ shifted, weights }, options) => simulatePooled(shifted, weights, options),
  },
  "wrong: single task, D for D + 1": {
    kind: "control",
    describe: "must fail: s² D / (n - D), as if the features were fixed in number but not random",
    formula: ({ problem: { features, rows, noise } }) => ({
      risk: (noise[0]! * features) / (rows[0]! - features),
    }),
    simulate: simulateSingle,
  },
  "wrong: equivalent, D for D + 1": {
    kind: "control",
    describe:
      "must fail: the equivalent without its finite-size correction; its errors are taken to the exact risk",
    formula: (given) => ({ risk: uncorrectedRisk(...pair(given)) }),
    simulate: simulatePair,
    exact: (given) => twoTaskRisk(...pair(given)),
  },
};

type Weighted = readonly [problem: Problem, weights: readonly number[]];

function simulateSingle({ problem }: VerifyProblem, options: SimulationOptions): SimulatedRisk {
  return simulatePooled(first(problem, 1), [1], options);
}

function simulatePair(given: VerifyProblem, options: SimulationOptions): SimulatedRisk {
  return simulatePooled(...pair(given), options);
}

/** The first tasks of a problem. */
function first({ features, rows, noise, shifts }: Problem, tasks: number): Problem {
  return {
    features,
    rows: rows.slice(0, tasks),
    noise: noise.slice(0, tasks),
    shifts: shifts.slice(0, tasks).map((row) => row.slice(0, tasks)),
  };
}

/** One auxiliary, with at least as many rows as features: the exact formula needs them. */
function pair({ problem, weights }: VerifyProblem): Weighted {
  const two = first(problem, 2);
  return [{ ...two, rows: [two.rows[0]!, two.rows[1]! + problem.features] }, weights.slice(0, 2)];
}

function shared({ problem, weights }: VerifyProblem): Weighted {
  return [{ ...problem, rows: problem.rows.map(() => problem.rows[0]!) }, weights];
}

/** Every task can be fitted alone, with the moments that the primary has. */
function separate({ problem, weights }: VerifyProblem): Weighted {
  const { features, rows } = problem;
  return [{ ...problem, rows: rows.map((n, task) => (task === 0 ? n : n + features + 4)) }, weights];
}

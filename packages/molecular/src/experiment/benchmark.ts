import { type Benchmark, defineBenchmark, type Tier } from "@outrigger/bench/benchmark";
import { availability } from "../data/locate.ts";
import type { MoleculeSource } from "../data/sources.ts";
import { experimentArms, fewLabelsArms } from "./arms.ts";
import { problemOf } from "./problem.ts";
import { runExperiment } from "./trial.ts";

const METRICS = {
  regression: { name: "rmse", better: "lower" },
  classification: { name: "roc-auc", better: "higher" },
} as const;

/** One seed in the smoke tier: every trial reads and parses its whole file, and a second seed shows nothing that the first does not. */
const SEEDS = {
  smoke: { seeds: [0] },
  ci: { seeds: [0, 1, 2, 3, 4] },
  full: { seeds: [0, 1, 2, 3, 4] },
} as const satisfies Benchmark["tiers"];

export interface DatasetBenchmarkOptions {
  readonly version: number;
  /** What is measured, in a sentence; split and metric are added. */
  readonly description: string;
  /** Whether it is part of tier `ci`, which must not take an hour in all; such datasets are tried with every method in tier `full`. */
  readonly ci: boolean;
}

/** Most targets of which tier `full` also trains one model each; the 27 of SIDER would take as long as all other rows of its table. */
const MOST_MODELS = 12;

/**
 * The benchmark of a public dataset, `molecular/NAME`: all its targets together are the primary, numbers computed from structure the auxiliary tasks, OGB's
 * scaffold split. The metric is rmse for numbers and roc-auc for classes, the mean over targets with both classes in the part.
 */
export function datasetBenchmark(source: MoleculeSource, options: DatasetBenchmarkOptions): Benchmark {
  const { name, title, kind, unit, targets } = source;
  const { smoke, ci, full } = SEEDS;
  const several = targets.length > 1;
  const modelPerTarget = several && targets.length <= MOST_MODELS;
  const metric = several ? "; the metric is the mean over targets with both classes" : "";
  return defineBenchmark({
    name: `molecular/${name}`,
    version: options.version,
    title,
    description: `${options.description} Scaffold split as in OGB${metric}; auxiliary tasks predict numbers computed from structure, standardised on the training molecules.`,
    metric: { ...METRICS[kind], ...(unit !== undefined && { unit }) },
    baseline: "single-task",
    source: "data",
    available: () => Promise.resolve(availability(source)),
    tiers: { smoke, ...(options.ci && { ci }), full },
    arms: (tier) => experimentArms(tier, { brief: true, everyMethod: options.ci, modelPerTarget }),
    run: async (trial) => runExperiment(await problemOf(source), trial),
  });
}

export interface FewLabelsOptions {
  readonly name: string;
  readonly version: number;
  readonly title: string;
  /** The datasets, all of one kind. */
  readonly sources: readonly MoleculeSource[];
  /** Names of those that are in tiers `smoke` and `ci`; tier `full`, whose trials are like those of `ci`, has the others. */
  readonly ci: readonly string[];
}

/**
 * A study with few labels: 50, 100, 200 and 500 training molecules of each dataset, one group each. Rows of different groups are not compared;
 * errors of different datasets have different units.
 */
export function fewLabelsBenchmark({ name, version, title, sources, ci }: FewLabelsOptions): Benchmark {
  const byName = new Map(sources.map((source) => [source.name, source]));
  const others = [...byName.keys()].filter((source) => !ci.includes(source));
  const namesOf = (tier: Tier): readonly string[] => (tier === "full" ? others : ci);
  const missing = (tier: Tier): true | string => {
    const said = namesOf(tier).map((each) => availability(byName.get(each)!));
    const lacking = said.filter((answer) => answer !== true);
    return lacking.length === 0 ? true : lacking.join(" ");
  };
  return defineBenchmark({
    name,
    version,
    title,
    description:
      "Nested subsets of 50, 100, 200 and 500 molecules, drawn by the seed from the training part of OGB's scaffold split; a quarter as many of the validation part select the epoch; the test part is whole.",
    metric: METRICS[sources[0]!.kind],
    baseline: "single-task",
    source: "data",
    available: (tier) => Promise.resolve(missing(tier)),
    tiers: SEEDS,
    arms: (tier) => fewLabelsArms(tier, namesOf(tier)),
    run: async (trial) =>
      runExperiment(await problemOf(byName.get(trial.options["dataset"] as string)!), trial),
  });
}

import { basename } from "node:path";
import { OutriggerError } from "@outrigger/core/error";
import type { CompileOptions } from "@outrigger/core/graph/compile";
import type { MoleculeTable } from "../data/dataset.ts";
import type { Split } from "../data/split.ts";
import { splitMolecules } from "../feature/featurize.ts";
import { moleculeModel } from "../model/molecule-model.ts";
import { featureBatches } from "../predictor/molecule-features.ts";
import type { Configuration } from "../training/configuration.ts";
import { trainMember } from "../training/members.ts";
import { type Prepared, prepare } from "../training/prepare.ts";
import { targetsOf } from "../training/targets.ts";
import { METRICS } from "../training/test-metrics.ts";
import { type PairedInterval, pairedInterval, type Verdict, verdictOf } from "./verdict.ts";

export type ArmName = "single" | "auxiliary" | "inputs" | "both";

type Tuned = Partial<Pick<Configuration, "scale" | "weightDecay">>;

/** One way to train, over all seeds. */
export interface ArmResult {
  readonly name: ArmName;
  readonly describe: string;
  /** What was chosen on validation with the first seed. */
  readonly chosen: Tuned;
  /** The metric on validation and test, a seed a value. */
  readonly validation: readonly number[];
  readonly test: readonly number[];
}

export interface Difference extends PairedInterval {
  readonly arm: ArmName;
  readonly against: ArmName;
  readonly verdict: Verdict;
}

/** Whether auxiliary tasks, or descriptors as inputs, helped with a table. Plain JSON. */
export interface Comparison {
  readonly data: string;
  readonly target: string;
  readonly metric: string;
  readonly better: "lower" | "higher";
  readonly molecules: number;
  /** Labelled test molecules, the fewest of all seeds. */
  readonly testLabels: number;
  readonly split: string;
  /** Whether every seed has a split of its own. */
  readonly resplit: boolean;
  readonly seeds: readonly number[];
  /** Candidates that every arm tried on validation. */
  readonly tries: number;
  readonly auxiliaries: readonly string[];
  readonly arms: readonly ArmResult[];
  readonly differences: readonly Difference[];
  readonly configuration: Configuration;
}

interface Arm {
  readonly name: ArmName;
  readonly describe: string;
  readonly auxiliary: boolean;
  readonly inputs: boolean;
}

export const ARMS: readonly Arm[] = [
  { name: "single", describe: "the target alone", auxiliary: false, inputs: false },
  { name: "auxiliary", describe: "auxiliary tasks besides the target", auxiliary: true, inputs: false },
  { name: "inputs", describe: "descriptors as inputs", auxiliary: false, inputs: true },
  { name: "both", describe: "auxiliary tasks, and descriptors as inputs", auxiliary: true, inputs: true },
];

/** Which arm is held against which; the last asks whether auxiliary tasks add anything to descriptors as inputs. */
const PAIRS: readonly (readonly [ArmName, ArmName])[] = [
  ["auxiliary", "single"],
  ["inputs", "single"],
  ["both", "single"],
  ["both", "inputs"],
];

/** The same number of candidates for every arm: scales of the auxiliaries, or strengths of weight decay where there are none. */
const candidates = (auxiliary: boolean, tries: number): Tuned[] =>
  (auxiliary
    ? [0.1, 0.03, 0.3, 1].map((scale) => ({ scale }))
    : [0, 0.03, 0.1, 0.3].map((weightDecay) => ({ weightDecay }))
  ).slice(0, tries);

export const MOST_TRIES = 4;

export interface CompareOptions {
  /** Paired seeds; default 5, the fewest from which something is concluded. */
  readonly seeds?: number;
  /** Candidates that every arm tries on validation, 1 to 4; default 2. */
  readonly tries?: number;
  readonly signal?: AbortSignal;
  /** Before every training: how many are done, of how many, and what comes. */
  readonly onProgress?: (done: number, total: number, what: string) => void;
  readonly run?: CompileOptions;
}

interface Measured {
  readonly validation: number;
  readonly test: number;
}

/**
 * Trains one model an arm and seed: the target alone, with auxiliary tasks, with descriptors as inputs, with both. Every arm tries the same
 * number of candidates on validation with the first seed, then all seeds are trained with its best. With a split that has a seed (balanced,
 * random) every seed also has a split of its own, the same for all arms.
 *
 * @param configuration its inputs, scale, weight decay and ensemble are not read; `auxiliary` `none` becomes `auto`
 * @returns null when the signal stopped it
 * @throws OutriggerError as `trainPredictor`; `bad-data` where the test part gives no metric, `bad-option` for tries beyond 4.
 */
export async function compare(
  table: MoleculeTable,
  configuration: Configuration,
  options: CompareOptions = {},
): Promise<Comparison | null> {
  const { seeds: count = 5, tries = 2, signal, onProgress = () => undefined, run } = options;
  if (!(tries >= 1 && tries <= MOST_TRIES))
    throw new OutriggerError("bad-option", `tries must be from 1 to ${MOST_TRIES}, not ${tries}.`, { tries });
  const { variant } = configuration.split;
  const resplit = variant === "balanced" || variant === "random";
  const seeds = Array.from({ length: count }, (_, s) => configuration.seed + s);
  const total = ARMS.length * (seeds.length + tries - 1);
  let done = 0;
  let [testLabels, auxiliaries] = [Number.POSITIVE_INFINITY, [] as string[]];

  const settings = (arm: Arm): Configuration => ({
    ...configuration,
    ensemble: 1,
    inputs: arm.inputs ? "descriptors" : "none",
    auxiliary: arm.auxiliary
      ? configuration.auxiliary === "none"
        ? "auto"
        : configuration.auxiliary
      : "none",
  });
  const splitOf = (s: number): Promise<Split> =>
    splitMolecules(table.smiles, {
      ...configuration.split,
      seed: configuration.split.seed + (resplit ? s : 0),
    });

  async function measured(
    arm: Arm,
    tuned: Tuned,
    s: number,
    split: Split,
    made: Prepared,
  ): Promise<Measured | null> {
    onProgress(done, total, `${arm.name}, seed ${seeds[s]}`);
    const chosen = { ...settings(arm), ...tuned };
    const targets = targetsOf(table, chosen.targets, chosen.kind, split);
    const [primary] = targets;
    const metric = METRICS[primary!.kind][0]!;
    const extra = made.descriptors.length;
    const fitted = await trainMember({
      configuration: chosen,
      split,
      targets,
      features: made.features,
      auxiliaries: made.auxiliaries,
      extra,
      seed: seeds[s]!,
      ...(signal && { signal }),
      ...(run && { run }),
    });
    const { input } = moleculeModel(chosen.model, { tasks: [] });
    const columns = {
      ...Object.fromEntries(targets.map(({ name, column }) => [name, column])),
      ...made.auxiliaries,
    };
    const rows = split.test;
    const labels = rows.filter((row) => primary!.raw.mask[row] === 1).length;
    const { batches } = featureBatches(made.features, { input, columns, rows, batchSize: chosen.batchSize });
    const evaluation = fitted.stopped === "signal" ? null : await fitted.evaluate(batches);
    await fitted.dispose();
    if (evaluation === null) return null;
    const test = evaluation[primary!.name]?.[metric.name];
    if (test === null || test === undefined)
      throw new OutriggerError(
        "bad-data",
        `The test molecules of seed ${seeds[s]} give no ${metric.name} of "${primary!.name}": ${labels === 0 ? "none has a label" : "all are of one class"}. Choose --split random, or larger --fractions.`,
        { target: primary!.name, seed: seeds[s] },
      );
    testLabels = Math.min(testLabels, labels);
    auxiliaries = arm.auxiliary ? Object.keys(made.auxiliaries) : auxiliaries;
    done++;
    return { validation: fitted.best!.value, test };
  }

  const [kind] = targetsOf(table, configuration.targets, configuration.kind, await splitOf(0));
  const metric = METRICS[kind!.kind][0]!;
  const better = (a: number, b: number): boolean => (metric.better === "lower" ? a < b : a > b);
  const arms: ArmResult[] = [];
  for (const arm of ARMS) {
    let best: { tuned: Tuned; result: Measured } | undefined;
    const results: Measured[] = [];
    for (let s = 0; s < seeds.length; s++) {
      const split = await splitOf(s);
      const made = await prepare(table, settings(arm), split, () => undefined);
      for (const tuned of s === 0 ? candidates(arm.auxiliary, tries) : [best!.tuned]) {
        const result = await measured(arm, tuned, s, split, made);
        if (result === null) return null;
        if (s > 0) results.push(result);
        else if (best === undefined || better(result.validation, best.result.validation))
          best = { tuned, result };
      }
    }
    const all = [best!.result, ...results];
    arms.push({
      name: arm.name,
      describe: arm.describe,
      chosen: best!.tuned,
      validation: all.map(({ validation }) => validation),
      test: all.map(({ test }) => test),
    });
  }
  onProgress(total, total, "done");
  const testOf = (name: ArmName): readonly number[] => arms.find((arm) => arm.name === name)!.test;
  return {
    data: basename(table.name),
    target: kind!.name,
    metric: metric.name,
    better: metric.better,
    molecules: table.smiles.length,
    testLabels,
    split: variant,
    resplit,
    seeds,
    tries,
    auxiliaries,
    arms,
    differences: PAIRS.map(([arm, against]) => {
      const found = pairedInterval(testOf(arm), testOf(against));
      const verdict = verdictOf(found, { better: metric.better, labels: testLabels });
      return { arm, against, ...found, verdict };
    }),
    configuration,
  };
}

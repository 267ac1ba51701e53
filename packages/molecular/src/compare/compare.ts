import { basename } from "node:path";
import { OutriggerError } from "@outrigger/core/error";
import type { CompileOptions } from "@outrigger/core/graph/compile";
import type { MoleculeTable } from "../data/dataset.ts";
import type { Split } from "../data/split.ts";
import { namedMethod } from "../method/methods.ts";
import { auxiliariesOf, selectionWords } from "../training/auxiliaries.ts";
import type { Configuration } from "../training/configuration.ts";
import { type Prepared, prepare } from "../training/prepare.ts";
import { seeded, splitWords } from "../training/split-words.ts";
import { targetsOf } from "../training/targets.ts";
import { METRICS } from "../training/test-metrics.ts";
import { type TableSource, type TrainingSplit, trainingSplit } from "../training/training-split.ts";
import { keptTrainings, type Measured } from "./kept-trainings.ts";
import { measureTraining } from "./measure.ts";
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
  /** Of the last seed, where seeds have others. */
  readonly auxiliaries: readonly string[];
  /** How they were chosen, in a few words. */
  readonly chosen: string;
  /** What should be known of the choice and of the split. */
  readonly notes: readonly string[];
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

/**
 * The same number of candidates for every arm: scales of the auxiliaries, or strengths of weight decay where training reads no scale. Decay shrinks by
 * its strength times the rate a step: less than these would be no other try.
 */
const candidates = (scaled: boolean, tries: number): Tuned[] =>
  (scaled
    ? [0.1, 0.03, 0.3, 1].map((scale) => ({ scale }))
    : [0, 0.3, 1, 0.1].map((weightDecay) => ({ weightDecay }))
  ).slice(0, tries);

export const MOST_TRIES = 4;

interface Part {
  readonly configuration: Configuration;
  readonly split: Split;
  readonly prepared: Prepared;
}

export interface CompareOptions {
  /** Paired seeds; default 5, the fewest from which something is concluded. */
  readonly seeds?: number;
  /** Candidates that every arm tries on validation, 1 to 4; default 2. */
  readonly tries?: number;
  /** Where finished trainings are kept, which the same call then does not do again; default nowhere. */
  readonly directory?: string;
  /** What the table was read from: needed for a split by a column. */
  readonly source?: TableSource;
  readonly signal?: AbortSignal;
  /** Hears of every question to a language model. */
  readonly onLine?: (line: string) => void;
  /** Before every training: how many are done, of how many, and what comes. */
  readonly onProgress?: (done: number, total: number, what: string) => void;
  readonly run?: CompileOptions;
}

/**
 * Trains one model an arm and seed: the target alone, with auxiliary tasks, with descriptors as inputs, with both. Every arm tries the same
 * number of candidates on validation with the first seed, then all seeds are trained with its best. With a split that has a seed (balanced,
 * stratified, random) every seed also has a split of its own, the same for all arms. A language model is asked once, about the training molecules of
 * the first seed.
 *
 * @param configuration its inputs, scale and ensemble are not read, and its weight decay only where a scale is tried; `auxiliary` `none` becomes `auto`
 * @returns null when the signal stopped it
 * @throws OutriggerError as `trainPredictor`; `bad-data` where the test part gives no metric, `bad-option` for tries beyond 4.
 */
export async function compare(
  table: MoleculeTable,
  configuration: Configuration,
  options: CompareOptions = {},
): Promise<Comparison | null> {
  const { seeds: count = 5, tries = 2, signal, onProgress = () => undefined, onLine, run } = options;
  if (!(tries >= 1 && tries <= MOST_TRIES))
    throw new OutriggerError("bad-option", `tries must be from 1 to ${MOST_TRIES}, not ${tries}.`, { tries });
  const { scaled } = namedMethod(configuration.method);
  const resplit = seeded(configuration.split);
  const seeds = Array.from({ length: count }, (_, s) => configuration.seed + s);
  const total = ARMS.length * (seeds.length + tries - 1);
  const asked: Configuration = {
    ...configuration,
    ensemble: 1,
    auxiliary: configuration.auxiliary === "none" ? "auto" : configuration.auxiliary,
  };
  const splitOf = (s: number): Promise<TrainingSplit> => {
    const { split } = configuration;
    return trainingSplit(
      table,
      "seed" in split && resplit ? { ...split, seed: split.seed + s } : split,
      options,
    );
  };
  const first = await splitOf(0);
  const [primary] = targetsOf(table, configuration.targets, configuration.kind, first.split);
  const kept = keptTrainings(options.directory, configuration, table, first.split);
  if (asked.auxiliary === "language-model" && kept.selection === null) {
    const how = { ...(onLine && { onLine }), ...(signal && { signal }) };
    kept.choose((await auxiliariesOf(asked, table, first.split.train, how)).selection!);
  }
  const chosen = kept.selection ?? undefined;
  let done = 0;

  async function measured(
    arm: Arm,
    tuned: Tuned,
    s: number,
    part: () => Promise<Part>,
  ): Promise<Measured | null> {
    const [[option, value]] = Object.entries(tuned) as [[string, number]];
    const name = `${arm.name} ${option}=${value} seed=${seeds[s]}`;
    const known = kept.find(name);
    if (known === undefined) {
      onProgress(done, total, `${arm.name}, seed ${seeds[s]}`);
      const { configuration: own, split, prepared } = await part();
      const directory = kept.checkpoint(name);
      const configured = { ...own, ...tuned };
      const setting = { configuration: configured, split, prepared, directory, signal, run };
      const found = await measureTraining(table, setting);
      if (found === null) return null;
      kept.add(name, found);
    }
    done++;
    return kept.find(name)!;
  }

  /** What all tries of an arm and seed share; made only where something is left to train. */
  async function partOf(arm: Arm, s: number): Promise<Part> {
    const own: Configuration = {
      ...asked,
      seed: seeds[s]!,
      inputs: arm.inputs ? "descriptors" : "none",
      auxiliary: arm.auxiliary ? asked.auxiliary : "none",
    };
    const { split } = await splitOf(s);
    const prepared = await prepare(table, own, split, () => undefined, { ...(chosen && { chosen }) });
    return { configuration: own, split, prepared };
  }

  const metric = METRICS[primary!.kind][0]!;
  const better = (a: number, b: number): boolean => (metric.better === "lower" ? a < b : a > b);
  const arms: ArmResult[] = [];
  const everything: Measured[] = [];
  for (const arm of ARMS) {
    let best: { tuned: Tuned; result: Measured } | undefined;
    const results: Measured[] = [];
    for (let s = 0; s < seeds.length; s++) {
      let made: Promise<Part> | undefined;
      const part = (): Promise<Part> => (made ??= partOf(arm, s));
      for (const tuned of s === 0 ? candidates(arm.auxiliary && scaled, tries) : [best!.tuned]) {
        const result = await measured(arm, tuned, s, part);
        if (result === null) return null;
        if (s > 0) results.push(result);
        else if (best === undefined || better(result.validation, best.result.validation))
          best = { tuned, result };
      }
    }
    const all = [best!.result, ...results];
    everything.push(...all);
    arms.push({
      name: arm.name,
      describe: arm.describe,
      chosen: best!.tuned,
      validation: all.map(({ validation }) => validation),
      test: all.map(({ test }) => test),
    });
  }
  onProgress(total, total, "done");
  const testLabels = everything.reduce(
    (least, { labels }) => Math.min(least, labels),
    Number.POSITIVE_INFINITY,
  );
  const { selection } = chosen ? { selection: chosen } : await auxiliariesOf(asked, table, first.split.train);
  const testOf = (name: ArmName): readonly number[] => arms.find((arm) => arm.name === name)!.test;
  return {
    data: basename(table.name),
    target: primary!.name,
    metric: metric.name,
    better: metric.better,
    molecules: table.smiles.length,
    testLabels,
    split: "seed" in configuration.split ? configuration.split.variant : splitWords(configuration.split),
    resplit,
    seeds,
    tries,
    auxiliaries: everything.findLast(({ auxiliaries }) => auxiliaries.length > 0)!.auxiliaries,
    chosen: selectionWords(selection!),
    notes: [
      ...(asked.auxiliary === "random" ? ["Every seed draws others; those of the last one are named."] : []),
      ...first.notes,
      ...selection!.notes,
    ],
    arms,
    differences: PAIRS.map(([arm, against]) => {
      const found = pairedInterval(testOf(arm), testOf(against));
      const verdict = verdictOf(found, { better: metric.better, labels: testLabels });
      return { arm, against, ...found, verdict };
    }),
    configuration,
  };
}

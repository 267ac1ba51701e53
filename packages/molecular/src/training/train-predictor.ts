import { basename, join } from "node:path";
import type { CompileOptions } from "@outrigger/core/graph/compile";
import type { FitEvent } from "@outrigger/core/train/callback/event";
import { replaceFile } from "@outrigger/core/train/disk";
import type { Params } from "@outrigger/core/train/model";
import type { ColumnBatch } from "@outrigger/core/train/task";
import type { MoleculeTable } from "../data/dataset.ts";
import type { Split } from "../data/split.ts";
import type { FeaturizeOptions } from "../feature/featurize.ts";
import { namedMethod } from "../method/methods.ts";
import type { StagePlace, TrainedByName } from "../method/train-by-name.ts";
import { moleculeModel } from "../model/molecule-model.ts";
import { sharedRdkit } from "../molecule/rdkit.ts";
import { calibrate } from "../predictor/conformal.ts";
import { domainOf, type TrainingMolecules } from "../predictor/domain.ts";
import { ensembleOf, type MemberValues, meanOf, sdOf } from "../predictor/ensemble.ts";
import type { DomainFeatures } from "../predictor/molecule-features.ts";
import type { PredictorParts } from "../predictor/predictor.ts";
import { FORMAT, type TargetRecord, VERSION, VOCABULARY } from "../predictor/record.ts";
import type { Selection } from "../select/selection.ts";
import { selectionWords } from "./auxiliaries.ts";
import type { Configuration } from "./configuration.ts";
import { keptJson } from "./kept-json.ts";
import { trainMember } from "./members.ts";
import { type Prepared, prepare } from "./prepare.ts";
import { measuredCoverage, type TargetReport, type TestRow, type TrainingReport } from "./report.ts";
import { splitWords } from "./split-words.ts";
import { type Target, targetsOf, targetWords } from "./targets.ts";
import { measure } from "./test-metrics.ts";
import { type TableSource, trainingSplit } from "./training-split.ts";

/** What a training tells whoever watches it. */
export type TrainingEvent =
  | { readonly kind: "features"; readonly what: string; readonly done: number; readonly total: number }
  | { readonly kind: "said"; readonly text: string }
  /** Of the model number `member`, from 1, in one of the stages of its method. */
  | {
      readonly kind: "fit";
      readonly member: number;
      readonly members: number;
      readonly stage: StagePlace;
      readonly event: FitEvent;
    };

export interface TrainPredictorOptions {
  /** Where checkpoints of the members are kept, from which the same call continues; default nowhere. */
  readonly directory?: string;
  /** Aborting it ends the training after a step, with a checkpoint. */
  readonly signal?: AbortSignal;
  readonly onProgress?: (event: TrainingEvent) => void;
  /** In place of the configuration's split. */
  readonly split?: Split;
  /** What the table was read from: needed for a split by a column. */
  readonly source?: TableSource;
  readonly features?: FeaturizeOptions;
  readonly run?: CompileOptions;
}

/** Methods of which nobody expects that auxiliary tasks are there: the default and none. */
const IDLE: readonly string[] = ["uniform", "single-task"];

/** What `writePredictor` writes and `makePredictor` predicts with. */
export type TrainedPredictor = Pick<PredictorParts, "record" | "members" | "morgan">;

/**
 * Trains an ensemble on a table of molecules: features, split, scaling on the training molecules, one model a seed with its epoch chosen on
 * validation, conformal calibration on validation (labels that are there), and one look at the test molecules at the end.
 *
 * @returns null when the signal stopped it
 * @throws OutriggerError `bad-data` for a split that cannot be trained or chosen with, `bad-option` for names that do not exist,
 * `bad-file` for a damaged file in the directory, and as `fit`.
 *
 * @example
 * const table = await readMolecules({ path: "solubility.csv" }, { targets: ["logS"] });
 * const trained = await trainPredictor(table, configuration({ targets: ["logS"] }));
 * if (trained) writePredictor("model", trained);
 */
export async function trainPredictor(
  table: MoleculeTable,
  configuration: Configuration,
  options: TrainPredictorOptions = {},
): Promise<TrainedPredictor | null> {
  const { onProgress = () => undefined, signal, directory, run } = options;
  // Before anything is computed for a name that is none.
  namedMethod(configuration.method);
  const say = (text: string): void => onProgress({ kind: "said", text });
  const { split, notes } = options.split
    ? { split: options.split, notes: [] }
    : await trainingSplit(table, configuration.split, options);
  const targets = targetsOf(table, configuration.targets, configuration.kind, split);
  for (const target of targets) say(targetWords(target, configuration.kind));
  say(
    `split ${options.split ? "given" : splitWords(configuration.split)}: ${split.train.length} training, ${split.validation.length} validation, ${split.test.length} test molecules`,
  );
  const chosen = directory === undefined ? null : keptChoice(directory);
  const features = await prepare(
    table,
    configuration,
    split,
    (what, done, total) => onProgress({ kind: "features", what, done, total }),
    { ...options.features, onLine: say, ...(chosen && { chosen }), ...(signal && { signal }) },
  );
  const names = Object.keys(features.auxiliaries);
  const idle = targets.length + names.length === 1 && !IDLE.includes(configuration.method);
  const prepared = {
    ...features,
    notes: [
      ...notes,
      ...features.notes,
      ...(idle
        ? [`The method ${configuration.method} has nothing to weigh, because there are no auxiliary tasks.`]
        : []),
    ],
  };
  if (prepared.selection) say(`auxiliary tasks, ${selectionWords(prepared.selection)}: ${names.join(", ")}`);
  prepared.notes.forEach(say);

  let kept = chosen !== null;
  const fitted: TrainedByName<ColumnBatch>[] = [];
  for (let m = 0; m < configuration.ensemble; m++) {
    const member = await trainMember({
      configuration,
      split,
      targets,
      features: prepared.features,
      auxiliaries: prepared.auxiliaries,
      extra: prepared.descriptors.length,
      seed: configuration.seed + m,
      onEvent(event, stage) {
        onProgress({ kind: "fit", member: m + 1, members: configuration.ensemble, stage, event });
        // Not before: a mistake that ends the training must not bind the folder to its auxiliary tasks.
        if (event.kind !== "start" || kept || directory === undefined || !features.selection) return;
        keepChoice(directory, features.selection);
        kept = true;
      },
      ...(directory !== undefined && { directory }),
      ...(signal && { signal }),
      ...(run && { run }),
    });
    await member.dispose();
    if (member.stopped === "signal") return null;
    fitted.push(member);
  }
  return finish(table, configuration, split, targets, prepared, fitted, run);
}

const choiceOf = (directory: string): string => join(directory, "selection.json");

/** The auxiliary tasks of a run that goes on: a language model might choose others the second time. */
const keptChoice = (directory: string): Selection | null => keptJson(choiceOf(directory)) as Selection | null;

function keepChoice(directory: string, selection: Selection): void {
  replaceFile(choiceOf(directory), [new TextEncoder().encode(`${JSON.stringify(selection)}\n`)]);
}

/** Calibrates on validation, measures on test, and puts the record together. */
async function finish(
  table: MoleculeTable,
  configuration: Configuration,
  split: Split,
  targets: readonly Target[],
  prepared: Prepared,
  fitted: readonly TrainedByName<ColumnBatch>[],
  run: CompileOptions | undefined,
): Promise<TrainedPredictor> {
  const { features, domains, descriptors, auxiliaries } = prepared;
  const tasks = [...targets.map(({ name }) => name), ...Object.keys(auxiliaries)];
  const members = fitted.map(({ params }): Params => params);
  const made = moleculeModel(configuration.model, { tasks, extra: descriptors.length });
  const ensemble = ensembleOf({
    ...made,
    tasks,
    targets,
    members,
    seed: configuration.seed,
    ...(run && { run }),
  });
  const of = async (rows: readonly number[]) => ensemble.predict(rows.map((row) => features[row]!));
  const [validation, test] = [await of(split.validation), await of(split.test)];
  await ensemble.dispose();

  const training: TrainingMolecules = {
    smiles: split.train.map((row) => table.smiles[row]!),
    morgan: split.train.map((row) => domains[row]!.morgan),
    scaffolds: new Set(split.train.map((row) => domains[row]!.scaffold)),
  };
  const records = targets.map((target): TargetRecord => {
    const { name, kind, scaler, raw } = target;
    const value = meanOf(validation[name]!);
    const here = split.validation.flatMap((row, i) => (raw.mask[row] === 1 ? [i] : []));
    const calibration = calibrate(
      kind,
      here.map((i) => value[i]!),
      here.map((i) => raw.values[split.validation[i]!]!),
    );
    return { name, kind, scaler, calibration };
  });
  const reports = targets.map((target, k): TargetReport => {
    const rows = testRows(target, table, split, test[target.name]!, domains, training);
    const label = Float64Array.from(rows, (row) => row.label);
    const prediction = Float64Array.from(rows, (row) => row.value);
    const count = (part: readonly number[]): number =>
      part.filter((row) => target.raw.mask[row] === 1).length;
    return {
      name: target.name,
      kind: target.kind,
      labels: { train: count(split.train), validation: count(split.validation), test: rows.length },
      metrics: measure(target.kind, { label, prediction }, typicalOf(target, split)),
      coverage: measuredCoverage(records[k]!, rows, configuration.level),
      test: rows,
    };
  });
  const rdkit = await sharedRdkit();
  return {
    record: {
      format: FORMAT,
      version: VERSION,
      rdkit: rdkit.version,
      configuration,
      tasks,
      targets: records,
      descriptors,
      vocabulary: VOCABULARY,
      training: { smiles: training.smiles, scaffolds: [...training.scaffolds] },
      report: reportOf(table, split, reports, prepared, configuration, fitted),
    },
    members,
    morgan: training.morgan,
  };
}

/** Mean of the training labels: what one would predict without a model. */
function typicalOf({ raw }: Target, { train }: Split): number {
  const rows = train.filter((row) => raw.mask[row] === 1);
  return rows.reduce((sum, row) => sum + raw.values[row]!, 0) / rows.length;
}

function testRows(
  { raw }: Target,
  table: MoleculeTable,
  { test }: Split,
  values: MemberValues,
  domains: readonly DomainFeatures[],
  training: TrainingMolecules,
): TestRow[] {
  const [mean, sd] = [meanOf(values), values.length > 1 ? sdOf(values) : null];
  return test.flatMap((row, i): TestRow[] => {
    if (raw.mask[row] !== 1) return [];
    const { similarity, scaffoldSeen } = domainOf(domains[row]!, training);
    const smiles = table.smiles[row]!;
    return [
      { smiles, label: raw.values[row]!, value: mean[i]!, sd: sd?.[i] ?? null, similarity, scaffoldSeen },
    ];
  });
}

function reportOf(
  table: MoleculeTable,
  split: Split,
  targets: readonly TargetReport[],
  { auxiliaries: columns, selection, notes }: Prepared,
  { seed }: Configuration,
  fitted: readonly TrainedByName<ColumnBatch>[],
): TrainingReport {
  const auxiliaries = Object.keys(columns);
  const trained = new Set(split.train.map((row) => table.canonical[row]!));
  const [first] = fitted;
  const primary = targets[0]!;
  const metric = primary.metrics[0]!.name;
  return {
    data: {
      name: basename(table.name),
      molecules: table.smiles.length,
      invalid: table.problems.length,
      problems: table.problems.slice(0, 20).map(({ row, value, reason }) => ({ row, value, reason })),
      repeated: table.smiles.length - new Set(table.canonical).size,
      seenTests: split.test.filter((row) => trained.has(table.canonical[row]!)).length,
    },
    parts: {
      train: split.train.length,
      validation: split.validation.length,
      test: split.test.length,
    },
    targets,
    auxiliaries,
    selection,
    notes,
    members: fitted.map(({ best, history, epochs }, m) => ({
      seed: seed + m,
      bestEpoch: epochs.length - history.length + best!.epoch + 1,
      epochs: epochs.length,
      metric,
      value: best!.value,
    })),
    curves: {
      validation: first!.epochs.map(({ validation }) => validation[primary.name]?.[metric] ?? null),
      weights: Object.fromEntries(
        auxiliaries.map((name) => [name, first!.epochs.map(({ weights }) => weights[name]!)]),
      ),
    },
  };
}
